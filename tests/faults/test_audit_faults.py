"""Whatever is changed under `ledger/` by somebody without the keys, the audit names the place; it never falls over."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random  # noqa: TID251  the seed stands in the test

import pytest

from dcep.crypto.suites import Signer
from dcep.errors import Unavailable
from dcep.ids import TIER1, LedgerId, ledger_name
from dcep.ledger.log.frames import encode_frame
from dcep.ledger.log.headers import encode_record
from dcep.ledger.snapshots import decode_snapshot, encode_snapshot
from dcep.messages.frames import FIRST_HEAD, Frame, next_head, sign_frame
from dcep.messages.headers import decode_signed_header, encode_header, read_signed_header
from dcep.messages.layout import Hash, Key, Reader, Seq, Sum
from dcep.simulation.economy import SHARD
from tests.faults.disk.disk import Disk, Fault
from tests.unit.ledger.audit.kept import (
    audited,
    codes,
    contents_of,
    copy_of,
    files_of,
    frames_of,
    header_file,
    keep,
    log_file,
    pieces_of,
    place_of,
    rewrite_headers,
    rewrite_log,
    warned,
)

_STRANGER = Signer(bytes(31) + b"\1")
_BOTH = pytest.mark.parametrize("ledger", [SHARD, TIER1], ids=ledger_name)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which nothing is wrong; nobody changes it."""
    root = tmp_path_factory.mktemp("audit") / "data"
    keep(root)
    return root


@pytest.fixture
def data(whole: Path, tmp_path: Path) -> Path:
    """Return a copy that may be changed."""
    return copy_of(whole, tmp_path / "data")


# Frames rewritten with the right places, heads and checksums.


@_BOTH
@pytest.mark.parametrize("at", [0, 3, -1])
def test_a_frame_that_is_left_out_is_found(data: Path, ledger: LedgerId, at: int) -> None:
    """The headers that were signed over the chain say otherwise, to the last frame."""
    frames = frames_of(data, ledger)
    del frames[at]
    rewrite_log(data, frames, ledger)

    report = audited(data)

    assert codes(report) & {"header_differs", "frames_missing"}


@_BOTH
def test_a_frame_that_stands_twice_is_found(data: Path, ledger: LedgerId) -> None:
    """A signed frame may stand anywhere by its signature, but not by the head."""
    frames = frames_of(data, ledger)
    rewrite_log(data, [*frames[:4], frames[3], *frames[4:]], ledger)

    assert "header_differs" in codes(audited(data))


@_BOTH
def test_frames_that_change_places_are_found(data: Path, ledger: LedgerId) -> None:
    """Each frame is genuine; their order is not."""
    frames = frames_of(data, ledger)
    frames[3], frames[4] = frames[4], frames[3]
    rewrite_log(data, frames, ledger)

    assert "header_differs" in codes(audited(data))


def test_a_frame_with_another_body_is_found(data: Path) -> None:
    """The checksum and the chain can be made anew by anybody, the worker's signature cannot."""
    frames = frames_of(data)
    frames[5] = replace(frames[5], body=frames[5].body.replace(b"\x13\x88", b"\x13\x89"))
    rewrite_log(data, frames)

    report = audited(data)

    assert (report.problems[0].frame, report.problems[0].code) == (6, "bad_signature")


def test_a_frame_signed_by_a_stranger_is_found(data: Path) -> None:
    """A signature holds with any key; only those on the worker list count."""
    frames = frames_of(data)
    frames[5] = _signed_again(frames[5])
    rewrite_log(data, frames)

    report = audited(data)

    assert [(problem.frame, problem.code) for problem in report.problems] == [(6, "unlisted_worker")]
    assert warned(report) == {"not_replayed"}


def test_a_frame_of_another_place_in_the_chain_is_found(data: Path) -> None:
    """A frame whose number or previous head is another breaks the chain at that place."""
    frames = frames_of(data)
    pieces = [piece.data for piece in pieces_of(log_file(data))]
    for moved in (encode_frame(frames[4], Seq(7), _head(frames, 4)), encode_frame(frames[4], Seq(5), FIRST_HEAD)):
        log_file(data).write_bytes(b"".join([*pieces[:4], moved, *pieces[5:]]))

        report = audited(data)

        assert report.problems[0].offset == pieces_offset(pieces, 4)
        assert codes(report) & {"frame_out_of_order", "chain_broken"}


def test_a_log_that_lost_frames_and_their_headers_is_betrayed_by_the_other_ledger(data: Path) -> None:
    """Tier 1 holds a credit, and in it the shard's signed header of a frame that is gone."""
    rewrite_log(data, frames_of(data)[:6])
    rewrite_headers(data, contents_of(data)[:6])
    for snapshot in place_of(data).snapshots.iterdir():
        snapshot.unlink()

    report = audited(data)

    assert "frames_missing" in codes(report)
    assert {problem.file for problem in report.problems} == {"ledger/tier1/log", "ledger/tier1/log/000000000001.log"}


