"""The log in files: what a start finds, moves aside, or stops at."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.crypto.suites import Signer
from dcep.errors import Damaged, Unavailable
from dcep.ids import LedgerId, NetworkId
from dcep.ledger.log import Stored, Torn
from dcep.ledger.log.file import FileLog
from dcep.ledger.log.frames import FrameScan, encode_frame, read_frame
from dcep.messages.frames import FIRST_HEAD, Frame
from dcep.messages.layout import Hash, Seq
from tests.faults.disk.disk import Disk, Fault
from tests.unit.ledger.log.written import (
    NETWORK,
    NOBODY_ANSWERED,
    flip,
    frame,
    head_of,
    place_in,
    problems,
    scan_log,
    write_log,
)

FRAMES = [frame(b"body %d" % number) for number in range(3)]


def log_file(root: Path, first: int = 1) -> Path:
    """Return a file of the log by its first frame."""
    return place_in(root).log / f"{first:012}.log"


def write_as(root: Path, frames: list[tuple[Frame, int, Hash]]) -> None:
    """Write frames with the places and previous heads that a forger gives them, checksums right."""
    place_in(root).make()
    log_file(root).write_bytes(b"".join(encode_frame(one, Seq(seq), previous) for one, seq, previous in frames))


@given(st.lists(st.lists(st.binary(max_size=80), max_size=4), max_size=5), st.integers(1, 700))
def test_what_was_appended_is_there_after_a_start(batches: list[list[bytes]], segment_bytes: int) -> None:
    """Whatever the batches and wherever the files end."""
    frames = [[frame(body) for body in batch] for batch in batches]
    appended = [one for batch in frames for one in batch]
    with tempfile.TemporaryDirectory() as folder:
        log = FileLog(place_in(Path(folder)), NETWORK, answered=NOBODY_ANSWERED, segment_bytes=segment_bytes)
        for batch in frames:
            log.append(batch)
        log.close()

        again = FileLog(place_in(Path(folder)), NETWORK, answered=Seq(len(appended)), segment_bytes=segment_bytes)
        stored = list(again.read(Seq(1)))
        again.close()

    assert [entry.frame for entry in stored] == appended
    assert (again.count, again.head) == (len(appended), head_of(appended))


def test_reading_begins_at_any_frame(tmp_path: Path) -> None:
    """Of many frames only some places are remembered; what lies between is found by the frames' own lengths."""
    frames = [frame(bytes(seq % 7)) for seq in range(200)]
    log = FileLog(place_in(tmp_path), NETWORK, answered=NOBODY_ANSWERED, segment_bytes=20_000)
    for at in range(0, len(frames), 10):
        log.append(frames[at : at + 10])
    whole = list(log.read(Seq(1)))

    tails = [list(log.read(Seq(seq))) for seq in range(1, len(frames) + 2)]

    assert [entry.frame for entry in whole] == frames
    assert tails == [whole[at:] for at in range(len(frames) + 1)]
    assert len({entry.file for entry in whole}) > 1
    log.close()


def test_a_full_file_is_followed_by_one_named_by_its_first_frame(tmp_path: Path) -> None:
    """A file that is full never changes again, so it can be copied away while the ledger runs."""
    stored = write_log(place_in(tmp_path), FRAMES, segment_bytes=400)

    assert sorted(path.name for path in place_in(tmp_path).log.iterdir()) == ["000000000001.log", "000000000003.log"]
    assert [(entry.file, entry.offset) for entry in stored] == [
        ("ledger/shard-000/log/000000000001.log", 0),
        ("ledger/shard-000/log/000000000001.log", 181),
        ("ledger/shard-000/log/000000000003.log", 0),
    ]


def test_a_second_writer_is_kept_out(tmp_path: Path) -> None:
    """Two writers of one file would write over each other's heads."""
    log = FileLog(place_in(tmp_path), NETWORK, answered=NOBODY_ANSWERED)

    with pytest.raises(Unavailable, match="log_in_use"):
        FileLog(place_in(tmp_path), NETWORK, answered=NOBODY_ANSWERED)

    log.close()
    FileLog(place_in(tmp_path), NETWORK, answered=NOBODY_ANSWERED).close()


