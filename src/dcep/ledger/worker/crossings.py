"""What a ledger hands to a relay: its messages to a peer as credits, and what it has taken in as an acknowledgement.

Each carries its proof, made from the ledger's own log and headers: a relay signs nothing and is believed nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from dcep.errors import BadInput, Damaged
from dcep.ids import LedgerId, ledger_name
from dcep.ledger.engine.standing import Engine
from dcep.ledger.worker.evidence import frame_evidence
from dcep.ledger.worker.opening import OpenLedger
from dcep.messages.commands.channel import Ack, Credit
from dcep.messages.headers import decode_signed_header
from dcep.messages.layout import Blob, Count, Number, Seq
from dcep.messages.signed import unsigned


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """One end of a channel: messages sent to the peer, taken in from it, and acknowledged by it."""

    peer: LedgerId
    sent: Number
    received: Number
    acked: Number


def crossing(ledger: OpenLedger, peer: LedgerId) -> Crossing:
    """Return this ledger's end of the channel to a peer.

    Raises:
        BadInput: `no_such_channel`.
    """

    def end(engine: Engine) -> Crossing | None:
        flow = next((flow for flow in engine.standing().flows if flow.peer == peer), None)
        if flow is None:
            return None
        return Crossing(peer=peer, sent=flow.sent, received=flow.received, acked=engine.acked(peer))

    found = ledger.ask(end)
    if found is None:
        raise BadInput("no_such_channel", f"no channel leads from here to {ledger_name(peer)}")
    return found


def credits_to(ledger: OpenLedger, peer: LedgerId, *, after: Number, limit: int) -> Iterator[tuple[Number, bytes]]:
    """Yield n and the credit of each message to a peer behind `after`, in order, at most `limit`.

    Messages that the peer has acknowledged are gone, and are not asked for again.
    """
    first = max(after, crossing(ledger, peer).acked) + 1
    for n in map(Number, range(first, min(_proven(ledger, peer), first + limit - 1) + 1)):
        message = ledger.ask(partial(_outbound, peer=peer, n=n))
        if message is None:
            # The peer has acknowledged it meanwhile: whoever asks is behind another relay.
            return
        yield n, unsigned(ledger.network, _credit(ledger, peer, n, message))


def acknowledgement(ledger: OpenLedger) -> bytes | None:
    """Return the newest header as an acknowledgement; None before the first."""
    newest = ledger.headers.count
    if newest == 0:
        return None
    header, _ = ledger.headers.at(newest)
    return unsigned(ledger.network, Ack(header=Blob(header)))


def _proven(ledger: OpenLedger, peer: LedgerId) -> Number:
    """Return how many messages the newest stored header says were sent: those behind it have no proof yet."""
    newest = ledger.headers.count
    flow = decode_signed_header(ledger.headers.at(newest)[0]).header.flow(peer) if newest else None
    return Number(0) if flow is None else flow.sent


def _outbound(engine: Engine, *, peer: LedgerId, n: Number) -> bytes | None:
    return engine.outbound(peer, n)


def _credit(ledger: OpenLedger, peer: LedgerId, n: Number, message: bytes) -> Credit:
    """Return message n to a peer with its proof."""
    evidence = frame_evidence(ledger, _frame_that_sent(ledger, peer, n))
    for index, outcome in enumerate(evidence.outcomes):
        if any((sent.to, sent.n) == (peer, n) for sent in outcome.sent):
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


def _frame_that_sent(ledger: OpenLedger, peer: LedgerId, n: Number) -> Seq:
    """Find the first frame after which n messages had been sent; headers hold the dense count."""
    low, high = int(ledger.headers.first), int(ledger.headers.count)
    while low < high:
        middle = (low + high) // 2
        header = decode_signed_header(ledger.headers.at(Seq(middle))[0]).header
        flow = header.flow(peer)
        if flow is not None and flow.sent >= n:
            high = middle
        else:
            low = middle + 1
    return Seq(low)