def test_a_ledger_that_is_gone_is_found(data: Path) -> None:
    """A folder that was removed has no frames to contradict it: its absence is the problem."""
    shutil.rmtree(place_of(data).log.parent)

    report = audited(data)

    assert report.problems[0].file == "ledger/shard-000/log"
    assert report.problems[0].code == "folder_missing"


def _signed_again(frame: Frame) -> Frame:
    return sign_frame(frame.network, frame.ledger, _STRANGER, frame.time, frame.body)


def _head(frames: list[Frame], count: int) -> Hash:
    head = FIRST_HEAD
    for seq, frame in enumerate(frames[:count], 1):
        head = next_head(frame, Seq(seq), head)
    return head


def pieces_offset(pieces: list[bytes], count: int) -> int:
    """Return where the piece behind so many begins."""
    return sum(map(len, pieces[:count]))


# Logs cut short.


def test_a_log_cut_at_any_length_behind_its_headers_is_found(data: Path) -> None:
    """A header is signed when its frame is durable: what it stands for cannot have been torn by a crash."""
    path, last = log_file(data), pieces_of(log_file(data))[-1]
    whole_log = path.read_bytes()

    for size in range(last.offset, len(whole_log), 17):
        path.write_bytes(whole_log[:size])
        assert codes(audited(data)) & {"frame_damaged", "frames_missing"}


def test_a_torn_tail_that_nobody_was_answered_for_is_a_warning(data: Path) -> None:
    """After a kill in the middle of a write the next start moves it aside; nothing is wrong."""
    path, last = log_file(data), pieces_of(log_file(data))[-1]
    whole_log = path.read_bytes()
    rewrite_headers(data, contents_of(data)[:-1])
    _forget_the_last_return(data)

    for size in range(last.offset + 1, len(whole_log), 17):
        path.write_bytes(whole_log[:size])
        report = audited(data)
        assert report.ok, report.problems
        assert warned(report) == {"torn_frame"}


def _forget_the_last_return(root: Path) -> None:
    """Cut tier 1 to what came before the last frame of the shard: it would know that frame."""
    kept = 8
    rewrite_log(root, frames_of(root, TIER1)[:kept], TIER1)
    rewrite_headers(root, contents_of(root, TIER1)[:kept], TIER1)


# Headers.


def test_headers_that_were_not_stored_before_a_crash_are_a_warning(data: Path) -> None:
    """They are written without a flush of their own, and a start signs the same bytes again."""
    rewrite_headers(data, contents_of(data)[:-3])

    report = audited(data)

    assert report.ok
    assert [(warning.code, warning.frame) for warning in report.warnings] == [("headers_missing", 11)]


def test_a_header_record_cut_at_any_length_is_a_warning(data: Path) -> None:
    """Its bytes are the beginning of the record that follows from the log."""
    path, last = header_file(data), pieces_of(header_file(data))[-1]
    for size in range(1, len(last.data)):
        path.write_bytes(path.read_bytes()[: last.offset] + last.data[:size])
        report = audited(data)
        assert report.ok, report.problems
        assert "torn_header" in warned(report)


@pytest.mark.parametrize("at", [3, 40, -1])
def test_a_cut_header_record_with_other_bytes_is_found(data: Path, at: int) -> None:
    """What a crash leaves is a beginning of the right bytes, nothing else."""
    path, last = header_file(data), pieces_of(header_file(data))[-1]
    rest = bytearray(last.data[:-1])
    rest[at] ^= 1
    path.write_bytes(path.read_bytes()[: last.offset] + rest)

    report = audited(data)

    assert [(problem.code, problem.frame, problem.offset) for problem in report.problems] == [
        ("header_damaged", last.seq, last.offset)
    ]


@pytest.mark.parametrize("at", [0, 5])
def test_a_header_missing_in_the_middle_is_found(data: Path, at: int) -> None:
    """A crash takes the last ones away, never one among others."""
    contents = contents_of(data)
    del contents[at]
    rewrite_headers(data, contents)

    assert "header_out_of_order" in codes(audited(data))


def test_a_header_that_says_something_else_is_found(data: Path) -> None:
    """Its total is another and its checksum right: neither its signature holds nor the log agrees."""
    contents = contents_of(data)
    header, outcomes = _split(contents[7])
    signed = decode_signed_header(header)
    contents[7] = replace(signed, header=replace(signed.header, total=Sum(signed.header.total + 1))).encode() + outcomes
    rewrite_headers(data, contents)

    report = audited(data)

    assert codes(report) == {"header_differs", "bad_signature"}
    assert {problem.frame for problem in report.problems} == {8}
    assert any("total" in problem.explanation for problem in report.problems)


def test_a_header_signed_by_a_stranger_is_found(data: Path) -> None:
    """It says what the log says, and its signature holds; but nobody put this key on the list."""
    contents = contents_of(data)
    header, outcomes = _split(contents[7])
    said = replace(decode_signed_header(header).header, worker=Key(_STRANGER.public))
    contents[7] = encode_header(said) + _STRANGER.sign(encode_header(said)) + outcomes
    rewrite_headers(data, contents)

    report = audited(data)

    assert [(problem.code, problem.frame) for problem in report.problems] == [("unlisted_worker", 8)]