def test_a_torn_tail_of_any_length_is_moved_aside(tmp_path: Path) -> None:
    """A crash in the middle of a write leaves the beginning of a frame that nobody was answered for."""
    whole = write_log(place_in(tmp_path), FRAMES)
    data = log_file(tmp_path).read_bytes()
    start = whole[-1].offset
    for end in range(start + 1, len(data)):
        log_file(tmp_path).write_bytes(data[:end])

        log = FileLog(place_in(tmp_path), NETWORK, answered=Seq(2))
        log.append(FRAMES[2:])
        log.close()

        aside = tmp_path / "torn" / f"shard-000-000000000003-{end - start}.log.bin"
        assert aside.read_bytes() == data[start:end]
        assert log_file(tmp_path).read_bytes() == data


@pytest.mark.parametrize("garbage", [bytes(180), b"\xff" * 180, b"DCEF" * 45], ids=["zeros", "ones", "marks"])
def test_a_tail_that_the_disk_never_filled_is_torn_as_well(tmp_path: Path, garbage: bytes) -> None:
    """After a power cut a file can be as long as it should be and hold something else."""
    write_log(place_in(tmp_path), FRAMES)
    with log_file(tmp_path).open("ab") as stream:
        stream.write(garbage)

    log = FileLog(place_in(tmp_path), NETWORK, answered=Seq(3))

    assert (log.count, log.head) == (3, head_of(FRAMES))
    assert [path.read_bytes() for path in (tmp_path / "torn").iterdir()] == [garbage]
    log.close()


def test_a_frame_that_ends_in_zeros_is_torn_wherever_they_begin(tmp_path: Path) -> None:
    """The length of the body may be among the bytes that a power cut took: then it says nothing."""
    last = write_log(place_in(tmp_path), FRAMES)[-1]
    data = log_file(tmp_path).read_bytes()
    for end in range(last.offset, len(data) - 7):
        log_file(tmp_path).write_bytes(data[:end] + bytes(len(data) - end))

        log = FileLog(place_in(tmp_path), NETWORK, answered=Seq(2))

        assert log.count == 2
        log.close()


def test_an_answered_frame_is_never_a_torn_tail(tmp_path: Path) -> None:
    """Its header is stored, so it was durable before: money that somebody was told of is gone."""
    write_log(place_in(tmp_path), FRAMES)
    data = log_file(tmp_path).read_bytes()
    log_file(tmp_path).write_bytes(data[:-1])

    with pytest.raises(Damaged, match="frame_damaged") as damage:
        FileLog(place_in(tmp_path), NETWORK, answered=Seq(3))

    assert (damage.value.file, damage.value.offset) == ("ledger/shard-000/log/000000000001.log", 362)
    assert log_file(tmp_path).read_bytes() == data[:-1]


def test_a_log_that_ends_before_its_headers_is_damaged(tmp_path: Path) -> None:
    """Cut between two frames the log looks whole; the headers remember."""
    write_log(place_in(tmp_path), FRAMES[:2])

    with pytest.raises(Damaged, match="frames_missing"):
        FileLog(place_in(tmp_path), NETWORK, answered=Seq(3))


def test_a_damaged_frame_with_a_whole_one_behind_it_is_not_torn(tmp_path: Path) -> None:
    """The later frame was written after the earlier one was durable."""
    write_log(place_in(tmp_path), FRAMES)
    flip(log_file(tmp_path), 8 * 200)

    with pytest.raises(Damaged, match="frame_damaged"):
        FileLog(place_in(tmp_path), NETWORK, answered=NOBODY_ANSWERED)


def test_a_damaged_frame_with_a_torn_one_behind_it_is_not_torn(tmp_path: Path) -> None:
    """By its own word it ends before the file does, so another write was begun after it."""
    write_log(place_in(tmp_path), FRAMES)
    flip(log_file(tmp_path), 8 * (181 + 120))
    log_file(tmp_path).write_bytes(log_file(tmp_path).read_bytes()[:-1])

    with pytest.raises(Damaged, match="frame_damaged"):
        FileLog(place_in(tmp_path), NETWORK, answered=NOBODY_ANSWERED)


