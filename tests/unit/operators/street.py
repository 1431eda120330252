"""Two customers with deposits, for tests that need no more than that."""

from __future__ import annotations

from typing import Final

import pytest

from dcep.ids import OperatorId, WalletId
from dcep.messages.classes import WalletClass
from dcep.money import Fen
from dcep.operators.bank import Bank
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from tests.town import BANK, Town, evidence_of, open_wallet, rest

FUNDS: Final = Fen(100_000)
# Both kinds of database in every run, not only in the long ones: what locks or counts in the database.
BOTH_DATABASES: Final = pytest.mark.parametrize("new_database", ["sqlite", "postgresql"], indirect=True)


class Street:
    """Li and a bakery, both of class II, each with 1,000 yuan on deposit."""

    def __init__(self, town: Town, bank: Bank, core: SimulatedCoreBanking) -> None:
        self.town, self.bank, self.core = town, bank, core
        self.li, self.bakery = (self._open(person, name) for person, name in ((1, "li"), (2, "bakery")))
        self.li_signs, self.bakery_signs = town.wallet(self.li, "li"), town.wallet(self.bakery, "bakery")

    def _open(self, person: int, name: str) -> WalletId:
        account = f"ACCT{person:06}"
        self.core.open_account(account)
        self.core.fund(f"fund-{person}", account, FUNDS, now=self.town.now)
        return open_wallet(self.town, self.bank, evidence_of(person, WalletClass.II), WalletClass.II, name)

    def deposit(self, person: int) -> int:
        return self.core.balance(f"ACCT{person:06}")

    def balance(self, wallet: WalletId) -> int:
        account = self.town.line.account(wallet)
        assert account is not None
        return account.balance

    def vault(self, operator: OperatorId = BANK) -> WalletId:
        return self.town.economy.operators[operator].vault.wallet

    def exchange(self, wallet: WalletId, amount: int, key: str) -> str:
        order = self.bank.saga.exchange(wallet, amount, key=key, now=self.town.now)
        self.rest()
        return order

    def rest(self) -> None:
        rest(self.bank, self.town.now)

    def send(self, wire: bytes) -> str:
        return self.town.line.submit([wire])[0].outcome.code