def test_other_outcomes_beside_a_header_are_found(data: Path) -> None:
    """The header's signature covers their root, not the copy that stands beside it."""
    contents = contents_of(data)
    contents[7] = contents[7][:-1] + bytes([contents[7][-1] ^ 1])
    rewrite_headers(data, contents)

    assert [(problem.code, problem.frame) for problem in audited(data).problems] == [("outcomes_differ", 8)]


def _split(content: bytes) -> tuple[bytes, bytes]:
    reader = Reader(content)
    read_signed_header(reader)
    return content[: reader.at], content[reader.at :]


# Snapshots and files.


def test_a_snapshot_rewritten_with_its_checksum_is_found(data: Path) -> None:
    """A start would believe it only with a checkpoint; the audit names it in any case."""
    path = sorted(place_of(data).snapshots.iterdir())[0]
    snapshot = decode_snapshot(path.read_bytes())
    accounts = bytearray(snapshot.chunks[4])
    accounts[50] ^= 1
    path.write_bytes(encode_snapshot(replace(snapshot, chunks=(*snapshot.chunks[:4], bytes(accounts)))))

    report = audited(data)

    assert codes(report) == {"snapshot_differs", "snapshot_unproven"}
    assert {problem.file for problem in report.problems} == {path.relative_to(data).as_posix()}


def test_a_snapshot_under_another_name_is_found(data: Path) -> None:
    """A true state of another place would make a start skip the frames between."""
    path = sorted(place_of(data).snapshots.iterdir())[0]
    path.rename(path.with_name("000000000012.snap"))

    assert codes(audited(data)) == {"snapshot_misplaced"}


def test_a_true_snapshot_without_a_checkpoint_is_found(data: Path, whole: Path) -> None:
    """Nobody with a key has vouched for it."""
    path = sorted(place_of(data).snapshots.iterdir())[-1]
    cut = decode_snapshot(path.read_bytes()).seq
    rewrite_log(data, frames_of(data)[:cut])
    rewrite_headers(data, contents_of(data)[:cut])

    report = audited(data)

    assert "snapshot_unproven" in {problem.code for problem in report.problems if problem.file.endswith(path.name)}


@pytest.mark.parametrize(
    "name", ["ledger/note", "ledger/shard-000/log/1.log", "ledger/shard-001/log/000000000001.log", "ledger/a\udcff"]
)
def test_a_stray_file_is_found(data: Path, name: str) -> None:
    """Every byte under `ledger/` is covered, also one that nobody reads."""
    path = data / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")

    report = audited(data)

    assert [problem.code for problem in report.problems] == ["stray_file"]
    assert report.problems[0].file.isprintable()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _noise(path: Path) -> None:
    path.write_bytes(Random(7).randbytes(5_000))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _double(path: Path) -> None:
    path.write_bytes(path.read_bytes() * 2)


@pytest.mark.parametrize("harm", [_empty, _noise, _folder, _halve, _double])
def test_no_harm_to_a_file_makes_the_audit_fall_over(data: Path, harm: Callable[[Path], None]) -> None:
    """An answer always comes, and it is never that all is well; headers that are cut alone look like a crash."""
    for path in files_of(data):
        if path.name == "genesis" and harm is _folder:
            continue
        backup = path.read_bytes()
        harm(path)

        report = audited(data)

        assert not report.ok or (path.suffix == ".hdr" and "headers_missing" in warned(report))
        if path.is_dir():
            path.rmdir()
        path.write_bytes(backup)
    assert audited(data).ok


def test_a_read_that_fails_is_never_an_audit_that_finds_nothing(data: Path) -> None:
    """Files are read more than once: whichever time the disk refuses, the audit stops with 3 or names the file."""
    with Disk(data).installed() as whole:
        audited(data)
    reads = [at for at, call in enumerate(whole.calls) if call.sort == "open"]
    for at in reads:
        with Disk(data, Fault(at=at)).installed():
            try:
                is_ok = audited(data).ok
            except Unavailable:
                continue

        assert not is_ok, whole.calls[at]
    assert len(reads) > 10


def test_snapshots_and_headers_may_be_gone(data: Path) -> None:
    """Both follow from the log: a copy without them is whole, and the audit says what a start will make again."""
    for path in files_of(data):
        if path.suffix in (".hdr", ".snap"):
            path.unlink()

    report = audited(data)

    assert report.ok, report.problems
    assert warned(report) == {"headers_missing"}


def test_a_header_of_a_frame_that_never_was_is_found(data: Path) -> None:
    """A torn header behind the last frame speaks of a frame that must have been durable."""
    contents = contents_of(data)
    header, outcomes = _split(contents[-1])
    said = decode_signed_header(header)
    later = replace(said, header=replace(said.header, seq=Seq(said.header.seq + 1))).encode() + outcomes
    with header_file(data).open("ab") as stream:
        stream.write(encode_record(later)[:100])

    assert [(problem.code, problem.frame) for problem in audited(data).problems] == [("frames_missing", 14)]
