"""People with a wallet page before them: what they press and type, and what they read."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from playwright.sync_api import BrowserContext, Locator, Page, expect

from dcep.money import parse_yuan, yuan

_NUMBERS: Final[Iterator[int]] = itertools.count(1)
_NUMBER: Final = re.compile(r"^[0-9]{16}$")


class Person:
    """Somebody at the wallet page, in English.

    Args:
        page: the page, as it was opened.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.number = ""
        self.recovery_code = ""
        self._who = next(_NUMBERS)

    @property
    def device(self) -> BrowserContext:
        """What the page is open on."""
        return self.page.context

    @property
    def balance(self) -> Locator:
        """The balance, as it is shown."""
        return self.page.get_by_test_id("balance")

    def has(self, amount: str) -> None:
        """Wait until the balance is an amount such as `1,234.50`."""
        expect(self.balance).to_have_text(f"¥{amount}")

    def sees(self, text: str) -> None:
        """Wait until a text can be read."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def field(self, label: str) -> Locator:
        """Return a field by the beginning of its label."""
        named = re.compile(f"^{re.escape(label)}")
        return self.page.get_by_role("textbox", name=named).or_(self.page.get_by_role("searchbox", name=named))

    def press(self, name: str) -> None:
        """Press a button or a link by its words."""
        button = self.page.get_by_role("button", name=name, exact=True)
        button.or_(self.page.get_by_role("link", name=name, exact=True)).first.click()

    def show_evidence(self, wallet_class: str) -> None:
        """Fill in what a class asks for, as nobody else does."""
        self.page.get_by_text(f"Class {wallet_class}", exact=True).click()
        self.field("Phone number").fill(f"+8613{self._who:09}")
        if wallet_class in {"II", "III"}:
            self.field("Name as in the document").fill(f"Person {self._who}")
            self.field("Number of the identity document").fill(f"E{self._who:08}")
        if wallet_class == "II":
            self.field("Number of the bank account").fill(f"62220000{self._who:08}")

    def open_wallet(self, wallet_class: str = "II") -> None:
        """Open a wallet, and write down its number and recovery code."""
        self.show_evidence(wallet_class)
        self.press("Open the wallet")
        self.sees("Write down your recovery code")
        self.number = self.page.get_by_text(_NUMBER).inner_text()
        self.recovery_code = self.page.locator(".recovery-code").inner_text()
        self.press("I have written it down")
        self.has("0.00")

    def exchange(self, amount: str) -> None:
        """Exchange some of the deposit."""
        self.press("Exchange")
        self.field("From your bank account into the wallet").fill(amount)
        self.press(f"Exchange ¥{yuan(parse_yuan(amount))}")
        self.sees("is in the wallet")
        self.press("Done")

    def ask_for(self, amount: str = "") -> str:
        """Show a code to be paid, and return its text."""
        self.press("Receive")
        self.field("Amount, if you want to say it").fill(amount)
        self.press("Copy the code as text")
        self.sees("Copied")
        text: str = self.page.evaluate("navigator.clipboard.readText()")
        return text

    def read(self, text: str) -> None:
        """Give the wallet a code as text."""
        self.press("Scan and pay")
        self.field("Or paste a code").fill(text)
        self.press("Go on")

    def pay(self, text: str, amount: str) -> None:
        """Pay a code that says how much, and see it done."""
        self.read(text)
        self.press(f"Pay ¥{amount}")
        expect(self.page.locator(".happened-word")).to_have_text("Paid")

    def done(self) -> None:
        """Close what is open."""
        self.press("Done")

    def close(self) -> None:
        """Close the sheet that is open."""
        self.press("Close")

    def pay_one_yuan_to(self, number: str) -> None:
        """Pay a typed number one yuan."""
        self.read(number)
        self.field("How much").fill("1")
        self.press("Pay ¥1.00")
        expect(self.page.locator(".happened-word")).to_have_text("Paid")
        self.done()
