"""The receipts that go out with answers are those that the log would give."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcep.crypto import merkle
from dcep.ledger.worker.evidence import frame_evidence
from dcep.ledger.worker.recent import FrameTree, RecentFrames
from dcep.messages.layout import Seq
from dcep.messages.receipts import encode_receipt
from dcep.money import Fen
from tests.street import hall, later


def test_a_receipt_from_memory_is_the_one_that_the_log_gives(tmp_path: Path) -> None:
    """Refused and settled side by side, and outcomes that send messages: each path leads to the same header."""
    with hall(tmp_path) as place:
        payer = place.new_wallets(place.shard, 2, Fen(10))[1]
        wires = [payer.pay(place.bakery, Fen(amount), expires_at=later()) for amount in (1, 100, 2, 0, 3)]
        returned = place.vault.return_to_issuer(Fen(7), expires_at=later())
        answers = place.shard.submit([*wires, returned])

        for wire, answer in zip([*wires, returned], answers, strict=True):
            assert answer.seq is not None
            tree = place.shard.ledger.recent.find(answer.seq)
            assert tree is not None
            assert tree.receipt(answer.place, wire) == encode_receipt(place.shard.receipt(answer.seq, answer.place))
            assert tree.command(answer.place) == frame_evidence(place.shard.ledger, answer.seq).commands[answer.place]


def test_only_the_newest_frames_are_kept() -> None:
    """Memory is bounded, however long the worker lives."""
    recent = RecentFrames()
    for seq in range(1, 1_001):
        recent.keep(Seq(seq), FrameTree(b"", b"", b""))

    assert recent.find(Seq(1_000)) is not None
    assert recent.find(Seq(1_000 - 64)) is None


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 13])
def test_every_path_of_a_frame_lies_in_its_levels(count: int) -> None:
    """The tree is built once, and gives what building it for each leaf would."""
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(count)]
    tree = merkle.levels(leaves)

    assert [merkle.path_in(tree, n) for n in range(count)] == [merkle.path(leaves, n) for n in range(count)]
    assert tree[-1][0] == merkle.root_of_hashes(leaves)
    for n, leaf in enumerate(leaves):
        assert merkle.root_from_path(leaf, n, count, merkle.path_in(tree, n)) == tree[-1][0]
