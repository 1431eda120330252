"""State chunks: who reads bytes from a disk must not believe them."""

from __future__ import annotations

import pytest

from dcep.ids import LedgerId
from dcep.ledger.engine import roots
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.messages.layout import Malformed
from tests.language import play
from tests.network import ENGINES

SHARD = LedgerId(0)
# An account's bytes, and where its highest number stands: docs/reference/log-format.md.
_ACCOUNT_BYTES = 114
_HIGH_AT = 8 + 32 + 4 + 1 + 1 + 4 + 8


def test_a_snapshot_has_the_root_of_its_state() -> None:
    """The root is over the chunks: who has them can hold them against a checkpoint."""
    network = play("open li T 10\npay li zhou@1 5").network
    engine = network.ledgers[SHARD].engine

    restored = PythonEngine(network.genesis_bytes, SHARD, engine.chunks())

    assert restored.root() == engine.root()
    assert restored.standing() == engine.standing()


def test_both_engines_begin_with_the_same_state() -> None:
    """Before the first tick nothing has been told: the root of the genesis is one."""
    genesis = play("open li T").network.genesis_bytes

    assert len({make(genesis, SHARD).root() for make in ENGINES.values()}) == 1
    assert PythonEngine(genesis, SHARD).standing().now == 0


@pytest.mark.parametrize("chunk", range(5))
def test_a_cut_chunk_is_malformed(chunk: int) -> None:
    """Not one byte may be missing or left over, in any chunk."""
    network = play("open li T 10\npay li zhou@1 5").network
    chunks = network.ledgers[SHARD].engine.chunks()

    for changed in (chunks[chunk][:-1], chunks[chunk] + b"\0"):
        with pytest.raises(Malformed):
            roots.restore(network.genesis, SHARD, [*chunks[:chunk], changed, *chunks[chunk + 1 :]])


def test_a_state_has_four_chunks_at_least() -> None:
    """Fewer are no state, whatever stands in them."""
    network = play("open li T").network

    with pytest.raises(Malformed):
        roots.restore(network.genesis, SHARD, network.ledgers[SHARD].engine.chunks()[:3])


@pytest.mark.parametrize("make", ENGINES.values(), ids=ENGINES)
def test_a_number_of_more_than_48_bits_is_malformed(make: EngineMaker) -> None:
    """No command can carry it, and one engine keeps 48 bits: who took it would forget which numbers are used."""
    network = play("open li T 10\npay li zhou@1 5").network
    chunks = network.ledgers[SHARD].engine.chunks()
    at = len(chunks[4]) - _ACCOUNT_BYTES + _HIGH_AT
    changed = chunks[4][:at] + (1 << 48).to_bytes(8) + chunks[4][at + 8 :]

    with pytest.raises(Malformed):
        make(network.genesis_bytes, SHARD, [*chunks[:4], changed])


def test_an_account_is_found_again_where_it_stands_in_the_snapshot() -> None:
    """What is only listed cannot pay; and what the genesis opened is there only if the snapshot says so."""
    network = play("open li T 10").network
    engine = network.ledgers[SHARD].engine

    restored = PythonEngine(network.genesis_bytes, SHARD, engine.chunks())
    empty = PythonEngine(network.genesis_bytes, SHARD, engine.chunks()[:4])

    for wallet, _ in engine.balances():
        assert restored.account(wallet) == engine.account(wallet)
        assert empty.account(wallet) is None


# The seats of operators 1 and 2, 27 bytes each behind their count, are the first table of chunk 2.
_FIRST_SEAT, _SECOND_SEAT = slice(4, 31), slice(31, 58)


@pytest.mark.parametrize("make", ENGINES.values(), ids=ENGINES)
def test_a_state_has_one_encoding(make: EngineMaker) -> None:
    """Another order of rows would be another root for the same state; a row that stands twice would be two truths."""
    network = play("open li T 10").network
    whole, channels, seats, sides, accounts = network.ledgers[SHARD].engine.chunks()
    one, other = seats[_FIRST_SEAT], seats[_SECOND_SEAT]
    half = len(accounts) // 228 * 114

    for changed in (
        [whole, channels, seats[:4] + other + one + seats[58:], sides, accounts],
        [whole, channels, seats[:4] + one + one + seats[58:], sides, accounts],
        [whole, channels, seats, sides, accounts[:half], accounts[half:]],
        [whole, channels, seats, sides, accounts, b""],
        [whole, channels, seats, sides, accounts + accounts[:114]],
    ):
        with pytest.raises(Malformed):
            make(network.genesis_bytes, SHARD, changed)