def test_one_flipped_bit_anywhere_is_one_problem(tmp_path: Path) -> None:
    """Every bit of the log is covered, and one damage does not look like many."""
    write_log(place_in(tmp_path), FRAMES)
    data = log_file(tmp_path).read_bytes()
    for bit in range(8 * len(data)):
        flip(log_file(tmp_path), bit)

        found = scan_log(place_in(tmp_path), answered=3)

        damaged = bit // 8 // 181 + 1
        assert problems(found) == [(damaged, "frame_damaged")]
        assert [item.seq for item in found if isinstance(item, Stored)] == sorted({1, 2, 3} - {damaged})
        log_file(tmp_path).write_bytes(data)


def test_a_frame_rewritten_without_the_key_is_noticed(tmp_path: Path) -> None:
    """Checksum and every later head can be computed by anybody, the worker's signature cannot."""
    forged = replace(FRAMES[1], body=b"more!!")
    heads = [FIRST_HEAD, head_of([FRAMES[0]]), head_of([FRAMES[0], forged])]
    write_as(tmp_path, [(FRAMES[0], 1, heads[0]), (forged, 2, heads[1]), (FRAMES[2], 3, heads[2])])

    assert problems(scan_log(place_in(tmp_path), answered=3)) == [(2, "bad_signature")]
    with pytest.raises(Damaged, match="bad_signature"):
        FileLog(place_in(tmp_path), NETWORK, answered=Seq(3))


def test_signatures_that_a_snapshot_covers_can_be_taken_on_trust(tmp_path: Path) -> None:
    """A start need not verify what a checkpoint in the log has confirmed; the audit does."""
    forged = replace(FRAMES[0], signature=bytes(64))
    write_as(tmp_path, [(forged, 1, FIRST_HEAD), (FRAMES[1], 2, head_of([forged]))])

    log = FileLog(place_in(tmp_path), NETWORK, answered=Seq(2), verify_from=Seq(2))

    assert log.count == 2
    log.close()


def test_a_frame_swapped_for_another_signed_one_breaks_the_chain(tmp_path: Path) -> None:
    """A worker signs no place: that a frame stands elsewhere is seen by the heads."""
    heads = [FIRST_HEAD, head_of(FRAMES[:1]), head_of(FRAMES[:2])]
    write_as(tmp_path, [(FRAMES[0], 1, heads[0]), (FRAMES[0], 2, heads[1]), (FRAMES[2], 3, heads[2])])

    assert problems(scan_log(place_in(tmp_path), answered=3)) == [(3, "chain_broken")]


def test_a_frame_that_is_gone_leaves_a_gap(tmp_path: Path) -> None:
    """Numbers are dense; the frames behind the gap are still read."""
    heads = [FIRST_HEAD, head_of(FRAMES[:2])]
    write_as(tmp_path, [(FRAMES[0], 1, heads[0]), (FRAMES[2], 3, heads[1])])

    found = scan_log(place_in(tmp_path), answered=3)

    assert problems(found) == [(3, "frame_out_of_order"), (3, "chain_broken")]
    assert [item.seq for item in found if isinstance(item, Stored)] == [1, 3]


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    """The next file tells by its name what is missing."""
    write_log(place_in(tmp_path), FRAMES, segment_bytes=1)
    log_file(tmp_path, first=2).unlink()

    assert problems(scan_log(place_in(tmp_path), answered=3)) == [(2, "file_out_of_order")]


@pytest.mark.parametrize(
    ("stranger", "code"),
    [
        (frame(b"body", network=NetworkId(b"another network!")), "other_network"),
        (frame(b"body", ledger=LedgerId(1)), "other_ledger"),
    ],
)
def test_a_frame_from_elsewhere_is_named(tmp_path: Path, stranger: Frame, code: str) -> None:
    """Copied from another log it is whole and well signed, and still no frame of this ledger."""
    write_as(tmp_path, [(stranger, 1, FIRST_HEAD)])

    assert problems(scan_log(place_in(tmp_path), answered=1)) == [(1, code)]


