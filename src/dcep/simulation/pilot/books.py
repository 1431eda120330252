"""The ledger's own account of the pilot: every movement since it began, added up by wallet and by operator.

Nothing here asks the wallets: what they say is held against it (`race`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dcep.ids import CommandId, OperatorId, WalletId, operator_of
from dcep.ledger.client import Effect, Movement, MovementKind, MovementPage
from dcep.messages.reports.scores import Booked, Books

# What a customer gave himself: the other side of each is another kind, and counted nowhere.
_GIVEN: Final = frozenset(
    {
        MovementKind.OPENED,
        MovementKind.PAID,
        MovementKind.REFUND_PAID,
        MovementKind.HELD,
        MovementKind.CAPTURE_RECEIVED,
        MovementKind.HOLD_RELEASED,
        MovementKind.EXCHANGED,
        MovementKind.REDEEMED,
    }
)
# Of these the money has changed hands for good.
_MOVED: Final = _GIVEN - {MovementKind.OPENED, MovementKind.HELD, MovementKind.HOLD_RELEASED}
_EFFECTS: Final = {Effect.IN: 1, Effect.OUT: 2, Effect.NONE: 0}
_SIGNS: Final = {Effect.IN: 1, Effect.OUT: -1, Effect.NONE: 0}
_AT_ONCE: Final = 1_000


@dataclass(slots=True)
class Customers:
    """What one operator's customers did, by the ledger alone."""

    wallets: int = 0
    settled: int = 0
    moved_fen: int = 0


class LedgerBooks:
    """All movements from a frame on, read as far as the ledger has come.

    Args:
        since: the first frame of the pilot.
        phase_since: the first frame of the phase, from which payments are counted.
        institutions: registrars and vaults, which are nobody's customers.
    """

    def __init__(self, since: int, phase_since: int, institutions: Collection[WalletId]) -> None:
        self.since, self.phase_since, self._institutions = since, phase_since, frozenset(institutions)
        self.books = Books()
        self.balances: dict[WalletId, int] = defaultdict(int)
        self.active: set[WalletId] = set()
        self.commands: set[CommandId] = set()
        self._customers: dict[OperatorId, Customers] = defaultdict(Customers)
        self._cursor = f"{since}-0-0"

    @property
    def customers(self) -> Mapping[OperatorId, Customers]:
        """What each operator's customers did."""
        return self._customers

    def active_at(self, operator: OperatorId) -> int:
        """Return how many of an operator's customers have paid or been paid."""
        return sum(operator_of(wallet) == operator for wallet in self.active)

    def read(self, movements: Callable[..., MovementPage], upto: int | None = None) -> None:
        """Read on to the end of the log, or of a frame.

        Args:
            movements: of a line to the ledger, which sees the whole network.
        """
        while True:
            page = movements(self._cursor, limit=_AT_ONCE, operator=None)
            self.take(moved for moved in page.items if upto is None or moved.seq <= upto)
            self._cursor = page.next
            is_behind = upto is not None and any(moved.seq > upto for moved in page.items)
            if is_behind or not page.has_more:
                return

    def take(self, items: Iterable[Movement]) -> None:
        """Take movements in the order of the log."""
        for moved in items:
            place = (moved.seq, moved.place, moved.part)
            self.books.add(Booked(*place, moved.wallet, _EFFECTS[moved.effect], moved.amount, moved.command))
            if moved.wallet not in self._institutions:
                self._count(moved)

    def _count(self, moved: Movement) -> None:
        self.balances[moved.wallet] += _SIGNS[moved.effect] * moved.amount
        self.commands.add(moved.command)
        customers = self._customers[operator_of(moved.wallet)]
        if moved.kind is MovementKind.OPENED:
            customers.wallets += 1
        elif moved.amount:
            self.active.add(moved.wallet)
        if moved.seq >= self.phase_since and moved.kind in _GIVEN:
            customers.settled += 1
            customers.moved_fen += moved.amount if moved.kind in _MOVED else 0
