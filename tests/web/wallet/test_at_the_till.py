"""A customer's wallet page before a shop's till page: what one shows the other reads, and both see the money."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.camera import Camera
from tests.web.processes import Currency
from tests.web.screens import PageAt, take_picture
from tests.web.till.shops import Shop
from tests.web.wallet.holders import Person

pytestmark = pytest.mark.long


@pytest.mark.parametrize("operator", ["ccb", "alipay", "wechat", "unionpay"])
def test_a_stranger_pays_at_the_till_of_any_operator(
    currency: Currency, page_at: PageAt, camera: Camera, operator: str
) -> None:
    """A bank's till shows a plain request, a platform's its own link: the camera reads either, and two taps pay it."""
    shop = Shop(page_at(f"{currency.urls[operator]}/pos", "desk"))
    shop.open()
    shop.page.keyboard.type("18.88")
    shop.page.keyboard.press("Enter")
    li = Person(page_at(f"{currency.urls['icbc']}/wallet"))
    li.open_wallet()
    li.exchange("100")

    camera.see(shop.code())
    li.press("Scan and pay")
    li.sees("Morning Star Bakery · Shenzhen")
    take_picture(li.page, "wallet-confirm")
    li.press("Pay ¥18.88")

    expect(li.page.locator(".happened-word")).to_have_text("Paid")
    shop.is_paid()
    camera.see_nothing()
    li.done()
    li.has("81.12")
    li.sees("Morning Star Bakery")
    assert currency.law_holds()


def test_a_code_of_nobody_is_paid_by_nobody(currency: Currency, page_at: PageAt) -> None:
    """What is none of ours the operator is asked about; what nobody made is said in words, and nothing has moved."""
    li = Person(page_at(f"{currency.urls['icbc']}/wallet"))
    li.open_wallet()

    for text in ("https://shop.invalid/pay/17", "hello", "00020101021129300012invalid.none6304ABCD"):
        li.read(text)
        expect(li.page.get_by_role("alert")).to_contain_text("Nothing was paid.")
        li.close()

    li.has("0.00")
