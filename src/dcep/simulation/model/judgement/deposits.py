"""Holds counted from commands and outcomes alone: what was held, what of it was captured, and whether that was due.

What a co-signer has really agreed to is its own list, not the ledger's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from dcep.clock import UnixMs
from dcep.ids import CommandId, LedgerId, WalletId
from dcep.messages.commands.conditions import (
    After,
    AtLeast,
    Before,
    Condition,
    SignedByAccount,
    SignedByPolicy,
    Verb,
)
from dcep.messages.commands.holds import Capture, Hold, Release
from dcep.messages.signed import Command
from dcep.money import Fen, yuan
from dcep.simulation.model.judgement.knowledge import Agreement, Knowledge
from dcep.simulation.model.judgement.laws import Law, require
from dcep.simulation.model.judgement.situations import Situation


@dataclass(slots=True, kw_only=True)
class Deposit:
    """A hold that settled, and what has left it."""

    ledger: LedgerId
    payer: WalletId
    order: Hold
    captured: int = 0
    is_over: bool = False

    @property
    def left(self) -> Fen:
        return Fen(0 if self.is_over else self.order.amount - self.captured)


class Deposits:
    """All holds of the network."""

    def __init__(self, known: Knowledge) -> None:
        self._known = known
        self._deposits: dict[CommandId, Deposit] = {}
        self.on_hold: Counter[LedgerId] = Counter()

    def hold(self, ledger: LedgerId, command: Command) -> None:
        """Note a hold."""
        order: Hold = command.body.order
        self._known.saw(Situation.HELD)
        self._deposits[command.id] = Deposit(ledger=ledger, payer=command.body.account, order=order)
        self.on_hold[ledger] += order.amount

    def capture(self, ledger: LedgerId, command: Command, now: UnixMs) -> Deposit:
        """Judge a capture that settled, and return the hold.

        Raises:
            Violation: it was not due.
        """
        order: Capture = command.body.order
        deposit = self._open(ledger, command, order.hold)
        label = self._known.label(command.id)
        about = command.id, order.hold
        require(0 < order.amount <= deposit.left, Law.HELD, f"{label} takes more than is left", *about)
        require(now < deposit.order.until, Law.HELD, f"{label} captures what has expired", *about)
        agreement = order.hold, Verb.CAPTURE, order.amount, deposit.captured
        is_due = self._is_met(deposit.order.capture_if, command.body.account, agreement, now)
        require(is_due, Law.HELD, f"{label} captures without what the hold asks for", *about)
        self._known.saw(Situation.CAPTURED if order.amount == deposit.left else Situation.CAPTURED_IN_PART)
        deposit.captured += order.amount
        self.on_hold[ledger] -= order.amount
        return deposit

    def release(self, ledger: LedgerId, command: Command, now: UnixMs) -> tuple[Deposit, Fen]:
        """Judge a release that settled, and return the hold and what goes back.

        Raises:
            Violation: it was not due.
        """
        order: Release = command.body.order
        deposit = self._open(ledger, command, order.hold)
        left, is_over = deposit.left, now >= deposit.order.until
        label = self._known.label(command.id)
        about = command.id, order.hold
        require(left > 0, Law.HELD, f"{label} releases a hold that is over", *about)
        agreement = order.hold, Verb.RELEASE, left, deposit.captured
        is_due = is_over or self._is_met(deposit.order.release_if, command.body.account, agreement, now)
        require(is_due, Law.HELD, f"{label} releases without what the hold asks for", *about)
        self._known.saw(Situation.RELEASED_AFTER_EXPIRY if is_over else Situation.RELEASED)
        deposit.is_over = True
        self.on_hold[ledger] -= left
        return deposit, left

    def open(self) -> dict[CommandId, Deposit]:
        """Return the holds that are not over."""
        return {hold: deposit for hold, deposit in self._deposits.items() if deposit.left}

    def require_counted(self, ledger: LedgerId, on_hold: int) -> None:
        """Hold what a ledger says to be on hold to the outcomes.

        Raises:
            Violation: it differs.
        """
        stands = f"{yuan(Fen(on_hold))} yuan are on hold, but the outcomes leave {yuan(Fen(self.on_hold[ledger]))}"
        require(on_hold == self.on_hold[ledger], Law.HELD, stands, ledger)

    def _open(self, ledger: LedgerId, command: Command, hold: CommandId) -> Deposit:
        deposit = self._deposits.get(hold)
        is_here = deposit is not None and deposit.ledger == ledger
        require(is_here, Law.HELD, f"{self._known.label(command.id)} speaks of a hold that is not here", command.id)
        assert deposit is not None
        return deposit

    def _is_met(self, condition: Condition, giver: WalletId, agreement: Agreement, now: UnixMs) -> bool:
        """Return whether a condition is met, if the agreement is what a co-signature must be about."""
        match condition:
            case AtLeast(needed=needed, of=parts):
                return sum(self._is_met(part, giver, agreement, now) for part in parts) >= needed
            case SignedByAccount(account=account):
                return giver == account
            case SignedByPolicy():
                return agreement in self._known.agreed
            case After(time=time):
                return now >= time
            case Before(time=time):
                return now < time
        return False
