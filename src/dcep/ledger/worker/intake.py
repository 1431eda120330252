"""Intake: what a command must pass before it may be appended. Cheap checks first, then the signatures of the batch.

1. Size, network and kind: a few bytes are looked at.
2. What the engine may answer before the append: unknown wallets, used numbers, expired bodies, wrong policies.
3. Form and signatures of everything that is left, in one call to Rust without the interpreter's lock.

A batch with forgeries is followed by others: whoever floods a ledger with them does not stop at one. So the next batch
is taken for suspect, and its signatures are searched in another way. No verdict depends on that, only its price.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dcep.ids import NetworkId
from dcep.ledger.native import read_wires, verify_records
from dcep.messages.frames import join
from dcep.messages.outcomes import Outcome, not_processed
from dcep.messages.refusals import NotProcessed
from dcep.messages.signed import record_of

Hear = Callable[[bytes], list[Outcome | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A batch after intake.

    `answers` are those given already, None where the log must decide; `body` is a frame's body of these. `is_forged`
    says that more than one signature was bad, `may_change_workers` that a command may bring another list of workers.
    """

    answers: list[Outcome | None]
    body: bytes
    is_forged: bool = False
    may_change_workers: bool = False


def take_in(network: NetworkId, wires: Sequence[bytes], hear: Hear, *, is_suspect: bool = False) -> Admitted:
    """Judge which commands of a batch may be appended.

    Args:
        network: the ledger's network.
        wires: commands as they came, hostile.
        hear: the engine's answer before the append, for a frame's body.
        is_suspect: the batch before was forged.

    Returns:
        One answer a wire in order; the body has the records of those with answer None, in order.
    """
    # 1.
    verdicts, body, may_change_workers = read_wires(network, wires)
    answers = _answers(verdicts)
    # 2.
    body = _note(answers, wires, body, hear(body) if body else [])
    # 3.
    verdicts = verify_records(network, body, is_suspect=is_suspect) if body else []
    body = _note(answers, wires, body, _answers(verdicts))
    is_forged = any(verdicts) and verdicts.count(NotProcessed.BAD_SIGNATURE) > 1
    return Admitted(answers=answers, body=body, is_forged=is_forged, may_change_workers=may_change_workers)


def _note(answers: list[Outcome | None], wires: Sequence[bytes], body: bytes, heard: Sequence[Outcome | None]) -> bytes:
    """Write down what was heard of the commands in a body, and return the body of those that have no answer yet."""
    # A batch in which nothing is answered is joined once.
    if not any(heard):
        return body
    places = [place for place, answer in enumerate(answers) if answer is None]
    for place, answer in zip(places, heard, strict=True):
        answers[place] = answer
    return join([record_of(wires[place]) for place in places if answers[place] is None])


def _answers(verdicts: Sequence[NotProcessed | None]) -> list[Outcome | None]:
    if not any(verdicts):
        return [None] * len(verdicts)
    return [None if reason is None else not_processed(reason) for reason in verdicts]
