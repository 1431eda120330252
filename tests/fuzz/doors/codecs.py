"""Every codec: hostile bytes are the canonical bytes of one value, or the one error that is documented."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from dcep.ids import LedgerId, NetworkId
from dcep.ledger.log.frames import Written, encode_frame, read_frame
from dcep.ledger.log.headers import encode_record, read_record
from dcep.ledger.log.pieces import BadPiece
from dcep.ledger.snapshots import decode_snapshot, encode_snapshot
from dcep.messages import layout, signed
from dcep.messages.commands.governance import ClassLimits
from dcep.messages.crossings import KINDS as CROSSINGS
from dcep.messages.crossings import Message, decode_message, encode_message
from dcep.messages.frames import join, split
from dcep.messages.genesis import Genesis, decode_genesis, encode_genesis
from dcep.messages.headers import Header, SignedHeader, decode_signed_header
from dcep.messages.kinds import KINDS
from dcep.messages.layout import SIZES, WIDTHS, Blob, Epoch, Lane, Malformed, Number, Reader
from dcep.messages.outcomes import Outcome, Sent, Status, decode_outcome
from dcep.messages.policies import NOBODY, Policy, read_policy
from dcep.messages.receipts import Receipt, decode_receipt, encode_receipt
from dcep.messages.refusals import NotProcessed, Refusal
from dcep.money import Fen
from tests.fuzz import real
from tests.fuzz.hostile import mutated
from tests.fuzz.target import Target, seeds_of
from tests.fuzz.trees import trees

T = TypeVar("T")
NETWORK: Final = NetworkId(real.NETWORK)


def _decode_order(data: bytes) -> tuple[int, Any]:
    """Read the fields of a command behind the number of its kind."""
    kind = KINDS.get(data[0] if data else 0)
    if kind is None:
        raise Malformed("no such kind")
    return data[0], layout.decode(kind.record, data[1:])


def _encode_order(order: tuple[int, Any]) -> bytes:
    return bytes((order[0],)) + layout.encode(order[1])


def _decode_policy(data: bytes) -> Policy:
    reader = Reader(data)
    policy = read_policy(reader)
    reader.finish()
    return policy


def encode_command(command: signed.Command) -> bytes:
    """Return the wire of a decoded command, made anew from what was read in it."""
    body = signed.encode_body(NETWORK, command.body)
    return signed.attach(body, command.policy, dict(command.signatures))


def _read_whole(data: bytes, read: Callable[[bytes], tuple[T, int]]) -> T:
    value, size = read(data)
    if size != len(data):
        raise BadPiece("there is more behind it", size)
    return value


def _encode_written(written: Written) -> bytes:
    return encode_frame(written.frame, written.seq, written.previous)


# Arbitrary values that are well formed, by the types of their fields.


def _values(hint: Any) -> st.SearchStrategy[Any]:
    if hint in WIDTHS:
        most = 2 ** (8 * WIDTHS[hint]) - 1
        return st.sampled_from([0, 1, most]) | st.integers(0, most)
    if hint in SIZES:
        return st.binary(min_size=SIZES[hint], max_size=SIZES[hint])
    if hint is Blob:
        return st.binary(max_size=60)
    if hint == Policy:
        return trees
    if get_origin(hint) is tuple:
        return st.lists(_values(get_args(hint)[0]), max_size=4).map(tuple)
    return _records(hint)


def _records(record: type[T]) -> st.SearchStrategy[T]:
    hints = get_type_hints(record)
    return st.fixed_dictionaries({name: _values(hint) for name, hint in hints.items()}).map(
        lambda fields: record(**fields)
    )


_ORDERS: Final[dict[int, st.SearchStrategy[Any]]] = {number: _records(kind.record) for number, kind in KINDS.items()}


@st.composite
def _commands(draw: st.DrawFn) -> bytes:
    number = draw(st.sampled_from(sorted(KINDS)))
    order, numbered = draw(_ORDERS[number]), KINDS[number].is_numbered
    policy = draw(trees) if numbered or number == 0x40 else NOBODY
    u64: st.SearchStrategy[Any] = st.integers(0, 2**64 - 1) if numbered else st.just(0)
    body = signed.Body(
        account=draw(u64),
        lane=Lane(draw(u64) % 2**16),
        number=Number(draw(u64) % 2**48),
        expires_at=draw(u64),
        epoch=Epoch(draw(u64) % 2**32),
        order=order,
        memo=draw(_values(layout.Hash)),
    )
    keys = sum(1 for _ in policy.keys())
    numbers = draw(st.sets(st.integers(0, keys - 1))) if keys else set()
    wire = signed.attach(signed.encode_body(NETWORK, body), policy, {key: bytes((key,)) * 64 for key in numbers})
    if len(wire) <= signed.MAX_WIRE:
        read = signed.decode(wire, NETWORK)
        assert (read.body, read.policy, {number for number, _ in read.signatures}) == (body, policy, numbers)
    return wire


@st.composite
def _outcomes(draw: st.DrawFn) -> Outcome:
    status = draw(st.sampled_from([status for status in Status if status <= Status.SUPERSEDED]))
    reasons: dict[Status, Any] = {Status.REFUSED: Refusal, Status.NOT_PROCESSED: NotProcessed}
    reason = draw(st.sampled_from(list(reasons[status]))) if status in reasons else 0
    return Outcome(status=status, reason=reason, sent=draw(_values(tuple[Sent, ...])))


def _both_ways(
    values: st.SearchStrategy[T], encode: Callable[[T], bytes], decode: Callable[[bytes], T]
) -> st.SearchStrategy[bytes]:
    """Return the bytes of values, each of which was read back as it was written."""

    def written(value: T) -> bytes:
        data = encode(value)
        assert decode(data) == value
        return data

    return values.map(written)


def _codec(
    name: str,
    decode: Callable[[bytes], T],
    encode: Callable[[T], bytes],
    values: st.SearchStrategy[bytes] | None = None,
    error: type[Exception] = Malformed,
) -> Target:
    def check(data: bytes) -> None:
        try:
            value = decode(data)
        except error:
            return
        assert encode(value) == data, "two byte strings for one value"

    hostile = mutated(seeds_of(name, real.SEEDS[name]))
    return Target(name=name, group="codecs", inputs=hostile if values is None else hostile | values, check=check)


def _rules_of_five(genesis: Genesis) -> Genesis:
    """Let the rules name each class, and the network have a shard: else it is no genesis."""
    none = ClassLimits(cap=Fen(1), single=Fen(1), daily=Fen(1), annual=Fen(1))
    object.__setattr__(genesis.rules, "classes", (*genesis.rules.classes, *(none,) * 5)[:5])
    object.__setattr__(genesis, "shard_workers", genesis.shard_workers or (genesis.tier1_worker,))
    return genesis


_SIGNED: Final = st.builds(SignedHeader, header=_records(Header), signature=st.binary(min_size=64, max_size=64))
_SIGNED_BYTES: Final = _both_ways(_SIGNED, SignedHeader.encode, decode_signed_header)
_MESSAGES: Final = st.sampled_from(list(CROSSINGS.values())).flatmap(
    lambda kind: st.builds(
        Message,
        source=_values(LedgerId),
        destination=_values(LedgerId),
        n=_values(Number),
        content=_records(kind),
    )
)
_TABLE_ORDERS: Final = st.sampled_from(sorted(KINDS)).flatmap(
    lambda number: st.tuples(st.just(number), _ORDERS[number])
)


def _decode_message(data: bytes) -> Message:
    return decode_message(NETWORK, data)


TARGETS: Final = [
    _codec("command", lambda data: signed.decode(data, NETWORK), encode_command, _commands()),
    _codec("order", _decode_order, _encode_order, _both_ways(_TABLE_ORDERS, _encode_order, _decode_order)),
    _codec("outcome", decode_outcome, Outcome.encode, _both_ways(_outcomes(), Outcome.encode, decode_outcome)),
    _codec("body", split, join, _both_ways(st.lists(st.binary(max_size=40)), join, split)),
    _codec("header", decode_signed_header, SignedHeader.encode, _SIGNED_BYTES),
    _codec(
        "message",
        _decode_message,
        lambda message: encode_message(NETWORK, message),
        _both_ways(_MESSAGES, lambda message: encode_message(NETWORK, message), _decode_message),
    ),
    _codec("receipt", decode_receipt, encode_receipt, _both_ways(_records(Receipt), encode_receipt, decode_receipt)),
    _codec(
        "genesis",
        decode_genesis,
        encode_genesis,
        _both_ways(_records(Genesis).map(_rules_of_five), encode_genesis, decode_genesis),
    ),
    _codec("snapshot", decode_snapshot, encode_snapshot),
    _codec("log-frame", lambda data: _read_whole(data, read_frame), _encode_written, error=BadPiece),
    _codec("header-record", lambda data: _read_whole(data, read_record), encode_record, error=BadPiece),
]
