"""Paying and being paid between two wallet pages of two banks, by camera and by paste."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.web.camera import Camera
from tests.web.processes import Currency
from tests.web.screens import PageAt, take_picture
from tests.web.wallet.holders import Person

pytestmark = pytest.mark.long


@dataclass(frozen=True, slots=True)
class Two:
    """Li, a customer of one bank, who has 1,000 yuan, and the baker, of another, who has nothing."""

    li: Person
    baker: Person


@pytest.fixture
def two(currency: Currency, page_at: PageAt) -> Two:
    """Return two people with open wallets."""
    li = Person(page_at(f"{currency.urls['icbc']}/wallet"))
    baker = Person(page_at(f"{currency.urls['ccb']}/wallet"))
    li.open_wallet()
    li.exchange("1000")
    li.has("1,000.00")
    baker.open_wallet()
    return Two(li, baker)


def test_two_taps_pay_what_the_camera_has_read(two: Two, camera: Camera, currency: Currency) -> None:
    """One tap opens the camera, one pays: the money is there before the phone is down, and both have it proven."""
    two.li.press("Settings")
    two.li.press("Back to the wallet")
    camera.see(two.baker.ask_for("12.50"))

    two.li.press("Scan and pay")
    two.li.press("Pay ¥12.50")

    expect(two.li.page.locator(".happened-word")).to_have_text("Paid")
    take_picture(two.li.page, "wallet-paid")
    expect(two.baker.page.locator(".happened-word")).to_have_text("Received")
    two.baker.sees("12.50")
    two.li.done()
    two.li.has("987.50")
    two.li.page.get_by_role("button", name="Paid").click()
    two.li.sees("The receipt holds")
    assert currency.law_holds()
    camera.see_nothing()


def test_a_typed_number_is_paid_with_a_typed_amount(two: Two) -> None:
    """Friends have no codes: a number and an amount are enough, and both are read as people write them."""
    number = two.baker.number
    two.li.read(f"{number[:3]} {number[3:15]} {number[15]}")

    two.li.field("How much").fill("１２．５")
    two.li.press("Pay ¥12.50")

    two.li.sees("Settled and proven")
    two.li.done()
    two.li.has("987.50")
    two.baker.has("12.50")
    two.baker.sees("Received ¥12.50")


def test_an_amount_that_is_none_cannot_be_paid(two: Two) -> None:
    """Nothing is rounded: a third decimal is said in words, and the button stays shut."""
    two.li.read(two.baker.number)
    amount = two.li.field("How much")
    pay = two.li.page.get_by_role("button", name="Pay", exact=True)

    for text, said in (
        ("1.005", "A yuan has 100 fen: type at most two decimals."),
        ("-1", "An amount has no sign."),
        ("99999999999999", "Type an amount such as 12.50."),
        ("1e3", "Type an amount such as 12.50."),
    ):
        amount.fill(text)
        two.li.sees(said)
        expect(pay).to_be_disabled()


def test_a_forged_code_pays_nobody_and_says_why(two: Two) -> None:
    """Whoever shows a code is a stranger: an altered, a foreign and an own one each get their words."""
    text = two.baker.ask_for("12.50")
    own = two.li.ask_for()
    two.li.close()

    for forged, said in (
        (text.replace("12.50", "92.50"), "This code was read badly, or somebody altered it"),
        (own, "This is your own code"),
        (f"{int(two.baker.number[:15]) + 1:015}{two.baker.number[15]}", "No wallet has this number"),
        ("", "Nothing was typed"),
    ):
        two.li.read(forged)
        two.li.sees(said)
        two.li.close()

    two.li.has("1,000.00")


def test_a_double_tap_pays_once(two: Two) -> None:
    """A finger trembles; the second tap finds the first one's payment."""
    two.li.read(two.baker.ask_for("10"))

    two.li.page.get_by_role("button", name="Pay ¥10.00").dblclick()

    expect(two.li.page.locator(".happened-word")).to_have_text("Paid")
    two.li.done()
    two.li.has("990.00")
    two.baker.page.get_by_role("button", name="Close").click()
    two.baker.has("10.00")


def test_a_code_for_one_payment_is_not_paid_again(two: Two) -> None:
    """A code that lay on the counter once too often says so before anything is signed."""
    code = two.baker.ask_for("10")
    two.li.pay(code, "10.00")
    two.li.done()

    two.li.read(code)

    two.li.sees("You have paid this already")
    expect(two.li.page.get_by_role("button", name="Pay ¥10.00")).to_be_disabled()


def test_what_the_ledger_refuses_is_said_in_words(two: Two, currency: Currency, page_at: PageAt) -> None:
    """A wallet of class IV may pay 2,000 at once: one fen more is refused, with what to do, and nothing has moved."""
    mei = Person(page_at(f"{currency.urls['abc']}/wallet"))
    mei.open_wallet("IV")
    two.li.exchange("2000")
    two.li.has("3,000.00")
    two.li.pay(mei.ask_for("2500"), "2,500.00")
    mei.page.get_by_role("button", name="Close").click()
    mei.has("2,500.00")

    mei.read(two.baker.ask_for("2000.01"))
    mei.press("Pay ¥2,000.01")

    mei.sees("More than this wallet may pay at once")
    mei.done()
    mei.has("2,500.00")
    mei.press("All")
    mei.page.get_by_role("tab", name="Not done").click()
    mei.sees("More than this wallet may pay at once")


def test_limits_of_ones_own_hold_on_this_device(two: Two) -> None:
    """A holder who trusts himself less than the law does is stopped before anything is signed."""
    two.li.press("Settings")
    two.li.field("One payment").fill("50")
    two.li.press("Keep")
    two.li.sees("Your limits are kept on this device")
    two.li.press("Back to the wallet")

    two.li.read(two.baker.ask_for("50.01"))

    two.li.sees("More than you allow at once on this device")
    expect(two.li.page.get_by_role("button", name="Pay ¥50.01")).to_be_disabled()


def test_a_payment_is_paid_back_in_part_and_never_twice(two: Two) -> None:
    """The customer shows a code that names the payment; whoever was paid pays back, at most what it was."""
    two.li.pay(two.baker.ask_for("10"), "10.00")
    two.li.done()
    two.baker.page.get_by_role("button", name="Close").click()
    two.li.page.get_by_role("button", name="Paid").click()
    two.li.press("Ask for a refund")
    two.li.press("Copy the code as text")
    two.li.sees("Copied")
    code: str = two.li.page.evaluate("navigator.clipboard.readText()")
    take_picture(two.li.page, "wallet-refund-code")

    two.baker.read(code)
    two.baker.press("Pay back")
    two.baker.field("How much to pay back").fill("4")
    two.baker.press("Pay back ¥4.00")
    two.baker.sees("Paid back")
    two.baker.done()
    two.baker.has("6.00")
    two.baker.read(code)
    two.baker.press("Pay back")
    two.baker.press("Pay back ¥10.00")

    two.baker.sees("More than is left of the payment")
    two.li.press("Close")
    two.li.has("994.00")
