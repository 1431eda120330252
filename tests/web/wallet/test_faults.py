"""What goes wrong on the way: a lost answer, a closed page, two pages, no network, a wrong clock, a lost device."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.processes import Currency
from tests.web.screens import PageAt, Screens, take_picture
from tests.web.wallet.holders import Person

pytestmark = pytest.mark.long

_PAYMENTS = "**/v1/payments"
_DAY_MS = 86_400_000


@pytest.fixture
def li(currency: Currency, page_at: PageAt) -> Person:
    """Return somebody who has 100 yuan."""
    person = Person(page_at(f"{currency.urls['icbc']}/wallet"))
    person.open_wallet()
    person.exchange("100")
    person.has("100.00")
    return person


@pytest.fixture
def baker(currency: Currency, page_at: PageAt) -> Person:
    """Return somebody of another bank."""
    person = Person(page_at(f"{currency.urls['ccb']}/wallet"))
    person.open_wallet()
    return person


def _lose_answers(page: Page) -> None:
    """Let what is sent to the ledger arrive, and no answer come back."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(_PAYMENTS, lose)


def test_a_lost_answer_is_healed_by_the_same_bytes(li: Person, baker: Person, currency: Currency) -> None:
    """The ledger has settled and nobody heard of it: the page says so, and asks again until it knows. Once paid."""
    code = baker.ask_for("12.50")
    _lose_answers(li.page)
    li.read(code)
    li.press("Pay ¥12.50")
    li.sees("There is no answer yet")
    take_picture(li.page, "wallet-no-answer")

    li.page.unroute_all(behavior="wait")

    li.sees("went through")
    li.done()
    li.has("87.50")
    baker.sees("12.50")
    assert currency.law_holds()


def test_a_page_that_was_closed_in_the_middle_goes_on_when_it_is_opened(
    li: Person, baker: Person, currency: Currency, screens: Screens
) -> None:
    """What was signed is stored before it is sent: a page that dies loses nothing."""
    code = baker.ask_for("12.50")
    li.page.route(_PAYMENTS, lambda route: None)
    li.read(code)
    with li.page.expect_request(_PAYMENTS):
        li.press("Pay ¥12.50")
    li.page.close()

    again = Person(screens.again(li.device, f"{currency.urls['icbc']}/wallet"))

    again.sees("went through")
    again.has("87.50")
    baker.sees("12.50")


def test_two_pages_of_one_wallet_pay_one_code_once(
    li: Person, baker: Person, currency: Currency, screens: Screens
) -> None:
    """Both read the same request before either has paid; under its name one payment is signed."""
    other = Person(screens.again(li.device, f"{currency.urls['icbc']}/wallet"))
    other.has("100.00")
    code = baker.ask_for("30")
    li.read(code)
    other.read(code)

    li.press("Pay ¥30.00")
    other.press("Pay ¥30.00")

    expect(li.page.locator(".happened-word")).to_have_text("Paid")
    expect(other.page.locator(".happened-word")).to_have_text("Paid")
    li.done()
    li.has("70.00")
    other.done()
    other.has("70.00")


def test_without_a_network_the_page_is_read_and_goes_on_later(li: Person, baker: Person) -> None:
    """In a cellar one sees what one has, and even pays: the payment waits, and happens when the network is back."""
    code = baker.ask_for("12.50")
    li.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    li.device.set_offline(True)

    li.page.reload()
    li.sees("No network")
    li.has("100.00")
    li.sees("Exchanged")
    take_picture(li.page, "wallet-offline")
    li.read(code)
    li.press("Pay ¥12.50")
    li.sees("There is no answer yet")
    li.done()
    li.device.set_offline(False)

    li.sees("went through")
    li.has("87.50")
    baker.sees("12.50")


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_a_day_wrong_pays_all_the_same(
    currency: Currency, page_at: PageAt, screens: Screens, baker: Person, days: int
) -> None:
    """Expiries and signatures are told by the ledger's clock: whoever has set his own wrong is not locked out."""
    url = f"{currency.urls['icbc']}/wallet"
    page = page_at("about:blank")
    page.clock.install(time=page.evaluate("Date.now()") + days * _DAY_MS)
    page.goto(url)
    li = Person(page)
    li.open_wallet()
    li.exchange("20")

    li.pay(baker.ask_for("5"), "5.00")

    li.done()
    li.has("15.00")
    assert screens.faults == []


def test_a_lost_device_is_replaced_and_may_do_nothing_any_more(
    li: Person, baker: Person, currency: Currency, page_at: PageAt
) -> None:
    """Number and code on paper bring the wallet to another device; whoever has found the old one has nothing."""
    new = Person(page_at(f"{currency.urls['icbc']}/wallet"))
    new.press("I have a wallet: recover it")
    new.field("Wallet number, 16 digits").fill(li.number)
    new.field("Recovery code").fill(li.recovery_code)
    new.press("Recover")
    new.has("100.00")

    new.pay(baker.ask_for("60"), "60.00")
    new.done()
    baker.page.get_by_role("button", name="Close").click()
    li.read(baker.number)
    li.field("How much").fill("20")
    li.press("Pay ¥20.00")

    li.sees("Nothing was paid and never will be.")
    li.sees("This device may not use the wallet any more")
    new.has("40.00")
    baker.has("60.00")


def test_a_recovery_code_of_somebody_else_opens_nothing(
    li: Person, baker: Person, currency: Currency, page_at: PageAt
) -> None:
    """A letter that was read wrongly, or a stranger's code, is said in words and changes nothing."""
    new = Person(page_at(f"{currency.urls['icbc']}/wallet"))
    new.press("I have a wallet: recover it")
    new.field("Wallet number, 16 digits").fill(li.number)
    new.field("Recovery code").fill(baker.recovery_code)
    new.press("Recover")
    new.sees("This code does not open this wallet")
    new.field("Recovery code").fill(li.recovery_code[:-1] + ("1" if li.recovery_code.endswith("0") else "0"))
    new.press("Recover")

    new.sees("This code does not open this wallet")
    li.has("100.00")
