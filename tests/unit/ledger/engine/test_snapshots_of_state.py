"""State chunks: who reads bytes from a disk must not believe them."""

from __future__ import annotations

import pytest

from dcep.ids import LedgerId
from dcep.ledger.engine import roots
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.native import RustEngine
from dcep.messages.layout import Malformed
from tests.language import play

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


@pytest.mark.parametrize("make", [PythonEngine, RustEngine])
def test_a_number_of_more_than_48_bits_is_malformed(make: EngineMaker) -> None:
    """No command can carry it, and one engine keeps 48 bits: who took it would forget which numbers are used."""
    network = play("open li T 10\npay li zhou@1 5").network
    chunks = network.ledgers[SHARD].engine.chunks()
    at = len(chunks[4]) - _ACCOUNT_BYTES + _HIGH_AT
    changed = chunks[4][:at] + (1 << 48).to_bytes(8) + chunks[4][at + 8 :]

    with pytest.raises(Malformed):
        make(network.genesis_bytes, SHARD, [*chunks[:4], changed])
