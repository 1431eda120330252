"""Interconnection as people see it: a till of one operator's app is paid by a customer of another; the law holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from dcep.errors import DcepError
from dcep.money import Fen
from tests.web.camera import Camera
from tests.web.processes import Currency
from tests.web.screens import PageAt, take_picture
from tests.web.till.shops import Shop, customer_of
from tests.web.wallet.holders import Person

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    ("operator", "looks"),
    [("alipay", "https://qr.alipay.invalid/"), ("wechat", "simulated-wxp://f2f/"), ("unionpay", "0002010102121531")],
)
def test_a_till_shows_the_code_of_its_operators_app_and_others_pay_it(
    currency: Currency, page_at: PageAt, tmp_path: Path, operator: str, looks: str
) -> None:
    """Once: the next customer who scans it hears that it was paid. The board stays green."""
    shop = Shop(page_at(currency.urls[operator] + "/pos", "desk"))
    shop.open()
    with customer_of(currency, "icbc", tmp_path) as li, customer_of(currency, "ccb", tmp_path) as wang:
        shop.page.keyboard.type("12.50")
        shop.page.keyboard.press("Enter")
        code = shop.code()

        li.pay(li.client.read_code(code))
        shop.is_paid()
        with pytest.raises(DcepError, match="code_used"):
            wang.client.read_code(code)

        assert code.startswith(looks)
        assert li.balance == Fen(50_000 - 1_250)
    board = page_at(currency.urls["central-bank"] + "/board", "desk")
    expect(board.get_by_role("heading", name="The law holds")).to_be_visible()
    take_picture(board, "board-at-a-glance")


@pytest.mark.parametrize("operator", ["alipay", "wechat", "unionpay"])
def test_a_wallet_page_pays_a_till_of_another_operators_app(
    currency: Currency, page_at: PageAt, camera: Camera, operator: str
) -> None:
    """Two taps: one that opens the camera, one that pays; the till is told while the customer stands there."""
    shop = Shop(page_at(currency.urls[operator] + "/pos", "desk"))
    shop.open()
    li = Person(page_at(currency.urls["icbc"] + "/wallet"))
    li.open_wallet()
    li.exchange("100")
    shop.page.keyboard.type("12.50")
    shop.page.keyboard.press("Enter")
    code = shop.code()
    camera.see(code)

    li.press("Scan and pay")
    li.sees("Morning Star Bakery")
    li.press("Pay ¥12.50")

    expect(li.page.locator(".happened-word")).to_have_text("Paid")
    shop.is_paid()
    li.done()
    li.has("87.50")
    camera.see_nothing()
    assert currency.law_holds()
