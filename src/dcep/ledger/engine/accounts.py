"""An account of the ledger: a wallet, or an institution's account.

What most accounts never need lives in the side tables of the book.
"""

from __future__ import annotations

from typing import Final

from dcep.clock import Day
from dcep.ids import PolicyHash, WalletId
from dcep.ledger.engine.lanes import Window
from dcep.messages.classes import CUSTOMERS, Scope, WalletClass
from dcep.messages.layout import Epoch, Version
from dcep.money import MAX_FEN, Fen

_CLOSED: Final = 8
_BY_SUPERVISION: Final = 4
_FROZEN: Final = Scope.PAY | Scope.RECEIVE | _BY_SUPERVISION


class Account:
    """Who may act (policy hash, epoch), what is there (balance), and what has been spent.

    `standing` is the version of class and freeze: orders that overwrite name it. `flags` holds the scope of a freeze,
    who froze, and closed. `in_flight` is money on its way to other ledgers.
    """

    __slots__ = (
        "balance",
        "day",
        "epoch",
        "flags",
        "in_flight",
        "policy",
        "spent_day",
        "spent_year",
        "standing",
        "wallet",
        "wallet_class",
        "window",
        "year",
    )

    def __init__(self, wallet: WalletId, wallet_class: int, policy: PolicyHash) -> None:
        self.wallet, self.wallet_class, self.policy = wallet, wallet_class, policy
        self.epoch = Epoch(1)
        self.flags = 0
        self.standing = Version(1)
        self.balance = Fen(0)
        self.window = Window()
        self.day, self.spent_day = Day(0), Fen(0)
        self.year, self.spent_year = 0, Fen(0)
        self.in_flight = Fen(0)

    @property
    def is_customer(self) -> bool:
        return self.wallet_class in CUSTOMERS

    @property
    def is_closed(self) -> bool:
        return bool(self.flags & _CLOSED)

    @property
    def is_frozen(self) -> bool:
        return bool(self.flags & _FROZEN)

    @property
    def is_frozen_to_pay(self) -> bool:
        return bool(self.flags & Scope.PAY)

    @property
    def is_frozen_to_receive(self) -> bool:
        return bool(self.flags & Scope.RECEIVE)

    @property
    def is_frozen_by_supervision(self) -> bool:
        return bool(self.flags & _BY_SUPERVISION)

    def is_a(self, wallet_class: WalletClass) -> bool:
        return self.wallet_class == wallet_class

    def spent_on(self, day: Day) -> Fen:
        """Return what was paid on this Shanghai day."""
        return self.spent_day if self.day == day else Fen(0)

    def spent_in(self, year: int) -> Fen:
        """Return what was paid in this calendar year."""
        return self.spent_year if self.year == year else Fen(0)

    def count_spending(self, amount: Fen, day: Day, year: int) -> None:
        """Count a payment into its day and year; a count that is full stays full."""
        self.spent_day = Fen(min(self.spent_on(day) + amount, MAX_FEN))
        self.spent_year = Fen(min(self.spent_in(year) + amount, MAX_FEN))
        self.day, self.year = day, year

    def give_spending_back(self, amount: Fen, day: Day, year: int) -> None:
        """Take a returned payment of this day out of the count if that day, or at least that year, still lasts."""
        if self.day == day:
            self.spent_day = Fen(max(self.spent_day - amount, 0))
        if self.year == year:
            self.spent_year = Fen(max(self.spent_year - amount, 0))

    def freeze(self, scope: int, *, by_supervision: bool) -> None:
        self.flags = self.flags & ~_FROZEN | scope | (_BY_SUPERVISION if by_supervision else 0)
        self.standing = Version(self.standing + 1)

    def unfreeze(self) -> None:
        self.flags &= ~_FROZEN
        self.standing = Version(self.standing + 1)

    def reclassify(self, wallet_class: int) -> None:
        self.wallet_class = wallet_class
        self.standing = Version(self.standing + 1)

    def close(self) -> None:
        self.flags |= _CLOSED
