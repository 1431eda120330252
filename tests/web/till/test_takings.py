"""A till tells the day's takings, pays back within what was paid, and writes the day for the books."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from dcep.ids import NetworkId
from dcep.messages.layout import Seq
from dcep.messages.merchants.refund_codes import RefundCode, encode_refund_code
from dcep.money import Fen
from tests.web.camera import Camera
from tests.web.processes import Currency
from tests.web.screens import PageAt
from tests.web.till.shops import Customer, Shop

pytestmark = pytest.mark.long


@pytest.fixture
def shop(currency: Currency, page_at: PageAt, li: Customer) -> Shop:
    """Return a shop to which Li has paid 12.50."""
    opened = Shop(page_at(currency.urls["icbc"] + "/pos", "desk"))
    opened.open()
    li.pay(opened.ask("12.50"))
    opened.is_paid()
    opened.next_customer()
    return opened


def _refund_code(currency: Currency, li: Customer) -> str:
    """Return what Li's wallet shows to have the newest payment undone."""
    paid = next(line for line in li.client.history().items if line.kind == "paid")
    assert paid.counterparty is not None
    code = RefundCode(
        network=NetworkId(bytes.fromhex(currency.ask("icbc", "/v1/operator")["network"])),
        merchant=paid.counterparty,
        seq=Seq(paid.seq),
        place=paid.place,
        payment=paid.command_id,
    )
    return encode_refund_code(code)


def test_a_part_of_a_payment_is_paid_back_from_the_list(shop: Shop, li: Customer) -> None:
    """The customer has it, the line says it, and no more than the rest can be paid back."""
    shop.go("Takings")
    shop.page.get_by_role("button", name="Till 1 · No. 1").click()
    shop.page.get_by_label("Pay back").fill("2.50")

    shop.page.get_by_role("button", name="Pay ¥2.50 back").click()

    expect(shop.page.get_by_text("¥2.50 was paid back")).to_be_visible()
    assert li.balance == Fen(50_000 - 1_250 + 250)
    shop.page.get_by_label("Pay back").fill("10.01")
    expect(shop.page.get_by_text("more than is left of the payment: ¥10.00")).to_be_visible()
    expect(shop.page.get_by_role("button", name="Pay ¥10.00 back")).to_be_disabled()
    shop.page.keyboard.press("Escape")
    expect(shop.page.get_by_text("¥2.50 paid back")).to_be_visible()
    expect(shop.page.get_by_text("Refunds: 1")).to_be_visible()


def test_a_customers_refund_code_finds_the_payment(currency: Currency, shop: Shop, li: Customer) -> None:
    """The code is read, the ledger's receipt is believed, and the whole is paid back."""
    shop.go("Takings")
    shop.page.get_by_role("button", name="Refund by a customer's code").click()
    shop.page.get_by_role("textbox", name="Refund code").fill(_refund_code(currency, li))
    shop.page.get_by_role("button", name="Find the payment").click()

    shop.page.get_by_role("button", name="Pay ¥12.50 back").click()

    expect(shop.page.get_by_text("¥12.50 was paid back")).to_be_visible()
    expect(shop.page.get_by_text("All of it was paid back")).to_be_visible()
    assert li.balance == Fen(50_000)
    assert currency.law_holds()


def test_the_camera_reads_a_customers_refund_code(currency: Currency, shop: Shop, li: Customer, camera: Camera) -> None:
    """The customer holds his telephone before the till."""
    camera.see(_refund_code(currency, li))
    shop.go("Takings")
    shop.page.get_by_role("button", name="Refund by a customer's code").click()

    shop.page.get_by_role("button", name="Scan it with the camera").click()

    expect(shop.page.get_by_role("button", name="Pay ¥12.50 back")).to_be_visible()


def test_a_refund_code_that_is_none_is_said_to_be_none(currency: Currency, shop: Shop, li: Customer) -> None:
    """Spoilt, altered to another payment, a payment request: nothing is paid back, and the till says what to do."""
    code = _refund_code(currency, li)
    shop.go("Takings")
    shop.page.get_by_role("button", name="Refund by a customer's code").click()

    for spoilt in (code[:-1] + ("0" if code[-1] != "0" else "1"), "00020101021226"):
        shop.page.get_by_role("textbox", name="Refund code").fill(spoilt)
        shop.page.get_by_role("button", name="Find the payment").click()

        expect(shop.page.get_by_text("no refund code of ours")).to_be_visible()


def test_the_day_is_saved_for_the_books(shop: Shop) -> None:
    """A line a payment, the oldest first, in whole fen."""
    shop.go("Takings")

    with shop.page.expect_download() as saved:
        shop.page.get_by_role("button", name="Save as CSV").click()

    rows = Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert saved.value.suggested_filename.startswith("takings-20")
    assert rows[0] == "time,kind,till,reference,amount_yuan,wallet,payment,refund_of"
    assert [row.split(",")[1:5:3] for row in rows[1:]] == [["payment", "12.50"]]
    assert rows[1].split(",")[3].startswith("T1-")


def test_the_money_is_taken_home(shop: Shop) -> None:
    """From the shop's wallet to its deposit, by the till itself."""
    shop.go("Shop")
    expect(shop.page.get_by_text("¥12.50")).to_be_visible()
    shop.page.get_by_label("Take the money home").fill("12.5")

    shop.page.get_by_role("button", name="Redeem ¥12.50").click()

    expect(shop.page.get_by_text("¥12.50 is in the shop's deposit")).to_be_visible()
    expect(shop.page.get_by_text("¥0.00")).to_be_visible()
