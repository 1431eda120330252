"""Both engines before the same hostile bytes: the same answers, the same outcomes, the same root, and no fall.

Each input meets the same state, which is read back from chunks: whoever finds something finds it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from dcep.clock import DAY_MS, UnixMs
from dcep.crypto import merkle
from dcep.ids import TIER1, CommandId, LedgerId
from dcep.ledger.engine.standing import Engine
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.native import RustEngine, verify_records
from dcep.messages import signed
from dcep.messages.commands.channel import Ack, Credit
from dcep.messages.commands.freezing import Freeze
from dcep.messages.commands.payments import Pay
from dcep.messages.crossings import Message, OfficersOrder, digest_of, encode_message
from dcep.messages.frames import MAX_RECORD, join, split
from dcep.messages.headers import encode_header
from dcep.messages.layout import Blob, Code, Count, Hash, Malformed, Number, Version
from dcep.messages.outcomes import Outcome, Sent, Status
from dcep.money import Fen
from tests.conformance.twins.orders import SHARDS, Given
from tests.conformance.twins.twins import Twins
from tests.conformance.twins.verdict import verdict
from tests.fuzz.hostile import mutated
from tests.fuzz.real import WORLD
from tests.fuzz.target import Target, seeds_of
from tests.names import key, signer, wallet

_SHARD: Final = LedgerId(0)
_NETWORK: Final = WORLD.network
_GENESIS: Final = _NETWORK.genesis_bytes
_OTHER: Final = LedgerId(1)
_LONGEST_BLOB: Final = 10_000


def _live() -> None:
    """Let something happen on the shards, so that every table of their states has rows."""
    pay = {name: Pay(receiver=wallet(name, SHARDS), amount=Fen(7)) for name in ("wang", "li@1", "li")}
    freeze = Freeze(wallet=wallet("wang", SHARDS), replaces=Version(0), scope=Code(3), basis=Hash(bytes(32)))
    WORLD.give(_SHARD, [Given(account="li", order=pay["wang"]), Given(account="wang", order=pay["li@1"], lane=1)])
    WORLD.give(_OTHER, [Given(account="li", order=pay["li"])])
    WORLD.give(_SHARD, [Given(account="registrar", order=freeze)])
    WORLD.carry()
    WORLD.allocate(_SHARD, Fen(5), "fuzz", 0)


_live()
CHUNKS: Final = WORLD.place(_SHARD).engine.chunks()
_WORKER: Final = key(WORLD.place(_SHARD).worker)


def judge(body: bytes) -> None:
    """Let both engines hear and apply a body; `Twins` compares whatever they say."""
    twins = Twins(_GENESIS, _SHARD, CHUNKS)
    heard = [_heard(engine, body) for engine in _both(CHUNKS)]
    assert heard[0] == heard[1]
    for time in (_NETWORK.now, UnixMs(_NETWORK.now + DAY_MS)):
        twins.apply(_WORKER, time, body)
        twins.root()


def _both(chunks: list[bytes]) -> tuple[Engine, Engine]:
    return PythonEngine(_GENESIS, _SHARD, chunks), RustEngine(_GENESIS, _SHARD, chunks)


def _heard(engine: Engine, body: bytes) -> list[Outcome | None] | None:
    try:
        return engine.hear(body)
    except Malformed:
        return None


def _record(data: bytes) -> None:
    """Judge a record at intake and in a frame of its own."""
    if len(data) <= MAX_RECORD:
        assert verify_records(_NETWORK.id, join([data])) == [verdict(_NETWORK.id, data)]
        judge(join([data]))


# A credit whose proof holds, with one hostile part in it.


def _credit(
    *,
    source: LedgerId = _OTHER,
    message: bytes | None = None,
    outcome: bytes | None = None,
    header: Callable[[Any], bytes] | None = None,
) -> bytes:
    message = _MESSAGE if message is None else message
    sent = Sent(to=_SHARD, n=_NEXT, digest=digest_of(message))
    outcome = Outcome(status=Status.SETTLED, sent=(sent,)).encode() if outcome is None else outcome
    command = CommandId(bytes(32))
    root = Hash(merkle.root([command + outcome]))
    said = replace(WORLD.place(source).headers[-1].header, outcomes_root=root, count=Count(1))
    encoded = encode_header(said) + signer(WORLD.place(source).worker).sign(encode_header(said))
    order = Credit(
        message=Blob(message),
        command=command,
        outcome=Blob(outcome),
        index=Count(0),
        path=(),
        header=Blob(encoded if header is None else header(encoded)),
    )
    return signed.record_of(signed.unsigned(_NETWORK.id, order))


def _next_message(source: LedgerId, content: Any) -> bytes:
    n = Number(_NETWORK.received(source, _SHARD) + 1)
    return encode_message(_NETWORK.id, Message(source=source, destination=_SHARD, n=n, content=content))


def _real_message() -> bytes:
    content = next(each.message for (source, to, _), each in _NETWORK.sent.items() if (source, to) == (_OTHER, _SHARD))
    return content[:24] + _NEXT.to_bytes(8) + content[32:]


_NEXT: Final = Number(_NETWORK.received(_OTHER, _SHARD) + 1)
_MESSAGE: Final = _real_message()
_OUTCOME: Final = Outcome(status=Status.SETTLED, sent=(Sent(to=_SHARD, n=_NEXT, digest=digest_of(_MESSAGE)),)).encode()
_ORDERS: Final = [
    signed.decode(each.message[33 + 2 :], _NETWORK.id).wire
    for (source, to, _), each in _NETWORK.sent.items()
    if (source, to) == (TIER1, _SHARD)
]


def _proven_message(data: bytes) -> None:
    if len(data) <= _LONGEST_BLOB:
        judge(join([_credit(message=data)]))


def _proven_outcome(data: bytes) -> None:
    if len(data) <= _LONGEST_BLOB:
        judge(join([_credit(outcome=data)]))


def _officers_order(data: bytes) -> None:
    if len(data) <= _LONGEST_BLOB:
        message = _next_message(TIER1, OfficersOrder(order=Blob(data)))
        n = Number(_NETWORK.received(TIER1, _SHARD) + 1)
        outcome = Outcome(status=Status.SETTLED, sent=(Sent(to=_SHARD, n=n, digest=digest_of(message)),)).encode()
        judge(join([_credit(source=TIER1, message=message, outcome=outcome)]))


def _brought_header(data: bytes) -> None:
    if len(data) <= _LONGEST_BLOB:
        ack = signed.record_of(signed.unsigned(_NETWORK.id, Ack(header=Blob(data))))
        _record(ack)
        judge(join([_credit(header=lambda _: data)]))


# Snapshots.


def _cut_chunks(data: bytes) -> list[bytes] | None:
    chunks, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        chunks.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return chunks if at == len(data) else None


def _join_chunks(chunks: list[bytes]) -> bytes:
    return b"".join(len(chunk).to_bytes(4) + chunk for chunk in chunks)


def _state(data: bytes) -> None:
    """Both engines go on from the same chunks, or neither does."""
    chunks = _cut_chunks(data)
    if chunks is None:
        return
    states = []
    for make in (PythonEngine, RustEngine):
        try:
            states.append(make(_GENESIS, _SHARD, chunks).chunks())
        except Malformed:
            states.append([])
    assert states[0] == states[1]
    assert not states[0] or states[0] == chunks, "two snapshots of one state"


def _genesis(data: bytes) -> None:
    """Both engines begin with the same genesis, or neither does."""
    roots = []
    for make in (PythonEngine, RustEngine):
        try:
            roots.append(make(data, _SHARD).root())
        except Malformed:
            roots.append(Hash(b""))
    assert roots[0] == roots[1]


_BODIES: Final = [frame.body for frame in WORLD.place(_SHARD).log]
_RECORDS: Final = [record for body in _BODIES for record in split(body)]


def _target(name: str, check: Callable[[bytes], None], seeds: list[bytes]) -> Target:
    return Target(name=name, group="engines", inputs=mutated(seeds_of(name, seeds)), check=check)


TARGETS: Final = [
    _target("engine-body", judge, _BODIES),
    _target("engine-record", _record, _RECORDS),
    _target("engine-message", _proven_message, [_MESSAGE]),
    _target("engine-outcome", _proven_outcome, [_OUTCOME]),
    _target("engine-order", _officers_order, _ORDERS),
    _target("engine-header", _brought_header, [place.headers[-1].encode() for place in _NETWORK.ledgers.values()]),
    _target("engine-state", _state, [_join_chunks(CHUNKS)]),
    _target("engine-genesis", _genesis, [_GENESIS]),
]
