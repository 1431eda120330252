"""The carrier of the channel: brings messages and acknowledgements from one ledger to the other, at least once.

1. What the source has sent and the destination has not taken in is brought as credits, in the order of n.
2. The destination's newest header is brought back as an acknowledgement.

Anyone may relay, any number of times: the proofs and the dense counters make each message count once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dcep.clock import UnixMs
from dcep.errors import Damaged
from dcep.ids import LedgerId
from dcep.ledger.client import Line
from dcep.ledger.worker.answers import Answer
from dcep.ledger.worker.evidence import frame_evidence
from dcep.ledger.worker.opening import OpenLedger
from dcep.messages.commands.channel import Ack, Credit
from dcep.messages.headers import Flow, decode_signed_header
from dcep.messages.layout import Blob, Count, Number, Seq
from dcep.messages.signed import unsigned

_AT_ONCE: Final = 64


def carry(source: Line, destination: Line, *, at: UnixMs | None = None) -> list[Answer]:
    """Bring everything that waits from the source to the destination, then the acknowledgement back.

    Args:
        at: the time of the frames, only on a network with simulated time.

    Returns:
        The destination's answers to the credits, in order.
    """
    answers: list[Answer] = []
    # 1.
    waiting = list(_credits(source.ledger, destination.ledger))
    for start in range(0, len(waiting), _AT_ONCE):
        answers += destination.submit(waiting[start : start + _AT_ONCE], at=at)
    # 2.
    acknowledgement = _ack(destination.ledger, source.ledger)
    if acknowledgement is not None:
        source.submit([acknowledgement], at=at)
    return answers


def _credits(source: OpenLedger, destination: OpenLedger) -> Iterator[bytes]:
    first = _flow(destination, source.ledger).received + 1
    last = _flow(source, destination.ledger).sent
    for n in map(Number, range(first, last + 1)):
        yield unsigned(source.network, _credit(source, destination.ledger, n))


def _credit(source: OpenLedger, peer: LedgerId, n: Number) -> Credit:
    """Return message n to a peer with its proof."""
    message = source.engine.outbound(peer, n)
    evidence = frame_evidence(source, _frame_that_sent(source, peer, n))
    for index, outcome in enumerate(evidence.outcomes):
        if message is not None and any((sent.to, sent.n) == (peer, n) for sent in outcome.sent):
            proof = evidence.of(index)
            return Credit(
                message=Blob(message),
                command=proof.command,
                outcome=Blob(outcome.encode()),
                index=Count(index),
                path=proof.path,
                header=Blob(proof.header.encode()),
            )
    raise Damaged("message_missing", f"message {n} is in no outcome of its frame", file="headers", offset=0)


def _frame_that_sent(source: OpenLedger, peer: LedgerId, n: Number) -> Seq:
    """Find the first frame after which n messages had been sent; headers hold the dense count."""
    low, high = int(source.headers.first), int(source.seq)
    while low < high:
        middle = (low + high) // 2
        header = decode_signed_header(source.headers.at(Seq(middle))[0]).header
        flow = header.flow(peer)
        if flow is not None and flow.sent >= n:
            high = middle
        else:
            low = middle + 1
    return Seq(low)


def _ack(destination: OpenLedger, source: OpenLedger) -> bytes | None:
    """Return the destination's newest header as an acknowledgement, if it says something new to the source."""
    taken = _flow(destination, source.ledger).received
    if destination.seq == 0 or taken == source.engine.acked(destination.ledger):
        return None
    header, _ = destination.headers.at(destination.seq)
    return unsigned(source.network, Ack(header=Blob(header)))


def _flow(ledger: OpenLedger, peer: LedgerId) -> Flow:
    return next(flow for flow in ledger.engine.standing().flows if flow.peer == peer)
