"""Whoever signs under a number: stores the bytes before sending, sends the same bytes until the answer is final.

1. Numbers stay within 64 of what is known to be used. A number that is certainly expired is signed again.
2. The same bytes are sent until the answer is final.
3. A purchase is signed anew only after refused, expired, never_processed or returned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.ids import CommandId, LedgerId, WalletId
from dcep.messages.layout import Epoch, Hash, Lane, Number
from dcep.messages.outcomes import EXPIRED, NEVER_PROCESSED, Outcome, Status
from dcep.messages.signed import NO_MEMO, Body, command_id, encode_body
from dcep.simulation.model.cast import Guard, signed_by
from dcep.simulation.model.judgement.knowledge import Knowledge
from dcep.simulation.model.judgement.situations import Situation

Done = Callable[[Outcome], None]
MOST_PENDING: Final = 8
_WIDTH: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A body that has no final answer yet."""

    wire: bytes
    body: Body
    done: Done | None


class Desk:
    """One lane of an account on its home ledger."""

    def __init__(self, known: Knowledge, account: WalletId, home: LedgerId, guard: Guard, lane: int = 0) -> None:
        self.known, self.account, self.home, self.guard, self.lane = known, account, home, guard, Lane(lane)
        self.next_number, self.known_high = 1, 0
        self.pending: dict[CommandId, Pending] = {}
        self.signed: list[CommandId] = []
        self.free: list[int] = []

    @property
    def is_busy(self) -> bool:
        """Return whether as many bodies are on their way as this sender keeps, or no number is left in the window."""
        return len(self.pending) >= MOST_PENDING or not (self.free or self._has_room)

    @property
    def _has_room(self) -> bool:
        # 1. Who burns expired numbers knows no bound either: it would stand still for ever.
        return self.next_number <= self.known_high + _WIDTH or self.known.variant == "burnt-numbers"

    def give(
        self, order: Any, expires_at: UnixMs, *, memo: Hash = NO_MEMO, number: int = 0, done: Done | None = None
    ) -> CommandId:
        """Sign an order under the next number, or under `number`, and keep its bytes."""
        number = number or self.take_number()
        body = Body(
            account=self.account,
            lane=self.lane,
            number=Number(number),
            expires_at=expires_at,
            epoch=Epoch(self.guard.epoch),
            order=order,
            memo=memo,
        )
        wire = signed_by(self.known.network, body, self.guard)
        identity = command_id(encode_body(self.known.network, body))
        self.known.wires.append(wire)
        self.known.christen(identity, order)
        self.pending[identity] = Pending(wire=wire, body=body, done=done)
        self.signed.append(identity)
        if self.known.is_told:
            lane = f" of lane {self.lane}" if self.lane else ""
            self.known.note(
                f"{self.known.name(self.account)} signs {self.known.label(identity)}, number {number}{lane}: "
                f"{self.known.words(order)}",
                identity,
                self.account,
            )
        return identity

    def take_number(self) -> int:
        """Return the number to sign under next: one that certainly expired, else the one behind the newest."""
        if self.free:
            self.known.saw(Situation.EXPIRED_NUMBER_REUSED)
            return self.free.pop()
        self.next_number += 1
        return self.next_number - 1

    # 2.

    def hear(self, identity: CommandId, outcome: Outcome) -> None:
        """Take an answer; only a final one ends the waiting."""
        pending = self.pending.get(identity)
        if pending is None:
            return
        if not outcome.is_final and not (self.known.variant == "unheard-is-final" and outcome.code == "not_authorised"):
            return
        del self.pending[identity]
        number = pending.body.number
        if outcome.status in (Status.EXPIRED, Status.NOT_PROCESSED):
            # Certain expiry: a folded state found the number unused and the time past. It may be signed again.
            if not self._is_taken(number) and self.known.variant != "burnt-numbers":
                self.free.append(number)
        else:
            self._know_used(number)
        if pending.done is not None:
            pending.done(outcome)

    def _know_used(self, number: int) -> None:
        self.known_high = max(self.known_high, number)
        # What lies below the window is gone.
        floor = self.known_high - _WIDTH
        self.next_number = max(self.next_number, floor + 1)
        self.free = [free for free in self.free if free > floor]

    def give_up_by_own_clock(self) -> None:
        """Take what has expired by the sender's own clock for expired: the variant `wallet-clock`."""
        for identity, pending in list(self.pending.items()):
            if pending.body.expires_at <= self.known.now:
                self.hear(identity, EXPIRED)

    def _is_taken(self, number: int) -> bool:
        """Return whether a number is no use: on its way, free already, or one that only a thief would sign."""
        is_on_its_way = any(other.body.number == number for other in self.pending.values())
        return is_on_its_way or number in self.free or number >= self.next_number


class Purchases:
    """What a holder buys: one settled payment for each purchase, however often it had to be signed."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known
        self.open: dict[CommandId, tuple[Any, Hash]] = {}
        self.sent: dict[CommandId, tuple[Any, Hash]] = {}
        # Purchases whose payment certainly did not happen, or came back.
        self.again: list[tuple[Any, Hash]] = []

    def buy(self, desk: Desk, order: Any, memo: Hash, expires_at: UnixMs) -> CommandId:
        """Sign the payment of a purchase."""
        identity = desk.give(order, expires_at, memo=memo, done=lambda outcome: self._hear(identity, outcome))
        self.open[identity] = (order, memo)
        return identity

    # 3.

    def _hear(self, identity: CommandId, outcome: Outcome) -> None:
        order, memo = self.open.pop(identity)
        if outcome.status is Status.SETTLED:
            self.sent[identity] = (order, memo)
        else:
            self.again.append((order, memo))

    def see_returns(self) -> None:
        """Learn which payments have come back."""
        for identity in [identity for identity in self.sent if identity in self.known.returned]:
            self.again.append(self.sent.pop(identity))


def is_lost(outcome: Outcome) -> bool:
    """Return whether an order certainly did not happen and never will."""
    return outcome in (EXPIRED, NEVER_PROCESSED)
