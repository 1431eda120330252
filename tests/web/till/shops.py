"""A shop with its till in the browser, and customers who come with wallets of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, Page, expect

from dcep.client import Client, Evidence
from dcep.messages.merchants.requests import PaymentRequest, decode_request
from dcep.money import Fen, parse_yuan
from tests.web.processes import Currency

_PEOPLE: Final = count(1)
_PASSWORD: Final = "a customer's"  # noqa: S105  a test has no secrets
# The text of the code that stands before the customer, as the till keeps it; what is on the screen is drawn from it.
_NEWEST_CODE: Final = """() => new Promise((resolve) => {
  const opened = indexedDB.open("dcep-till-book");
  opened.onsuccess = () => {
    const sales = opened.result.transaction("sales").objectStore("sales").index("madeAtMs").getAll();
    sales.onsuccess = () => { opened.result.close(); resolve(sales.result.at(-1)?.text ?? ""); };
  };
})"""
# A stranger's first payment takes a moment on a machine that runs a currency, a browser and the test at once.
_PATIENCE_MS: Final = 60_000


class Shop:
    """A shop at an operator, seen on the page of one of its tills."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def device(self) -> BrowserContext:
        """The device that the till runs on."""
        return self.page.context

    def open(self, name: str = "Morning Star Bakery", city: str = "Shenzhen") -> str:
        """Open the shop's wallet, write the recovery code down, and stand at the till; return the code."""
        code = self.open_until_the_code(name, city)
        self.write_down()
        return code

    def open_until_the_code(self, name: str, city: str) -> str:
        """Open the shop's wallet, and return the recovery code that is to be written down."""
        person, page = next(_PEOPLE), self.page
        page.get_by_label("Name of the shop").fill(name)
        page.get_by_label("City").fill(city)
        page.get_by_label("Name of the company").fill(f"{name} Ltd")
        page.get_by_label("Unified social credit code").fill(f"9144030000{person:08}")
        page.get_by_label("Identity document").fill(f"E{person:08}")
        page.get_by_label("Phone").fill(f"+86139{person:08}")
        page.get_by_label("Bank account").fill(f"6227{person:012}")
        page.get_by_role("button", name="Open the wallet").click()
        expect(page.locator(".recovery-code")).to_be_visible(timeout=_PATIENCE_MS)
        return page.locator(".recovery-code").inner_text()

    def write_down(self) -> None:
        """Say that the recovery code is written down, and begin to sell."""
        self.page.get_by_label("I have written it down").check()
        self.page.get_by_role("button", name="Begin to sell").click()
        expect(self.page.get_by_label("Amount to be paid")).to_be_visible()

    def ask(self, yuan: str) -> PaymentRequest:
        """Type an amount at the keyboard, show its code, and return what the code says."""
        self.page.keyboard.type(yuan)
        self.page.keyboard.press("Enter")
        return self.shown()

    def shown(self) -> PaymentRequest:
        """Return what the code says that stands before the customer, where it is a plain request."""
        return decode_request(self.code())

    def code(self) -> str:
        """Return the text of the code that stands before the customer."""
        expect(self.page.get_by_role("img", name="Code: pay")).to_be_visible()
        text: str = self.page.evaluate(_NEWEST_CODE)
        return text

    def is_paid(self) -> None:
        """Return when the mark stands there that nobody mistakes."""
        expect(self.page.locator(".mark-word")).to_have_text("Paid", timeout=_PATIENCE_MS)

    def next_customer(self) -> None:
        """Go on, by the keyboard."""
        self.page.locator("body").press("Enter")
        expect(self.page.get_by_label("Amount to be paid")).to_be_visible()

    def go(self, part: str) -> None:
        """Choose a part of the till."""
        self.page.get_by_role("tab", name=part, exact=True).click()


class Customer:
    """Somebody with a wallet and some money in it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def pay(self, request: PaymentRequest, amount: Fen | None = None) -> None:
        """Pay a request; or another amount for it, as a wallet that makes mistakes would."""
        wanted = request.amount if amount is None else amount
        assert wanted is not None
        payment = self.client.pay(request.receiver, wanted, reference=request.reference)
        assert payment.is_settled

    @property
    def balance(self) -> Fen:
        """What is in the wallet."""
        return Fen(self.client.account().balance_fen)


@contextmanager
def customer_of(currency: Currency, bank: str, folder: Path, yuan: str = "500") -> Iterator[Customer]:
    """Open a wallet at a bank and exchange so much into it."""
    person = next(_PEOPLE)
    evidence = Evidence(
        phone=f"+86138{person:08}",
        name=f"Customer {person}",
        document=f"P{person:08}",
        bank_account=f"6222{person:012}",
    )
    with Client.create(folder / f"customer-{person}", currency.urls[bank], _PASSWORD) as client:
        client.open("II", evidence)
        client.exchange(parse_yuan(yuan))
        yield Customer(client)
