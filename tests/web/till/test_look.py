"""The till is for everybody: axe finds nothing, on a phone and on a desk, light and dark, in English and in 中文."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.processes import Currency
from tests.web.screens import PageAt, Scheme, Size, hindrances, take_picture
from tests.web.till.shops import Customer, Shop

pytestmark = pytest.mark.long


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_nobody_is_kept_out_of_any_part(
    currency: Currency, page_at: PageAt, li: Customer, size: Size, scheme: Scheme
) -> None:
    """Each part as it is in use, with the pictures of the documentation."""
    shop = Shop(page_at(currency.urls["icbc"] + "/pos", size, scheme))
    name = f"{size}-{scheme}"
    found = {"opening": hindrances(shop.page)}
    shop.open()
    found["selling"] = hindrances(shop.page)
    take_picture(shop.page, f"till-sell-{name}")
    for yuan in ("6.50", "38.80", "15"):
        li.pay(shop.ask(yuan))
        shop.is_paid()
        shop.next_customer()
    request = shop.ask("12.50")
    found["code"] = hindrances(shop.page)
    take_picture(shop.page, f"till-code-{name}")
    li.pay(request)
    shop.is_paid()
    found["paid"] = hindrances(shop.page)
    take_picture(shop.page, f"till-paid-{name}")
    shop.next_customer()
    shop.go("Takings")
    shop.page.get_by_role("button", name="Till 1 · No. 4").click()
    found["payment"] = hindrances(shop.page)
    shop.page.get_by_role("button", name="Pay ¥12.50 back").click()
    expect(shop.page.get_by_text("¥12.50 was paid back")).to_be_visible()
    found["refund"] = hindrances(shop.page)
    shop.page.keyboard.press("Escape")
    found["takings"] = hindrances(shop.page)
    take_picture(shop.page, f"till-takings-{name}", whole=True)
    shop.go("Shop")
    expect(shop.page.get_by_text("this till")).to_be_visible()
    found["shop"] = hindrances(shop.page)
    take_picture(shop.page, f"till-shop-{name}", whole=True)

    assert {part: faults for part, faults in found.items() if faults} == {}


def test_a_shop_works_in_chinese(currency: Currency, page_at: PageAt) -> None:
    """The language is the browser's, and one press changes it."""
    page = page_at(currency.urls["icbc"] + "/pos", "phone", language="zh-CN")

    expect(page.get_by_role("button", name="开立钱包")).to_be_visible()
    take_picture(page, "till-opening-zh")
    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("button", name="Open the wallet")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"


def test_a_sale_needs_nothing_but_the_keyboard(currency: Currency, page_at: PageAt, li: Customer) -> None:
    """Digits, Enter, and the customer pays; Enter, and the next one comes. A slip is taken back."""
    shop = Shop(page_at(currency.urls["icbc"] + "/pos", "desk"))
    shop.open()
    shop.page.keyboard.type("45")
    shop.page.keyboard.press("Backspace")

    request = shop.ask(".5")
    li.pay(request)
    shop.is_paid()
    shop.next_customer()

    assert request.amount == 450
