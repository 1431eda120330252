"""Relays: they carry messages, acknowledgements and ticks, stale, twice and in any order; anyone may be one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.ids import LedgerId
from dcep.ledger.worker.headers import sign_header
from dcep.messages.commands.channel import Ack, Credit
from dcep.messages.headers import Flow, Header
from dcep.messages.layout import Blob, Count, Key, Number
from dcep.messages.signed import unsigned
from dcep.simulation.model.cast import tick
from dcep.simulation.model.judgement.reading import Reading
from dcep.simulation.model.judgement.situations import Situation
from dcep.simulation.model.world import World

_CENTURY: Final = 100 * 365 * 86_400_000


def flow_of(reading: Reading, peer: LedgerId) -> Flow:
    """Return what has gone between a ledger and its peer."""
    return next(flow for flow in reading.engine.standing().flows if flow.peer == peer)


def credit(world: World, source: LedgerId, peer: LedgerId, n: int, key: Signer) -> bytes | None:
    """Return the wire that brings message n, under a header that a worker has signed with one of its keys."""
    sending = world.places[source].reading.traffic.sent.get((peer, Number(n)))
    if sending is None:
        return None
    order = Credit(
        message=Blob(sending.message),
        command=sending.command,
        outcome=Blob(sending.outcome.encode()),
        index=Count(sending.index),
        path=sending.path,
        header=Blob(_signed(sending.header, key)),
    )
    return unsigned(world.known.network, order)


def ack(world: World, header: Header, key: Signer) -> bytes:
    """Return the wire that brings a header as an acknowledgement."""
    return unsigned(world.known.network, Ack(header=Blob(_signed(header, key))))


def carry_something(world: World) -> None:
    """Carry a few messages or an acknowledgement between two ledgers, often what nobody needs any more."""
    chance = world.chance
    source, peer = chance.sample(world.ledgers, 2)
    reading, key = world.places[source].reading, chance.choice(world.places[source].keys[-2:])
    is_slow = (source, peer) in world.slow and chance.random() < 0.95
    if is_slow or chance.random() < 0.4:
        headers = reading.shelf.headers
        if headers:
            header = headers[-1] if chance.random() < 0.6 else chance.choice(headers)
            world.post(peer, ack(world, header, key))
        return
    first = world.places[peer].reading.traffic.taken[source] + 1
    last = reading.traffic.sent_count[peer]
    wanted = list(range(first, min(first + 4, last + 1)))
    if last and chance.random() < 0.3:
        wanted.append(chance.randrange(1, last + 1))
    if chance.random() < 0.3:
        chance.shuffle(wanted)
    for n in wanted:
        wire = credit(world, source, peer, n, key)
        if wire is not None:
            world.post(peer, wire)


def carry_time(world: World) -> None:
    """Bring tier 1's time to a ledger: the newest, an old one, or one that only operators have signed."""
    ledger, what = world.chance.choice(world.ledgers), world.chance.random()
    time = world.now
    if what > 0.85:
        world.known.saw(Situation.OLD_TICK)
        time = UnixMs(time - world.chance.randrange(1, 600_000))
    world.post(ledger, tick(world.known.network, time))
    if what > 0.95:
        world.known.saw(Situation.STRANGE_TICK)
        world.post(ledger, tick(world.known.network, UnixMs(world.now + _CENTURY), "operators"))


def _signed(header: Header, key: Signer) -> bytes:
    return sign_header(replace(header, worker=Key(key.public)), key).encode()
