"""The cast of a run: keys, genesis, accounts. Everything follows from names, so every seed has the same keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from dcep.clock import DAY_MS, UnixMs, day_of_date, start_of
from dcep.crypto.keys import derive
from dcep.crypto.suites import Signer
from dcep.ids import TIER1, LedgerId, NetworkId, OperatorId, WalletId, home_of, wallet_id
from dcep.messages.commands.governance import ClassLimits, Rules
from dcep.messages.commands.timekeeping import Tick
from dcep.messages.genesis import Genesis, encode_genesis, network_of
from dcep.messages.layout import Code, Epoch, Hash, Key, Lane, Name, Number, Seq, Version
from dcep.messages.policies import Board, Policy, Seat
from dcep.messages.signatory import single_key
from dcep.messages.signed import Body, attach, encode_body
from dcep.money import MAX_FEN, Fen

_SEED: Final = b"dcep simulate: keys known to all "[:32]
# An hour before midnight in Shanghai, so that days change.
START: Final = UnixMs(start_of(day_of_date("2021-06-01")) + DAY_MS - 3_600_000)
MAX_LIFE: Final = UnixMs(600_000)
BOUND: Final = UnixMs(60_000)
OPERATORS: Final = (OperatorId(1), OperatorId(2))
OFFICERS_NEEDED: Final = 2
# The cap of class IV is this or less.
LARGEST_SMALL_CAP: Final = Fen(300)
# Holders in the order of their shards.
PEOPLE: Final = ("Lin", "Chen", "Zhao", "Wu", "Sun", "Zhou", "Xu", "Ma", "Gao")
_NONE: Final = ClassLimits(cap=MAX_FEN, single=MAX_FEN, daily=MAX_FEN, annual=MAX_FEN)
_MIDDLE: Final = ClassLimits(cap=Fen(900), single=Fen(500), daily=Fen(1_500), annual=MAX_FEN)


@dataclass(slots=True, kw_only=True)
class Guard:
    """Who acts for an account now: the policy, the keys that sign under it, and its epoch."""

    policy: Policy
    signers: Sequence[Signer]
    epoch: int = 1


@cache
def signer(*labels: str | int) -> Signer:
    """Return the key of this name."""
    return Signer(derive(_SEED, *labels))


@cache
def board(generation: int) -> tuple[Board, tuple[Signer, ...]]:
    """Return a board of three officers at two sites, and their keys; the first two sign, or the last two."""
    keys = [signer("officer", generation, place) for place in range(3)]
    seats = tuple(Seat(site=1 + place % 2, suite=key.suite, key=Key(key.public)) for place, key in enumerate(keys))
    return Board(needed=OFFICERS_NEEDED, sites=2, seats=seats), tuple(keys)


def rules(replaces: int, small_cap: Fen = LARGEST_SMALL_CAP) -> Rules:
    """Return a rule set with narrow limits, in force at once; `small_cap` is the cap of class IV."""
    small = ClassLimits(cap=small_cap, single=Fen(200), daily=Fen(600), annual=Fen(2_000))
    return Rules(
        replaces=Version(replaces),
        name=Name(b"model".ljust(16, b"\0")),
        effective_at=UnixMs(0),
        max_life=MAX_LIFE,
        clock_bound=BOUND,
        classes=(_NONE, _MIDDLE, _MIDDLE, small, _NONE),
    )


@cache
def genesis(shards: int) -> Genesis:
    """Return the genesis of a network with so many shards."""
    return Genesis(
        random=Hash(bytes(32)),
        simulated_time=Code(1),
        board=board(1)[0],
        supervision=single_key(signer("supervision")),
        members=single_key(signer("members")),
        rules=rules(0),
        tier1_worker=Key(signer("worker", TIER1, 0).public),
        shard_workers=tuple(Key(signer("worker", shard, 0).public) for shard in range(shards)),
    )


@cache
def genesis_bytes(shards: int) -> tuple[bytes, NetworkId]:
    """Return the genesis as bytes, and the network that it founds."""
    data = encode_genesis(genesis(shards))
    return data, network_of(data)


@cache
def wallet_at(operator: OperatorId, shard: LedgerId, place: int, shards: int) -> WalletId:
    """Return the place-th number of an operator whose account lives on a shard."""
    serial = 1_000 + place * shards
    while home_of(wallet_id(operator, serial), shards) != shard:
        serial += 1
    return wallet_id(operator, serial)


def registrar_at(operator: OperatorId, shard: LedgerId, shards: int) -> WalletId:
    """Return an operator's registrar on a shard."""
    return wallet_at(operator, shard, 0, shards)


def vault_at(operator: OperatorId, shard: LedgerId, shards: int) -> WalletId:
    """Return an operator's vault on a shard."""
    return wallet_at(operator, shard, 1, shards)


def nobody_at(shard: LedgerId, shards: int) -> WalletId:
    """Return a number on a shard that no wallet has."""
    return wallet_at(OPERATORS[0], shard, 900, shards)


def signed_by(network: NetworkId, body: Body, guard: Guard, places: Sequence[int] = (0, 1)) -> bytes:
    """Return the wire of a body, signed by those of the guard's keys who stand at these places."""
    data = encode_body(network, body)
    keys = [(place, guard.signers[place]) for place in places if place < len(guard.signers)]
    return attach(data, guard.policy, {place: key.sign(data) for place, key in keys})


@cache
def tick(network: NetworkId, time: UnixMs, teller: str = "members") -> bytes:
    """Return the wire of a tick; the members tell the time, and whoever else signs is not heard."""
    order: Any = Tick(height=Seq(1), time=time)
    body = Body(account=WalletId(0), lane=Lane(0), number=Number(0), expires_at=UnixMs(0), epoch=Epoch(0), order=order)
    key = signer(teller)
    return signed_by(network, body, Guard(policy=single_key(key), signers=(key,)))
