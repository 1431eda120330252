"""Intake: what a command must pass before it may be appended. Cheap checks first, then the signatures of the batch.

1. Size, network and kind: a few bytes are looked at.
2. What the engine may answer before the append: unknown wallets, used numbers, expired bodies, wrong policies.
3. Form and signatures of everything that is left, in one call to Rust without the interpreter's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from dcep.ids import NetworkId
from dcep.ledger.native import verify_records
from dcep.messages.commands.timekeeping import Checkpoint
from dcep.messages.frames import join
from dcep.messages.kinds import KIND_OF
from dcep.messages.outcomes import Outcome, not_processed
from dcep.messages.refusals import NotProcessed
from dcep.messages.signed import MAX_WIRE, MIN_WIRE, kind_of, prefix, record_of

Hear = Callable[[bytes], list[Outcome | None]]
_MALFORMED: Final = not_processed(NotProcessed.MALFORMED)
_WRONG_NETWORK: Final = not_processed(NotProcessed.WRONG_NETWORK)
_NOT_AUTHORISED: Final = not_processed(NotProcessed.NOT_AUTHORISED)
_CHECKPOINT: Final = KIND_OF[Checkpoint].number


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A batch after intake: the answers given already, None where the log must decide, and a frame's body of these."""

    answers: list[Outcome | None]
    body: bytes


def take_in(network: NetworkId, wires: Sequence[bytes], hear: Hear) -> Admitted:
    """Judge which commands of a batch may be appended.

    Args:
        network: the ledger's network.
        wires: commands as they came, hostile.
        hear: the engine's answer before the append, for a frame's body.

    Returns:
        One answer a wire in order; the body has the records of those with answer None, in order.
    """
    # 1.
    network_prefix = prefix(network)
    answers = [_look_at(wire, network_prefix) for wire in wires]
    open_places = [place for place, answer in enumerate(answers) if answer is None]
    body = _join(wires, open_places)
    # 2. and 3. A batch in which nothing is answered is joined once.
    for ask in (hear, partial(_verify, network)):
        heard = ask(body) if body else []
        if any(heard):
            for place, answer in zip(open_places, heard, strict=True):
                answers[place] = answer
            open_places = [place for place in open_places if answers[place] is None]
            body = _join(wires, open_places)
    return Admitted(answers=answers, body=body)


def _look_at(wire: bytes, network_prefix: bytes) -> Outcome | None:
    if not MIN_WIRE <= len(wire) <= MAX_WIRE:
        return _MALFORMED
    if not wire.startswith(network_prefix):
        return _WRONG_NETWORK if wire[:5] == network_prefix[:5] else _MALFORMED
    # A checkpoint is the worker's own word: nobody else brings one.
    return _NOT_AUTHORISED if kind_of(record_of(wire)) == _CHECKPOINT else None


def _join(wires: Sequence[bytes], places: Sequence[int]) -> bytes:
    return join([record_of(wires[place]) for place in places])


def _verify(network: NetworkId, body: bytes) -> list[Outcome | None]:
    return [None if reason is None else not_processed(reason) for reason in verify_records(network, body)]
