"""The central bank put together: its desks over one store, its lines to the ledgers and to the settlement system."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from dcep.clock import UnixMs
from dcep.ids import TIER1, LedgerId, OperatorId
from dcep.issuance.board import SupplyBoard
from dcep.issuance.desk import Desk, Ledger
from dcep.issuance.governance import Governance
from dcep.issuance.outbox import Outbox
from dcep.issuance.pilot import PilotBoard
from dcep.issuance.reserves.account import Judged, Reserve
from dcep.issuance.reserves.iso20022 import answer
from dcep.issuance.reserves.settlement import SimulatedSettlement
from dcep.issuance.reserves.transfers import Accounts
from dcep.issuance.store import Order, Store
from dcep.issuance.watch import Watch
from dcep.ledger.client import Statement
from dcep.messages.genesis import Genesis
from dcep.money import Fen

Send = Callable[[bytes], Sequence[bytes]]


class StatedLedger(Ledger, Protocol):
    """A ledger that takes orders and makes statements."""

    def statement(self) -> Statement: ...


class CentralBank:
    """One process of the central bank.

    Args:
        url: its database.
        ledgers: tier 1 and every shard.
        accounts: the numbers of the reserve account and of the operators' settlement accounts.

    Raises:
        BadInput: `other_network`, `bad_database_url`.
        Unavailable: `database_unavailable`.
    """

    def __init__(
        self,
        url: str,
        genesis: Genesis,
        ledgers: Mapping[LedgerId, StatedLedger],
        accounts: Accounts = Accounts(),  # noqa: B008  a frozen record
    ) -> None:
        self.store = Store(url, genesis)
        self.reserve = Reserve(self.store, accounts)
        self.desk = Desk(self.reserve, ledgers)
        self.governance = Governance(self.desk, ledgers)
        self.outbox = Outbox(self.reserve, ledgers)
        shards = {name: ledger for name, ledger in ledgers.items() if name != TIER1}
        self.board = SupplyBoard(self.reserve, ledgers[TIER1], shards)
        self.watch = Watch(self.store, self.board.cut)
        self.pilot = PilotBoard(self.store)

    def work(self, send: Send, *, now: UnixMs) -> tuple[list[Order], list[Judged]]:
        """Send once all that waits: orders to the ledgers, then transfers to the settlement system.

        Whoever runs the process calls this again and again; see `Outbox.send_due` and `Reserve.send_due`.

        Returns:
            The orders that changed, and the entries that came back.
        """
        return self.outbox.send_due(now=now), self.reserve.send_due(send, now=now)

    def close(self) -> None:
        """Leave the database. The lines belong to whoever opened them."""
        self.store.close()


def simulated_settlement(reserve: Reserve, deposits: Mapping[OperatorId, Fen]) -> Send:
    """Return the way to a stand-in for the settlement system that is as it was when the process last ended.

    Args:
        deposits: what each operator had in the beginning, fen.
    """
    settlement = SimulatedSettlement(reserve.accounts)
    for operator, amount in deposits.items():
        settlement.deposit(operator, amount)
    for message in reserve.booked_messages():
        answer(settlement, message, reserve.accounts)
    return lambda message: answer(settlement, message, reserve.accounts)
