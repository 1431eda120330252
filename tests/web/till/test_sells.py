"""A till shows a code and sees it paid before the customer; whatever goes wrong, nothing is lost and nothing twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from dcep.money import Fen
from tests.web.processes import Currency
from tests.web.screens import PageAt, Screens
from tests.web.till.shops import Customer, Shop

pytestmark = pytest.mark.long


@pytest.fixture
def shop(currency: Currency, page_at: PageAt) -> Shop:
    """Return a shop whose till is open."""
    opened = Shop(page_at(currency.urls["icbc"] + "/pos", "desk"))
    opened.open()
    return opened


def test_a_shop_sees_it_paid_in_front_of_the_customer(currency: Currency, shop: Shop, li: Customer) -> None:
    """The mark is there without anybody pressing anything, and the day has one payment more."""
    request = shop.ask("12.50")

    li.pay(request)

    shop.is_paid()
    shop.next_customer()
    expect(shop.page.get_by_text("Payments: 1")).to_be_visible()
    expect(shop.page.get_by_role("list", name="Payments and refunds").get_by_text("+¥12.50")).to_be_visible()
    assert (request.name, request.city, request.amount) == ("Morning Star Bakery", "Shenzhen", 1_250)
    assert currency.law_holds()


def test_each_code_is_for_one_payment(shop: Shop, li: Customer) -> None:
    """A second customer who scanned the same code gets his money back, and the sale stays paid."""
    request = shop.ask("8")
    li.pay(request)
    shop.is_paid()

    li.pay(request)

    expect(shop.page.get_by_text("¥8.00 came a second time for one code")).to_be_visible()
    shop.page.get_by_role("button", name="Give ¥8.00 back").click()
    expect(shop.page.get_by_text("came a second time")).to_have_count(0)
    expect(shop.page.locator(".mark-word")).to_have_text("Paid")
    assert li.balance == Fen(50_000 - 800)


def test_another_amount_does_not_make_the_mark_green(shop: Shop, li: Customer) -> None:
    """The money is there, and whoever works at the till is told that it is not what was asked."""
    request = shop.ask("88")

    li.pay(request, Fen(100))

    expect(shop.page.get_by_text("¥1.00 came, and not ¥88.00")).to_be_visible()
    expect(shop.page.locator(".mark-word")).to_have_text("Not paid as asked")
    shop.page.get_by_role("button", name="Keep it").click()
    expect(shop.page.get_by_text("¥1.00 came")).to_have_count(0)


def test_a_payment_of_a_code_that_was_cancelled_is_told(shop: Shop, li: Customer) -> None:
    """The customer had it on his telephone already: the till shows another sale, and the money is not lost sight of."""
    old = shop.ask("20")
    shop.page.keyboard.press("Escape")
    shop.ask("30")

    li.pay(old)

    expect(shop.page.get_by_text("¥20.00 came for a code that was cancelled")).to_be_visible()
    expect(shop.page.locator(".mark-word")).to_have_count(0)


def test_a_page_that_was_closed_while_it_waited_finds_the_payment(
    shop: Shop, li: Customer, screens: Screens, currency: Currency
) -> None:
    """The sale was kept before its code was shown."""
    request = shop.ask("6.66")
    shop.page.close()
    li.pay(request)

    again = Shop(screens.again(shop.device, currency.urls["icbc"] + "/pos"))

    again.is_paid()
    expect(again.page.get_by_text(request.reference or "")).to_be_visible()


def test_a_payment_during_a_broken_network_is_seen_when_it_is_back(shop: Shop, li: Customer) -> None:
    """Meanwhile the till says that it cannot see it, and shows no mark."""
    request = shop.ask("7")
    shop.device.set_offline(True)
    li.pay(request)
    expect(shop.page.get_by_text("No network: you will not see it paid")).to_be_visible()
    expect(shop.page.locator(".mark-word")).to_have_count(0)

    shop.device.set_offline(False)

    shop.is_paid()


def test_an_expired_code_is_taken_away(shop: Shop) -> None:
    """Nobody scans it any more, and Enter shows a new one for the same amount."""
    shop.page.clock.install()
    first = shop.ask("15")
    shop.page.clock.fast_forward("05:30")
    expect(shop.page.get_by_text("This code has expired")).to_be_visible()

    shop.page.locator("body").press("Enter")

    expect(shop.page.get_by_role("img", name="Code: pay ¥15.00")).to_be_visible()
    assert first.amount == Fen(1_500)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("12.505", "at most two decimals"),
        ("12345678901234", "Type an amount such as 12.50"),
        ("1.2.3", "Type an amount such as 12.50"),
        ("0.00", "Type more than zero"),
    ],
)
def test_what_is_no_amount_shows_no_code(shop: Shop, typed: str, told: str) -> None:
    """A slip of a finger must not become money: nothing is rounded, and the till says what to do."""
    shop.page.keyboard.type(typed)
    shop.page.keyboard.press("Enter")

    expect(shop.page.get_by_text(told)).to_be_visible()
    expect(shop.page.get_by_role("img", name="Code: pay")).to_have_count(0)


def test_the_customers_display_follows_the_till(shop: Shop, li: Customer) -> None:
    """It shows the code and the mark, and nothing that a customer could press."""
    with shop.page.expect_popup() as opened:
        shop.page.get_by_role("button", name="Customer's display").click()
    display = opened.value
    expect(display.get_by_text("Welcome")).to_be_visible()

    request = shop.ask("9.90")
    expect(display.get_by_role("img", name="Code: pay ¥9.90")).to_be_visible()
    li.pay(request)

    expect(display.locator(".mark-word")).to_have_text("Paid")
    assert display.get_by_role("button").count() == 0


def test_a_double_press_shows_one_code_and_no_digit_is_lost(shop: Shop, li: Customer) -> None:
    """Whoever types fast presses Enter before the page was drawn again: the amount is what was typed, once."""
    request = shop.ask("1234.56")
    shop.page.keyboard.press("Escape")
    shop.page.keyboard.type("3")
    shop.page.evaluate(
        """() => [1, 2].forEach(() => document.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" })))"""
    )
    li.pay(shop.shown())
    shop.is_paid()

    shop.next_customer()

    assert request.amount == Fen(123_456)
    expect(shop.page.get_by_text("Payments: 1")).to_be_visible()


@pytest.mark.parametrize(
    ("platform", "begins"), [("alipay", "https://"), ("wechat", "simulated-wxp:"), ("unionpay", "000201")]
)
def test_a_platforms_own_code_is_paid_from_a_banks_wallet(
    currency: Currency, page_at: PageAt, li: Customer, platform: str, begins: str
) -> None:
    """The till shows the code that the platform's app knows, and the mark still needs the ledger's receipt."""
    shop = Shop(page_at(currency.urls[platform] + "/pos", "desk"))
    shop.open()
    shop.page.keyboard.type("18.88")
    shop.page.keyboard.press("Enter")
    text = shop.code()

    li.pay(li.client.read_code(text))

    shop.is_paid()
    assert text.startswith(begins)
    assert "invalid.dcep.pay" not in text
