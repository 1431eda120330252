"""Snapshots: whole or not at all, and the newest two."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.crypto import merkle
from dcep.errors import Damaged, Unavailable
from dcep.ids import LedgerId, NetworkId
from dcep.ledger.folder import LedgerFolder
from dcep.ledger.snapshots import Snapshot, SnapshotStore, decode_snapshot, encode_snapshot
from dcep.messages.layout import Hash, Malformed, Seq

CHUNKS = (b"the whole", b"", b"operators", b"sides", b"accounts" * 40)


def place_in(root: Path, ledger: int = 0) -> LedgerFolder:
    """Return where a ledger lies, its folders made."""
    place = LedgerFolder(root=root, ledger=LedgerId(ledger))
    place.make()
    return place


def snapshot(seq: int = 7, chunks: tuple[bytes, ...] = CHUNKS) -> Snapshot:
    """Return a snapshot of ledger 0."""
    return Snapshot(
        network=NetworkId(b"network of tests"),
        ledger=LedgerId(0),
        seq=Seq(seq),
        head=Hash(b"h" * 32),
        chunks=chunks,
    )


@given(st.lists(st.binary(max_size=60), max_size=6), st.integers(0, 10**12 - 1))
def test_a_snapshot_is_read_as_it_was_written(chunks: list[bytes], seq: int) -> None:
    """Whatever the chunks."""
    kept = snapshot(seq, tuple(chunks))
    with tempfile.TemporaryDirectory() as folder:
        store = SnapshotStore(place_in(Path(folder)))
        store.write(kept)

        assert list(store.newest_first()) == [kept]


def test_the_root_is_the_one_that_a_checkpoint_names() -> None:
    """A start compares it with the log before it believes a snapshot."""
    assert snapshot().root == merkle.root(CHUNKS)


def test_the_newest_two_are_kept(tmp_path: Path) -> None:
    """The newest may turn out damaged; more than two only fill the disk."""
    store = SnapshotStore(place_in(tmp_path))
    for seq in (3, 10, 200):
        store.write(snapshot(seq))

    assert [kept.seq for kept in store.newest_first()] == [200, 10]
    assert [path.name for path in store.files()] == ["000000000200.snap", "000000000010.snap"]


def test_nothing_is_left_where_it_was_built(tmp_path: Path) -> None:
    """It got its name when it was whole and durable."""
    place = place_in(tmp_path)

    SnapshotStore(place).write(snapshot())

    assert list(place.tmp.iterdir()) == []


def test_a_snapshot_written_again_replaces_itself(tmp_path: Path) -> None:
    """A start after a crash may take the same one twice."""
    store = SnapshotStore(place_in(tmp_path))
    store.write(snapshot())
    store.write(snapshot())

    assert list(store.newest_first()) == [snapshot()]


def test_one_flipped_bit_anywhere_is_noticed() -> None:
    """A state that is a little wrong is worse than none."""
    data = encode_snapshot(snapshot())
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8

        with pytest.raises(Malformed):
            decode_snapshot(bytes(flipped))


def test_a_snapshot_cut_short_anywhere_is_noticed() -> None:
    """As a copy that ran out of disk."""
    data = encode_snapshot(snapshot())
    for end in range(len(data)):
        with pytest.raises(Malformed):
            decode_snapshot(data[:end])


def test_a_damaged_snapshot_is_named_and_passed_over(tmp_path: Path) -> None:
    """The audit names it, a start takes the older one."""
    store = SnapshotStore(place_in(tmp_path))
    store.write(snapshot(1))
    store.write(snapshot(2))
    newest = store.files()[0]
    newest.write_bytes(newest.read_bytes()[:-1])

    with pytest.raises(Damaged, match="snapshot_damaged") as damage:
        store.read(newest)

    assert damage.value.file == "ledger/shard-000/snapshots/000000000002.snap"
    assert [kept.seq for kept in store.newest_first()] == [1]


def test_a_snapshot_under_another_name_is_not_believed(tmp_path: Path) -> None:
    """Renamed it would be the state at another frame, copied that of another ledger."""
    store, other = SnapshotStore(place_in(tmp_path)), SnapshotStore(place_in(tmp_path, ledger=1))
    store.write(snapshot(7))
    renamed = store.files()[0].rename(place_in(tmp_path).snapshots / "000000000008.snap")
    copied = place_in(tmp_path, ledger=1).snapshots / "000000000007.snap"
    copied.write_bytes(encode_snapshot(snapshot(7)))

    with pytest.raises(Damaged, match="snapshot_misplaced"):
        store.read(renamed)
    with pytest.raises(Damaged, match="snapshot_misplaced"):
        other.read(copied)


def test_a_snapshot_that_cannot_be_written_is_unavailable_and_the_older_ones_stay(tmp_path: Path) -> None:
    """Nothing is lost: the log holds everything."""
    place = place_in(tmp_path)
    store = SnapshotStore(place)
    store.write(snapshot(1))
    (place.tmp / "shard-000.snap").mkdir()

    with pytest.raises(Unavailable, match="snapshot_not_written"):
        store.write(snapshot(2))

    assert list(store.newest_first()) == [snapshot(1)]