@pytest.mark.parametrize("make", ENGINES.values(), ids=ENGINES)
def test_a_shard_has_no_table_of_tier_1(make: EngineMaker) -> None:
    """Money issued, holdings, open allocations: a shard whose snapshot has them is another ledger's."""
    network = play("open li T 10").network
    chunks = network.ledgers[SHARD].engine.chunks()
    allocations_at = len(chunks[3]) - 8

    assert chunks[3][allocations_at:] == bytes(8)
    obeyed = chunks[3][:-4] + b"\0\0\0\1" + bytes(32)
    for changed in ([*chunks[:3], obeyed, *chunks[4:]], [chunks[0], b"\0\0\0\0", *chunks[2:]]):
        with pytest.raises(Malformed):
            make(network.genesis_bytes, SHARD, changed)


_HELD = "open li T 10\nopen shop T\nhold li shop 5 as=H\nhold li shop 3 capture_if=key(till) as=I\ncapture shop H 2"
# A hold's bytes: id, payer, receiver, amount, captured, until, day; two conditions, of an account 9, of a policy 33.
_AMOUNT_AT, _CAPTURED_AT, _CONDITIONS_AT = 48, 56, 76
_OF_ACCOUNTS, _OF_A_POLICY = _CONDITIONS_AT + 9 + 9, _CONDITIONS_AT + 33 + 9


@pytest.mark.parametrize("make", ENGINES.values(), ids=ENGINES)
def test_open_holds_are_part_of_the_state(make: EngineMaker) -> None:
    """Who goes on from a snapshot lets the rest be captured, and knows what the payer has on hold."""
    scene = play(_HELD)
    network, engine = scene.network, scene.network.ledgers[SHARD].engine

    restored = make(network.genesis_bytes, SHARD, engine.chunks())

    assert restored.root() == engine.root()
    assert restored.sums() == engine.sums()
    assert restored.account(scene.view("li").wallet) == scene.view("li")
    assert scene.view("li").on_hold == 6


@pytest.mark.parametrize("make", ENGINES.values(), ids=ENGINES)
def test_a_state_whose_holds_are_over_has_the_root_of_one_that_never_held(make: EngineMaker) -> None:
    """No table stands there for nothing: snapshots from before there were holds are still the states they were."""
    network = play(f"{_HELD}\nrelease shop H\nrelease shop I").network
    chunks = network.ledgers[SHARD].engine.chunks()

    assert chunks[3][-8:] == bytes(8)
    with pytest.raises(Malformed):
        make(network.genesis_bytes, SHARD, [*chunks[:3], chunks[3] + bytes(4), *chunks[4:]])


@pytest.mark.parametrize("make", ENGINES.values(), ids=ENGINES)
def test_a_hold_that_cannot_be_is_malformed(make: EngineMaker) -> None:
    """Of nobody who is here, captured in full, out of order, twice, or cut."""
    network = play(_HELD).network
    chunks = network.ledgers[SHARD].engine.chunks()
    head, table = chunks[3][: -_OF_ACCOUNTS - _OF_A_POLICY], chunks[3][-_OF_ACCOUNTS - _OF_A_POLICY :]
    size = _OF_ACCOUNTS if table[_CONDITIONS_AT] == 1 else _OF_A_POLICY
    first, second = table[:size], table[size:]

    for rows in (
        second + first,
        first + first,
        first[:32] + bytes(8) + first[40:] + second,
        first[:_CAPTURED_AT] + first[_AMOUNT_AT : _AMOUNT_AT + 8] + first[_CAPTURED_AT + 8 :] + second,
        first + second[:-1],
        first + second + b"\0",
    ):
        with pytest.raises(Malformed):
            make(network.genesis_bytes, SHARD, [*chunks[:3], head + rows, *chunks[4:]])
