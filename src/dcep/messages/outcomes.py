"""What became of a command: one answer, and the messages that it sent to other ledgers.

An outcome and its command's id are a leaf of the tree whose root the worker signs: leaf data = command id ‖ outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from dcep.ids import CommandId, LedgerId
from dcep.messages.layout import Hash, Malformed, Number, Reader
from dcep.messages.refusals import NotProcessed, Refusal


class Status(IntEnum):
    """The answers of a ledger. ALREADY_USED and SUPERSEDED speak of a number and are resolved by history."""

    SETTLED = 1
    REFUSED = 2
    EXPIRED = 3
    NOT_PROCESSED = 4
    ALREADY_USED = 5
    SUPERSEDED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message that the command put into a channel: its place and the SHA-256 of its bytes."""

    to: LedgerId
    n: Number
    digest: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One answer; `reason` is the number of the Refusal or NotProcessed, else 0."""

    status: Status
    reason: int = 0
    sent: tuple[Sent, ...] = ()

    @property
    def code(self) -> str:
        """The stable code: the reason where there is one, else the status."""
        if self.status is Status.REFUSED:
            return Refusal(self.reason).code
        if self.status is Status.NOT_PROCESSED:
            return NotProcessed(self.reason).code
        return self.status.name.lower()

    @property
    def is_final(self) -> bool:
        """Return whether the answer is final for the body."""
        return self.status in FINAL

    def encode(self) -> bytes:
        """Return the outcome's bytes: status ‖ reason ‖ count ‖ sent messages."""
        head = bytes((self.status,)) + self.reason.to_bytes(2) + bytes((len(self.sent),))
        return head + b"".join(sent.to.to_bytes(2) + sent.n.to_bytes(8) + sent.digest for sent in self.sent)


FINAL: Final = frozenset({Status.SETTLED, Status.REFUSED, Status.EXPIRED})
SETTLED: Final = Outcome(status=Status.SETTLED)
EXPIRED: Final = Outcome(status=Status.EXPIRED)
ALREADY_USED: Final = Outcome(status=Status.ALREADY_USED)
SUPERSEDED: Final = Outcome(status=Status.SUPERSEDED)
_REFUSED: Final = {refusal: Outcome(status=Status.REFUSED, reason=refusal) for refusal in Refusal}
_UNHEARD: Final = {reason: Outcome(status=Status.NOT_PROCESSED, reason=reason) for reason in NotProcessed}


def refused(refusal: Refusal) -> Outcome:
    """Return the answer of a rule that said no."""
    return _REFUSED[refusal]


def not_processed(reason: NotProcessed) -> Outcome:
    """Return the answer to a command that was not heard."""
    return _UNHEARD[reason]


def leaf(command: CommandId, outcome: Outcome) -> bytes:
    """Return the leaf data of a command's outcome."""
    return command + outcome.encode()


def read_outcome(reader: Reader) -> Outcome:
    """Take one outcome off the reader; Malformed if it is none."""
    status, reason, count = reader.integer(1), reader.integer(2), reader.integer(1)
    sent = tuple([_read_sent(reader) for _ in range(count)])
    try:
        outcome = Outcome(status=Status(status), reason=reason, sent=sent)
        if not outcome.code or (reason != 0) != (outcome.status in (Status.REFUSED, Status.NOT_PROCESSED)):
            raise Malformed("a reason without its status")
    except ValueError as error:
        raise Malformed("no such outcome") from error
    return outcome


def decode_outcome(data: bytes) -> Outcome:
    """Return the outcome with these bytes."""
    reader = Reader(data)
    outcome = read_outcome(reader)
    reader.finish()
    return outcome


def decode_outcomes(data: bytes, count: int) -> list[Outcome]:
    """Return the outcomes of a frame, which stand one after the other."""
    reader = Reader(data)
    outcomes = [read_outcome(reader) for _ in range(count)]
    reader.finish()
    return outcomes


def _read_sent(reader: Reader) -> Sent:
    return Sent(to=LedgerId(reader.integer(2)), n=Number(reader.integer(8)), digest=Hash(reader.take(32)))
