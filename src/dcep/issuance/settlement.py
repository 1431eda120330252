"""Reserve accounts. The real ones are kept by the settlement system of the central bank; this one stands in for it."""

from __future__ import annotations

import logging

from dcep.errors import BadInput
from dcep.ids import OperatorId
from dcep.issuance.transfers import SIMULATED, Accounts, Direction, Entry, Transfer
from dcep.messages.layout import LockId
from dcep.money import Fen, yuan

_log = logging.getLogger(__name__)


class SimulatedSettlement:
    """A stand-in for the real-time gross settlement system: each operator's reserves, free and locked, in memory.

    A central bank that starts again gives it the transfers that it had booked: then it is as it was.
    """

    def __init__(self, accounts: Accounts = Accounts()) -> None:  # noqa: B008  a frozen record
        _log.warning("SimulatedSettlement keeps the reserve accounts: no real money is locked")
        self._free: dict[OperatorId, int] = {}
        self._locked = 0
        self._locks: set[LockId] = set()
        self._accounts = accounts
        self._booked: dict[LockId, Entry] = {}

    @property
    def locked_fen(self) -> int:
        """All reserves that are locked, fen."""
        return self._locked

    def free_fen(self, operator: OperatorId) -> int:
        """Return an operator's reserves that are not locked, fen."""
        return self._free.get(operator, 0)

    def deposit(self, operator: OperatorId, amount: Fen) -> None:
        """Credit an operator's reserve account."""
        self._free[operator] = self.free_fen(operator) + amount

    def lock(self, operator: OperatorId, amount: Fen, lock: LockId) -> None:
        """Lock reserves in full under an id that is used once.

        Raises:
            BadInput: `lock_used`, or `insufficient_reserves`; nothing has moved.
        """
        if lock in self._locks:
            raise BadInput("lock_used", "these reserves are locked already")
        if amount > self.free_fen(operator):
            raise BadInput(
                "insufficient_reserves", f"operator {operator} has {yuan(Fen(self.free_fen(operator)))} yuan free"
            )
        self._locks.add(lock)
        self._free[operator] -= amount
        self._locked += amount

    def unlock(self, operator: OperatorId, amount: Fen) -> None:
        """Free reserves after a withdrawal, for the operator that brought the money back.

        Money moves between the customers of operators, and the reserves behind it with it.

        Raises:
            BadInput: `not_locked`: more than is locked; nothing has moved.
        """
        if amount > self._locked:
            raise BadInput("not_locked", f"less than {yuan(amount)} yuan are locked")
        self._locked -= amount
        self._free[operator] = self.free_fen(operator) + amount

    def answer(self, transfer: Transfer) -> Entry | None:
        """Carry a transfer out and tell of its entry on the reserve account; a known one is told of again.

        Returns:
            None while the payer has too little: the transfer waits in the queue for liquidity; ask again.
        """
        if transfer.reference not in self._booked:
            is_lock = transfer.direction is Direction.LOCK
            if is_lock and transfer.amount > self.free_fen(transfer.operator):
                return None
            if is_lock:
                self.lock(transfer.operator, transfer.amount, transfer.reference)
            else:
                self.unlock(transfer.operator, transfer.amount)
            self._booked[transfer.reference] = Entry(
                id=f"E{transfer.reference.hex()}",
                reference=transfer.reference.hex(),
                account=self._accounts.reserve,
                amount=transfer.amount,
                currency="CNY",
                is_credit=is_lock,
                is_booked=True,
                assurance=SIMULATED,
                at=transfer.at,
            )
        return self._booked[transfer.reference]