def test_a_folder_in_the_place_of_a_file_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    """An audit names it and goes on with the next file."""
    write_log(place_in(tmp_path), FRAMES, segment_bytes=1)
    log_file(tmp_path, first=2).unlink()
    log_file(tmp_path, first=2).mkdir()

    found = scan_log(place_in(tmp_path), answered=3)

    assert problems(found) == [(2, "frame_damaged")]
    assert [item.seq for item in found if isinstance(item, Stored)] == [1, 3]


def test_a_file_that_the_disk_does_not_give_is_unavailable(tmp_path: Path) -> None:
    """What was not read is neither right nor damaged: exit code 3."""
    write_log(place_in(tmp_path), FRAMES)

    with Disk(tmp_path, Fault(at=0)).installed(), pytest.raises(Unavailable, match="folder_unusable"):
        scan_log(place_in(tmp_path))


@given(st.binary(max_size=400))
def test_any_bytes_are_scanned_to_their_end(data: bytes) -> None:
    """Files are hostile: whatever they hold, the scan ends and raises nothing."""
    with tempfile.TemporaryDirectory() as folder:
        write_log(place_in(Path(folder)), FRAMES[:1])
        with log_file(Path(folder)).open("ab") as stream:
            stream.write(data)

        found = scan_log(place_in(Path(folder)), answered=1)

    assert [type(item) for item in found] == [Stored, Torn] if data else [Stored]


def test_the_audit_writes_nothing(tmp_path: Path) -> None:
    """A torn tail is told and left where it is."""
    write_log(place_in(tmp_path), FRAMES)
    data = log_file(tmp_path).read_bytes()[:-1]
    log_file(tmp_path).write_bytes(data)

    *_, tail = scan_log(place_in(tmp_path), answered=2)

    assert tail == Torn(seq=Seq(3), file="ledger/shard-000/log/000000000001.log", offset=362, data=data[362:])
    assert log_file(tmp_path).read_bytes() == data
    assert list((tmp_path / "torn").glob("*")) == []


def test_more_frames_than_one_batch_of_signatures_are_all_verified(tmp_path: Path) -> None:
    """Signatures are verified 64 at a time; the 65th and the last are none the less."""
    mallory = Signer(b"m" * 32)
    frames = [frame(b"%d" % number) for number in range(130)]
    for place in (64, 129):
        frames[place] = replace(frames[place], signature=frame(frames[place].body, signer=mallory).signature)
    log = FileLog(place_in(tmp_path), NETWORK, answered=NOBODY_ANSWERED)
    log.append(frames)
    log.close()

    scan = FrameScan(place_in(tmp_path), NETWORK, answered=Seq(130))

    assert problems(scan) == [(65, "bad_signature"), (130, "bad_signature")]
    assert (scan.count, scan.head) == (130, head_of(frames))


def test_a_frame_that_rots_while_the_ledger_runs_is_noticed_when_it_is_read(tmp_path: Path) -> None:
    """The start has found it whole; the disk may still lose it."""
    log = FileLog(place_in(tmp_path), NETWORK, answered=NOBODY_ANSWERED)
    log.append(FRAMES)
    flip(log_file(tmp_path), 8 * 120)

    with pytest.raises(Damaged, match="frame_damaged"):
        list(log.read(Seq(1)))

    log.close()


def test_a_frame_has_the_bytes_that_the_reference_describes() -> None:
    """docs/reference/log-format.md: 111 bytes of header, the body, 64 bytes of signature."""
    data = encode_frame(FRAMES[0], Seq(7), head_of(FRAMES))
    written, size = read_frame(b"before" + data, 6)

    assert (written.frame, written.seq, written.previous) == (FRAMES[0], 7, head_of(FRAMES))
    assert size == len(data) == 111 + len(FRAMES[0].body) + 64
