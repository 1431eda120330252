"""A fuse that kills the operator's process at one of its steps: before a commit, a send, or the answer to it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, event

from dcep.clock import UnixMs
from dcep.ids import WalletId
from dcep.ledger.client import Line
from dcep.ledger.engine.standing import AccountView, Standing
from dcep.ledger.worker.answers import Answer
from dcep.money import Fen
from dcep.operators.exchange.deposits import Booking, SimulatedCoreBanking


class Killed(BaseException):
    """The process ends here: nothing of it can catch this and go on."""


class Fuse:
    """Counts the steps of a process and blows at one.

    Args:
        at: the step at which it blows, from 1; 0 never.
    """

    def __init__(self, at: int = 0) -> None:
        self.at, self.steps = at, 0

    def step(self) -> None:
        """Count a step, or end the process at it."""
        self.steps += 1
        if self.steps == self.at:
            raise Killed

    def guard(self, store: Engine) -> Engine:
        """Count every commit of a database as a step, just before it."""
        event.listen(store, "commit", lambda _: self.step())
        return store


class FusedLine:
    """A line on which the process may end before its bytes have left, and before their answer has come."""

    def __init__(self, line: Line, fuse: Fuse) -> None:
        self._line, self._fuse = line, fuse

    def submit(self, wires: Sequence[bytes]) -> Sequence[Answer]:
        self._fuse.step()
        answers = self._line.submit(wires)
        self._fuse.step()
        return answers

    def history(self, wire: bytes) -> Answer:
        return self._line.history(wire)

    def account(self, wallet: WalletId) -> AccountView | None:
        return self._line.account(wallet)

    def standing(self) -> Standing:
        return self._line.standing()


class FusedCore:
    """A core system that is asked, and may be heard no more."""

    def __init__(self, core: SimulatedCoreBanking, fuse: Fuse) -> None:
        self._core, self._fuse = core, fuse

    def has_account(self, account: str) -> bool:
        return self._core.has_account(account)

    def balance(self, account: str) -> int:
        return self._core.balance(account)

    def debit(self, order_id: str, account: str, amount: Fen, *, now: UnixMs) -> None:
        self._fuse.step()
        self._core.debit(order_id, account, amount, now=now)
        self._fuse.step()

    def reverse(self, order_id: str, *, now: UnixMs) -> None:
        self._fuse.step()
        self._core.reverse(order_id, now=now)
        self._fuse.step()

    def credit(self, order_id: str, account: str, amount: Fen, *, now: UnixMs) -> None:
        self._fuse.step()
        self._core.credit(order_id, account, amount, now=now)
        self._fuse.step()

    def bookings(self, since: UnixMs, until: UnixMs) -> list[Booking]:
        return self._core.bookings(since, until)

    def movements(self, account: str, until: UnixMs) -> list[Booking]:
        return self._core.movements(account, until)
