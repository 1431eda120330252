"""Between the ledgers: what was sent against what was received, and headers that travelled against their source.

1. Sent ≥ received ≥ acknowledged, in messages and in fen; money between two ledgers is never below zero.
2. All money of all ledgers, with what is between them, is what was issued and not withdrawn.
3. A header that a ledger took for a proof is the one that follows from the log of which it speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import NamedTuple

from dcep.ids import TIER1, LedgerId, ledger_name
from dcep.ledger.audit.replay import Replayed
from dcep.ledger.audit.report import Findings
from dcep.ledger.worker.headers import says_the_same
from dcep.messages.headers import Flow


def judge_tiers(ledgers: Sequence[Replayed], findings: Findings) -> None:
    """Hold the ledgers of a network to each other; one that broke off is not judged by its counters."""
    complete = [ledger for ledger in ledgers if ledger.is_complete]
    for source, destination in permutations(complete, 2):
        _judge_channel(source, destination, findings)
    if len(complete) == len(ledgers):
        _judge_supply(ledgers, findings)
    for witness in ledgers:
        for subject in ledgers:
            _judge_testimonies(witness, subject, findings)


# 1.


class _Way(NamedTuple):
    """What has gone one way between two ledgers, by either's word."""

    sent: int
    received: int
    acked: int
    sent_fen: int
    received_fen: int


def _judge_channel(source: Replayed, destination: Replayed, findings: Findings) -> None:
    out, into = _flow(source, destination.ledger), _flow(destination, source.ledger)
    if out is None or into is None:
        return
    way = _Way(out.sent, into.received, source.engine.acked(destination.ledger), out.sent_fen, into.received_fen)
    names = ledger_name(source.ledger), ledger_name(destination.ledger)
    if not way.sent >= way.received >= way.acked:
        message = (
            f"{names[0]} has sent {way.sent} messages to {names[1]}, which received {way.received}"
            f" and acknowledged {way.acked}"
        )
        findings.blame(_log(destination), 0, destination.seq, "channel_differs", message)
    if way.sent_fen < way.received_fen:
        message = f"{names[1]} received {way.received_fen} fen from {names[0]}, which sent {way.sent_fen} fen"
        findings.blame(_log(destination), 0, destination.seq, "money_from_nowhere", message)


# 2.


def _judge_supply(ledgers: Sequence[Replayed], findings: Findings) -> None:
    standings = [ledger.engine.standing() for ledger in ledgers]
    held = sum(standing.total for standing in standings)
    between = sum(flow.sent_fen - flow.received_fen for standing in standings for flow in standing.flows)
    for ledger in ledgers:
        if ledger.ledger == TIER1:
            sums = ledger.engine.sums()
            if held + between != sums.issued - sums.withdrawn:
                message = (
                    f"{sums.issued} fen were issued and {sums.withdrawn} fen withdrawn, but the ledgers hold {held} fen"
                    f" and {between} fen are between them"
                )
                findings.blame(_log(ledger), 0, ledger.seq, "supply_differs", message)


# 3.


def _judge_testimonies(witness: Replayed, subject: Replayed, findings: Findings) -> None:
    name = ledger_name(subject.ledger)
    for at, header in witness.believed:
        if header.ledger != subject.ledger:
            continue
        computed = subject.headers.get(header.seq)
        if computed is not None and not says_the_same(header, computed):
            message = f"command {at.command} of the frame brought another header of frame {header.seq} of {name}"
            findings.blame(at.file, at.offset, at.frame, "header_contradicts", message)
        elif computed is None and subject.is_complete and header.seq > subject.start:
            message = (
                f"command {at.command} of the frame brought a header of frame {header.seq} of {name}, which is gone"
            )
            findings.blame(at.file, at.offset, at.frame, "frames_missing", message)


def _flow(ledger: Replayed, peer: LedgerId) -> Flow | None:
    return next((flow for flow in ledger.engine.standing().flows if flow.peer == peer), None)


def _log(ledger: Replayed) -> str:
    place = ledger.survey.place
    return place.relative(place.log)
