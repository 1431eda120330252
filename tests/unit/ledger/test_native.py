"""The door to the Rust engine: bytes that are none of its own are refused with words, whatever is asked."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from dcep.clock import UnixMs
from dcep.ids import TIER1, LedgerId, WalletId
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.native import RustEngine
from dcep.messages.frames import join
from dcep.messages.genesis import encode_genesis
from dcep.messages.layout import Lane, Malformed, Number
from tests.names import UNLIMITED, genesis, key

_GENESIS = genesis(UNLIMITED, shards=2)
_BYTES = encode_genesis(_GENESIS)
_SHARD = LedgerId(0)


@pytest.mark.parametrize("engine", [PythonEngine, RustEngine])
def test_an_engine_at_its_genesis_knows_the_supervision_board_alone(engine: EngineMaker) -> None:
    """Operators, wallets and money come through the log."""
    made = engine(_BYTES, _SHARD)

    assert [balance for _, balance in made.balances()] == [0]
    assert made.standing().total == 0
    assert made.account(WalletId(1)) is None
    assert made.window(WalletId(1), Lane(0)) == (0, 1, 0)
    assert made.outbound(LedgerId(1), Number(1)) is None
    assert made.acked(LedgerId(7)) == 0
    assert made.is_worker(key("worker@0"))
    assert not made.is_worker(key("worker@1"))


def test_tier_1_has_no_rust_engine() -> None:
    """Its few commands are judged by the plain Python, and nobody may believe otherwise."""
    with pytest.raises(Malformed):
        RustEngine(_BYTES, TIER1)


@pytest.mark.parametrize(
    "data", [b"", _BYTES[:-1], b"x" + _BYTES[1:], encode_genesis(replace(_GENESIS, shard_workers=()))]
)
def test_what_is_no_genesis_makes_no_engine(data: bytes) -> None:
    """A folder's genesis comes from outside like everything else."""
    with pytest.raises(Malformed):
        RustEngine(data, _SHARD)


def test_a_ledger_that_the_genesis_does_not_name_has_no_engine() -> None:
    """There are as many shards as the genesis has workers for."""
    with pytest.raises(Malformed):
        RustEngine(_BYTES, LedgerId(2))


def test_a_snapshot_with_a_byte_too_few_or_too_many_is_refused() -> None:
    """Half a state is no state."""
    chunks = RustEngine(_BYTES, _SHARD).chunks()

    for place, chunk in enumerate(chunks):
        for wrong in (chunk[:-1], chunk + b"\0"):
            with pytest.raises(Malformed):
                RustEngine(_BYTES, _SHARD, [*chunks[:place], wrong, *chunks[place + 1 :]])
    with pytest.raises(Malformed):
        RustEngine(_BYTES, _SHARD, chunks[:3])


def test_a_snapshot_of_another_shard_is_refused() -> None:
    """Its channels lead to other ledgers."""
    with pytest.raises(Malformed):
        RustEngine(_BYTES, _SHARD, RustEngine(_BYTES, LedgerId(1)).chunks())


def test_half_a_record_cannot_be_heard() -> None:
    """Without lengths that add up there is no first record to answer for."""
    with pytest.raises(Malformed):
        RustEngine(_BYTES, _SHARD).hear(b"\0\5abc")


def test_a_frame_by_a_stranger_is_skipped() -> None:
    """It counts in no ledger, and nothing is said of its records."""
    assert RustEngine(_BYTES, _SHARD).apply(key("stranger"), UnixMs(0), b"") is None


def test_many_may_ask_while_one_applies() -> None:
    """Threads of the worker read accounts while a frame is folded: each sees the state before it or after it."""
    engine, errors = RustEngine(_BYTES, _SHARD), list[BaseException]()
    body = join([bytes(70)] * 5_000)

    def ask() -> None:
        try:
            for _ in range(50):
                assert engine.sums().wallets == 0
                assert engine.standing().now == 0
        except BaseException as error:
            errors.append(error)

    readers = [threading.Thread(target=ask) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(20):
        applied = engine.apply(key("worker@0"), UnixMs(0), body)
        assert applied is not None
        assert applied.count == 5_000
    for reader in readers:
        reader.join()

    assert errors == []
