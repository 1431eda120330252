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
    """The answers of a ledger. ALREADY_USED and SUPERSEDED speak of a number and are resolved by history.

    The last three are history's own: they stand in no frame and under no header.
    """

    SETTLED = 1
    REFUSED = 2
    EXPIRED = 3
    NOT_PROCESSED = 4
    ALREADY_USED = 5
    SUPERSEDED = 6
    NEVER_PROCESSED = 7
    NOT_COVERED = 8
    BEHIND = 9


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
        """The stable code: the reason where there is one, else the status; `behind` is `unavailable` to the outside."""
        if self.status is Status.REFUSED:
            return Refusal(self.reason).code
        if self.status is Status.NOT_PROCESSED:
            return NotProcessed(self.reason).code
        if self.status is Status.BEHIND:
            return "unavailable"
        return self.status.name.lower()

    @property
    def is_final(self) -> bool:
        """Return whether the answer is final for the body."""
        return self.status in FINAL

    def encode(self) -> bytes:
        """Return the outcome's bytes: status ‖ reason ‖ count ‖ sent messages."""
        head = bytes((self.status,)) + self.reason.to_bytes(2) + bytes((len(self.sent),))
        return head + b"".join(sent.to.to_bytes(2) + sent.n.to_bytes(8) + sent.digest for sent in self.sent)


FINAL: Final = frozenset({Status.SETTLED, Status.REFUSED, Status.EXPIRED, Status.NEVER_PROCESSED})
SETTLED: Final = Outcome(status=Status.SETTLED)
EXPIRED: Final = Outcome(status=Status.EXPIRED)
ALREADY_USED: Final = Outcome(status=Status.ALREADY_USED)
SUPERSEDED: Final = Outcome(status=Status.SUPERSEDED)
NEVER_PROCESSED: Final = Outcome(status=Status.NEVER_PROCESSED)
NOT_COVERED: Final = Outcome(status=Status.NOT_COVERED)
BEHIND: Final = Outcome(status=Status.BEHIND)
_REFUSED: Final = {refusal: Outcome(status=Status.REFUSED, reason=refusal) for refusal in Refusal}
_UNHEARD: Final = {reason: Outcome(status=Status.NOT_PROCESSED, reason=reason) for reason in NotProcessed}
# Nearly every outcome sends nothing: these need not be made anew each time.
_PLAIN: Final = {
    outcome.encode(): outcome
    for outcome in (SETTLED, EXPIRED, ALREADY_USED, SUPERSEDED, *_REFUSED.values(), *_UNHEARD.values())
}
_HEAD_SIZE: Final = 4
_SETTLED_HEAD: Final = SETTLED.encode()


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
    head = reader.take(_HEAD_SIZE)
    plain = _PLAIN.get(head)
    if plain is not None:
        return plain
    status, reason, count = head[0], int.from_bytes(head[1:3]), head[3]
    if status > Status.SUPERSEDED:
        raise Malformed("what history says is no outcome of a frame")
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
    if data == _SETTLED_HEAD * count:
        return [SETTLED] * count
    reader = Reader(data)
    outcomes = [read_outcome(reader) for _ in range(count)]
    reader.finish()
    return outcomes


def _read_sent(reader: Reader) -> Sent:
    return Sent(to=LedgerId(reader.integer(2)), n=Number(reader.integer(8)), digest=Hash(reader.take(32)))
