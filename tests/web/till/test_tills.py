"""Several tills of one shop: each has a key and a lane of its own, is let in by a code, and can be taken out again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.processes import Currency
from tests.web.screens import PageAt, Screens, take_picture
from tests.web.till.shops import Customer, Shop

pytestmark = pytest.mark.long


@pytest.fixture
def tills(currency: Currency, page_at: PageAt) -> tuple[Shop, Shop]:
    """Return two tills of one shop, the second let in by the first."""
    address = currency.urls["icbc"] + "/pos"
    first, second = Shop(page_at(address, "desk")), Shop(page_at(address, "phone"))
    first.open()
    first.go("Shop")
    number = first.page.locator(".shop-number").inner_text()

    second.page.get_by_role("tab", name="Another till").click()
    second.page.get_by_label("Shop's number").fill(number)
    second.page.get_by_label("Name of the shop").fill("Morning Star Bakery")
    second.page.get_by_label("City").fill("Shenzhen")
    second.page.get_by_role("button", name="Show the pairing code").click()
    code = second.page.locator(".pairing-code").inner_text()

    first.page.get_by_label("Pairing code").fill(code.lower())
    first.page.get_by_role("button", name="Let a till in").click()
    expect(first.page.get_by_text("Each till sees all payments")).to_be_visible()
    expect(second.page.get_by_label("Amount to be paid")).to_be_visible()
    return first, second


def test_a_recovery_code_is_shown_until_it_is_written_down(
    currency: Currency, page_at: PageAt, screens: Screens
) -> None:
    """A till that is closed too soon has lost no shop's code; once it is on paper the till has it no more."""
    address = currency.urls["icbc"] + "/pos"
    first = Shop(page_at(address, "desk"))
    code = first.open_until_the_code("Morning Star Bakery", "Shenzhen")
    first.page.close()

    again = Shop(screens.again(first.device, address))
    expect(again.page.locator(".recovery-code")).to_have_text(code)
    again.write_down()
    again.page.reload()

    expect(again.page.get_by_label("Amount to be paid")).to_be_visible()
    expect(again.page.locator(".recovery-code")).to_have_count(0)


def test_each_till_takes_payments_and_all_see_the_whole_day(tills: tuple[Shop, Shop], li: Customer) -> None:
    """A refund goes out from a till that did not take the payment: both sign, each on its own lane."""
    first, second = tills
    first.go("Sell")
    for till, yuan in ((first, "10"), (second, "38.80"), (first, "6.50"), (second, "128"), (first, "12.50")):
        li.pay(till.ask(yuan))
        till.is_paid()
        till.next_customer()

    for till in tills:
        till.go("Takings")
        rows = till.page.get_by_role("table", name="By till").get_by_role("row")
        expect(rows.nth(1)).to_contain_text("Till 13¥29.00")
        expect(rows.nth(2)).to_contain_text("Till 22¥166.80")
    second.page.get_by_role("button", name="Till 1 · No. 1").click()
    second.page.get_by_role("button", name="Pay ¥10.00 back").click()

    expect(second.page.get_by_text("¥10.00 was paid back")).to_be_visible()
    expect(first.page.get_by_role("table", name="By till").get_by_role("row").nth(1)).to_contain_text("¥10.00")
    take_picture(first.page, "till-takings")


def test_a_till_that_was_taken_out_sees_nothing_any_more(tills: tuple[Shop, Shop]) -> None:
    """It was stolen, or sold: from the next request on the operator knows it no more, and it says so."""
    first, second = tills
    first.page.get_by_role("button", name="Take out").click()
    first.page.get_by_role("button", name="Take till 2 out now").click()
    expect(first.page.get_by_text("Till 2")).to_have_count(0)

    second.page.reload()

    expect(second.page.get_by_text("This till was taken out of the shop")).to_be_visible()
    expect(second.page.get_by_role("tab")).to_have_count(0)
    second.page.get_by_role("button", name="Clear this till").click()
    second.page.get_by_role("button", name="Clear it for ever").click()
    expect(second.page.get_by_role("tab", name="New shop")).to_be_visible()


def test_a_lost_till_is_brought_back_by_its_code(currency: Currency, page_at: PageAt, li: Customer) -> None:
    """The wallet is on another device, with its money; the lost one opens nothing any more."""
    address = currency.urls["icbc"] + "/pos"
    lost, found = Shop(page_at(address)), Shop(page_at(address, "desk"))
    code = lost.open()
    li.pay(lost.ask("25"))
    lost.is_paid()
    lost.next_customer()
    lost.go("Shop")
    number = lost.page.locator(".shop-number").inner_text()

    found.page.get_by_role("tab", name="Lost till").click()
    found.page.get_by_label("Shop's number").fill(number)
    found.page.get_by_label("Recovery code").fill(code)
    found.page.get_by_label("Name of the shop").fill("Morning Star Bakery")
    found.page.get_by_label("City").fill("Shenzhen")
    found.page.get_by_role("button", name="Bring it back").click()

    expect(found.page.get_by_text("¥25.00").first).to_be_visible()
    li.pay(found.ask("1"))
    found.is_paid()
    lost.page.reload()
    expect(lost.page.get_by_text("This till was taken out of the shop")).to_be_visible()


def test_a_code_that_nobody_waits_with_lets_nobody_in(tills: tuple[Shop, Shop]) -> None:
    """Misread, made up, or too short: the till says which it is."""
    first, _ = tills

    for typed, told in (("ABCD-EFGH-JKMN", "No till waits with this code"), ("ABCD", "12 letters and digits")):
        first.page.get_by_label("Pairing code").fill(typed)
        first.page.get_by_role("button", name="Let a till in").click()

        expect(first.page.get_by_text(told)).to_be_visible()
    expect(first.page.get_by_text("Till 3")).to_have_count(0)


def test_a_shops_number_with_a_wrong_digit_is_told(currency: Currency, page_at: PageAt) -> None:
    """The check digit finds it before anybody waits in vain."""
    page = page_at(currency.urls["icbc"] + "/pos")
    page.get_by_role("tab", name="Another till").click()
    page.get_by_label("Shop's number").fill("001 234567890123 2")
    page.get_by_label("Name of the shop").fill("Bakery")
    page.get_by_label("City").fill("Suzhou")

    page.get_by_role("button", name="Show the pairing code").click()

    expect(page.get_by_text("No wallet has this number: a digit is wrong")).to_be_visible()
