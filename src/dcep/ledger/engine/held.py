"""Money that is held: a side table, and what of it each payer has put there. Most accounts hold nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dcep.clock import Day, UnixMs
from dcep.ids import CommandId, WalletId
from dcep.messages.commands.conditions import Condition
from dcep.money import Fen

# No hold, no money.
_NOTHING: Final = (0, 0)


@dataclass(slots=True, kw_only=True)
class Hold:
    """An open hold: less was captured than the amount. `day` is the day into which it counted."""

    payer: WalletId
    receiver: WalletId
    amount: Fen
    captured: Fen
    until: UnixMs
    day: Day
    capture_if: Condition
    release_if: Condition

    @property
    def left(self) -> Fen:
        """What may still be captured, or goes back."""
        return Fen(self.amount - self.captured)


class Held:
    """The open holds by their id, which is that of the command that made them."""

    def __init__(self) -> None:
        self._holds: dict[CommandId, Hold] = {}
        # How many a payer has, and how much money is in them, fen.
        self._of_payers: dict[WalletId, tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self._holds)

    def rows(self) -> list[tuple[CommandId, Hold]]:
        """Return the holds in the order of their ids."""
        return sorted(self._holds.items(), key=lambda row: row[0])

    def find(self, hold_id: CommandId) -> Hold | None:
        return self._holds.get(hold_id)

    def count_of(self, payer: WalletId) -> int:
        """Return how many open holds a payer has."""
        count, _ = self._of_payers.get(payer, _NOTHING)
        return count

    def money_of(self, payer: WalletId) -> int:
        """Return what a payer has in open holds, fen."""
        _, money = self._of_payers.get(payer, _NOTHING)
        return money

    def total(self) -> int:
        """Return the money in all open holds, fen."""
        return sum(money for _, money in self._of_payers.values())

    def add(self, hold_id: CommandId, hold: Hold) -> None:
        """Open a hold."""
        self._holds[hold_id] = hold
        self._count(hold.payer, 1, hold.left)

    def take(self, hold_id: CommandId, amount: Fen) -> None:
        """Capture a part, or all that is left: then the hold is over."""
        hold = self._holds[hold_id]
        hold.captured = Fen(hold.captured + amount)
        self._count(hold.payer, 0, -amount)
        if hold.left == 0:
            self.end(hold_id)

    def end(self, hold_id: CommandId) -> None:
        """Forget a hold; its money has gone where it belongs."""
        hold = self._holds.pop(hold_id)
        self._count(hold.payer, -1, -hold.left)

    def _count(self, payer: WalletId, holds: int, money: int) -> None:
        count, held = self._of_payers.pop(payer, _NOTHING)
        if count + holds:
            self._of_payers[payer] = count + holds, held + money
