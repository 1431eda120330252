"""Intake: what a command must pass before it may be appended. Cheap checks first, then the signatures of the batch.

1. Size, network and kind: a few bytes are looked at.
2. What the engine may answer before the append: unknown wallets, used numbers, expired bodies, wrong policies.
3. Form and signatures of everything that is left, in one call to Rust without the interpreter's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from dcep.ids import NetworkId
from dcep.ledger.native import verify_records
from dcep.messages.commands.timekeeping import Checkpoint
from dcep.messages.frames import join
from dcep.messages.kinds import KIND_OF
from dcep.messages.outcomes import Outcome, not_processed
from dcep.messages.refusals import NotProcessed
from dcep.messages.signed import MAX_WIRE, MIN_WIRE, PREFIX_SIZE, kind_of, prefix, record_of

Hear = Callable[[bytes], list[Outcome | None]]
_MALFORMED: Final = not_processed(NotProcessed.MALFORMED)
_WRONG_NETWORK: Final = not_processed(NotProcessed.WRONG_NETWORK)
_NOT_AUTHORISED: Final = not_processed(NotProcessed.NOT_AUTHORISED)
_CHECKPOINT: Final = KIND_OF[Checkpoint].number


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A batch after intake: the answers given already, None where the log must decide, and the records of these."""

    answers: list[Outcome | None]
    records: list[bytes]


def take_in(network: NetworkId, wires: Sequence[bytes], hear: Hear) -> Admitted:
    """Judge which commands of a batch may be appended.

    Args:
        network: the ledger's network.
        wires: commands as they came, hostile.
        hear: the engine's answer before the append, for a frame's body.

    Returns:
        One answer a wire in order; `records` are those with answer None, in order.
    """
    answers: list[Outcome | None] = []
    network_prefix = prefix(network)

    # 1.
    for wire in wires:
        answers.append(_look_at(wire, network_prefix))
    # 2.
    _answer(answers, wires, hear)
    # 3.
    _answer(answers, wires, lambda body: _verify(network, body))
    records = [record_of(wire) for wire, answer in zip(wires, answers, strict=True) if answer is None]
    return Admitted(answers=answers, records=records)


def _look_at(wire: bytes, network_prefix: bytes) -> Outcome | None:
    if not MIN_WIRE <= len(wire) <= MAX_WIRE or wire[:5] != network_prefix[:5]:
        return _MALFORMED
    if wire[5:PREFIX_SIZE] != network_prefix[5:]:
        return _WRONG_NETWORK
    # A checkpoint is the worker's own word: nobody else brings one.
    return _NOT_AUTHORISED if kind_of(record_of(wire)) == _CHECKPOINT else None


def _answer(answers: list[Outcome | None], wires: Sequence[bytes], ask: Hear) -> None:
    """Put the question to all that are still unanswered, in one call."""
    places = [place for place, answer in enumerate(answers) if answer is None]
    if not places:
        return
    body = join([record_of(wires[place]) for place in places])
    for place, answer in zip(places, ask(body), strict=True):
        answers[place] = answer


def _verify(network: NetworkId, body: bytes) -> list[Outcome | None]:
    return [None if reason is None else not_processed(reason) for reason in verify_records(network, body)]
