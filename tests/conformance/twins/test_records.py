"""Bytes from outside: both engines read the same commands in them, or none."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcep.ids import TIER1, LedgerId, WalletId
from dcep.ledger.native import verify_records
from dcep.messages import signed
from dcep.messages.commands.payments import Cancel
from dcep.messages.commands.timekeeping import Tick
from dcep.messages.frames import join
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Epoch, Lane, Malformed, Number, Seq
from dcep.messages.policies import Board, Policy, Seat, SingleKey, Threshold
from tests.conformance.twins import orders as o
from tests.conformance.twins.verdict import verdict
from tests.conformance.twins.world import World
from tests.names import BOARD, key, single_key, wallet

_WORLD: Final = World()
_NETWORK: Final = _WORLD.network

keys: Final = st.sampled_from([key(name) for name in ("li", "wang", "zhou", "phone_p256", "card_p256")])
# As many keys as a policy may have, and one more.
MANY_KEYS: Final = [
    Threshold(needed=1, of=tuple(Threshold(needed=1, of=(SingleKey(suite=3, key=key("li")),) * n) for n in (16, more)))
    for more in (16, 17)
]
# Also keys under another suite than theirs: the bytes behind them are then something else.
single_keys: Final = st.sampled_from([single_key(name) for name in ("li", "wang", "phone_p256")]) | st.builds(
    SingleKey, suite=st.integers(0, 4), key=keys
)
seats: Final = st.builds(Seat, site=st.integers(0, 3), suite=st.sampled_from([1, 3]), key=keys)
counts: Final = st.integers(0, 4) | st.sampled_from([32, 33, 255])
# Also what no set of signatures can meet, and nobody where somebody belongs.
policies: Final[st.SearchStrategy[Policy]] = st.recursive(
    single_keys | o.policies | st.sampled_from(MANY_KEYS),
    lambda part: (
        st.builds(Threshold, needed=counts, of=st.lists(part, max_size=5).map(tuple))
        | st.builds(Threshold, needed=st.just(1), of=st.lists(part, min_size=1, max_size=1).map(tuple))
    ),
    max_leaves=40,
) | st.builds(Board, needed=counts, sites=counts, seats=st.lists(seats, max_size=6).map(tuple))


def _proofs() -> list[Any]:
    """Return commands that carry a header: the credit of an allocation, and an acknowledgement."""
    credit = signed.decode(_NETWORK.credit(TIER1, LedgerId(0), 1), _NETWORK.id).body.order
    return [credit, signed.decode(_NETWORK.ack(LedgerId(1)), _NETWORK.id).body.order]


any_orders: Final = st.one_of(
    o.givens_on(LedgerId(0)).map(lambda givens: givens[0].order),
    o.officers_orders,
    o.allocations,
    o.unsigned_orders,
    st.sampled_from(_proofs()),
    st.builds(Tick, height=st.just(Seq(1)), time=o.moments),
)
bodies: Final = st.builds(
    signed.Body,
    account=st.sampled_from([WalletId(0), wallet("li", o.SHARDS), wallet("registrar", o.SHARDS)]),
    lane=st.sampled_from([Lane(0), Lane(1), Lane(0xFFFF)]),
    number=st.sampled_from([Number(0), Number(1), Number(2**48 - 1)]),
    expires_at=o.moments,
    epoch=st.sampled_from([Epoch(0), Epoch(1)]),
    order=any_orders,
)
# Ascending numbers mostly; perhaps one twice, one too large, or out of order.
numbers: Final = st.integers(0, 3) | st.sampled_from([31, 32, 33, 255])
signatures: Final = st.sets(numbers).map(sorted) | st.lists(numbers, max_size=3)


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """Return the record of a command, whole or with a few bytes changed, added or lost."""
    body = draw(bodies)
    if not KIND_OF[type(body.order)].is_numbered and draw(st.booleans()):
        wire = signed.unsigned(_NETWORK.id, body.order)
    else:
        signers = draw(signatures)
        proof = draw(policies | o.good_policies).encode() + bytes((len(signers),))
        wire = signed.encode_body(_NETWORK.id, body) + proof + b"".join(bytes((n,)) + bytes(64) for n in signers)
    record = bytearray(signed.record_of(wire))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(record)))
        record[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(record)


@given(record=records() | st.binary(max_size=300))
@settings(max_examples=1_500)
def test_both_engines_read_the_same_command(record: bytes) -> None:
    """A record that one engine reads and the other does not would be obeyed on one copy of the ledger alone."""
    if len(record) <= 0xFFFF:
        _WORLD.append_bytes(LedgerId(0), join([record]))


@given(record=records())
@settings(max_examples=1_000)
def test_the_check_of_a_batch_is_the_check_of_each(record: bytes) -> None:
    """Intake and audit check whole frames in Rust; what a command needs is written in Python, once."""
    assert verify_records(_NETWORK.id, join([record])) == [verdict(_NETWORK.id, record)]


@pytest.mark.parametrize("is_suspect", [False, True])
def test_good_and_bad_signatures_are_told_apart_in_one_batch(is_suspect: bool) -> None:
    """One forger in a frame takes nobody else down; how the batch is searched changes no verdict."""
    good = _NETWORK.order(wallet("li", o.SHARDS), Cancel(), "li")
    bad = good[:-1] + bytes((good[-1] ^ 1,))
    missing = _NETWORK.order(wallet("li", o.SHARDS), Cancel(), BOARD, sign=(0, 2, 4))
    ack = _NETWORK.ack(LedgerId(1))
    # Behind the header's signature stand the memo hash, nobody's policy and no signature: 34 bytes.
    forged = ack[:-35] + bytes((ack[-35] ^ 1,)) + ack[-34:]
    other = _NETWORK.order(wallet("li", o.SHARDS), Cancel(), "2of(li,card_p256)")
    spoiled = other[:-1] + bytes((other[-1] ^ 1,))
    wires = [good, bad, missing, ack, forged, good, other, spoiled]

    verdicts = verify_records(_NETWORK.id, join(map(signed.record_of, wires)), is_suspect=is_suspect)

    assert [verdict and verdict.code for verdict in verdicts] == [
        None,
        "bad_signature",
        "bad_signature",
        None,
        "bad_signature",
        None,
        None,
        "bad_signature",
    ]


def test_a_body_whose_lengths_do_not_add_up_is_malformed() -> None:
    """There is no first record to speak of; nobody may answer for half a frame."""
    with pytest.raises(Malformed):
        verify_records(_NETWORK.id, b"\0\5abc")
