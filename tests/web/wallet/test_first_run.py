"""Somebody who has never seen the wallet page opens one, and has money in it a minute later."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.processes import Currency
from tests.web.screens import PageAt, Scheme, Screens, Size, hindrances, take_picture
from tests.web.wallet.holders import Person

pytestmark = pytest.mark.long


def test_a_stranger_opens_a_wallet_and_exchanges(currency: Currency, page_at: PageAt) -> None:
    """This is the way into everything else: a form, a code for the drawer, and the balance."""
    li = Person(page_at(f"{currency.urls['icbc']}/wallet"))
    take_picture(li.page, "wallet-first-run")

    li.open_wallet()
    li.exchange("1000")

    li.has("1,000.00")
    li.sees("Exchanged")
    assert li.number.startswith("001")
    assert currency.law_holds()


def test_what_a_class_asks_for_is_asked_in_words(currency: Currency, page_at: PageAt) -> None:
    """Nothing is sent to an operator that it would have to send back."""
    li = Person(page_at(f"{currency.urls['icbc']}/wallet"))
    li.show_evidence("III")
    li.field("Phone number").fill("138")
    li.field("Name as in the document").fill(" ")

    li.press("Open the wallet")

    li.sees("A phone number is + and 8 to 15 digits.")
    li.sees("This is needed for the class.")
    expect(li.field("Phone number")).to_have_attribute("aria-invalid", "true")


def test_a_phone_number_is_enough_and_a_bank_account_can_follow(currency: Currency, page_at: PageAt) -> None:
    """Class IV keeps nothing but a phone number; whoever then wants to exchange is told what is missing, and how."""
    li = Person(page_at(f"{currency.urls['icbc']}/wallet"))
    li.open_wallet("IV")
    li.press("Exchange")
    li.field("From your bank account into the wallet").fill("5")
    li.press("Exchange ¥5.00")
    li.sees("No bank account is linked to this wallet")
    li.close()

    li.press("Settings")
    li.press("Raise the class")
    li.show_evidence("II")
    li.press("Raise the class")
    li.sees("The class is raised")
    li.press("Back to the wallet")
    li.exchange("5")

    li.has("5.00")
    li.sees("Class II")


def test_the_wallet_is_there_when_the_page_is_opened_again(
    currency: Currency, page_at: PageAt, screens: Screens
) -> None:
    """The key stays in the browser: no password, no second opening, and nobody else's browser has it."""
    url = f"{currency.urls['icbc']}/wallet"
    li = Person(page_at(url))
    li.open_wallet()
    li.page.close()

    again = Person(screens.again(li.device, url))
    elsewhere = Person(page_at(url))

    again.has("0.00")
    elsewhere.sees("Open the wallet")


def test_a_recovery_code_is_shown_until_it_is_written_down(
    currency: Currency, page_at: PageAt, screens: Screens
) -> None:
    """A page that is closed too soon has lost nobody's code; once it is on paper the browser has it no more."""
    url = f"{currency.urls['icbc']}/wallet"
    li = Person(page_at(url))
    li.show_evidence("II")
    li.press("Open the wallet")
    code = li.page.locator(".recovery-code").inner_text()
    li.page.close()

    again = Person(screens.again(li.device, url))
    expect(again.page.locator(".recovery-code")).to_have_text(code)
    again.press("I have written it down")
    again.has("0.00")
    again.page.reload()

    again.has("0.00")
    expect(again.page.locator(".recovery-code")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_nothing_on_the_first_page_keeps_somebody_out(
    currency: Currency, page_at: PageAt, size: Size, scheme: Scheme
) -> None:
    """Whoever cannot open a wallet has none: labels, contrast and structure hold for every screen and eye."""
    page = page_at(f"{currency.urls['icbc']}/wallet", size, scheme)
    Person(page).sees("Open the wallet")

    english = hindrances(page)
    page.get_by_role("button", name="中文").click()
    chinese = hindrances(page)

    assert english == []
    assert chinese == []
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
