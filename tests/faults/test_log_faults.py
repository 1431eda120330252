"""A disk that fails: what was answered is there afterwards, and nothing is built upon a write that may not be whole."""

from __future__ import annotations

import errno
import os
import random  # noqa: TID251  the seed names the fault, and stands in the test's name
from pathlib import Path
from typing import Final

import pytest

from dcep.errors import Unavailable
from dcep.ledger.log import LogFailed
from dcep.ledger.log.file import FileLog
from dcep.ledger.log.headers import FileHeaders
from dcep.ledger.log.segments import Disk
from dcep.messages.frames import Frame
from dcep.messages.layout import Seq
from tests.unit.ledger.log.written import (
    NETWORK,
    NOBODY_ANSWERED,
    SETTLED,
    frame,
    head_of,
    header,
    place_in,
)

SEEDS: Final = range(200)


class FailingDisk(Disk):
    """Takes so many bytes, in pieces as it likes, then says that it is full; or does not flush when it is told to."""

    def __init__(self, room: int = 1 << 30, *, flushes: int = 1 << 30, piece: int = 1 << 30) -> None:
        self.room, self.flushes, self.piece = room, flushes, piece

    def write(self, file: int, data: bytes | memoryview) -> int:
        if self.room == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        size = min(len(data), self.room, self.piece)
        self.room -= size
        return super().write(file, data[:size])

    def flush(self, file: int) -> None:
        if self.flushes == 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self.flushes -= 1
        super().flush(file)


def test_a_full_disk_is_an_unavailable_ledger(tmp_path: Path) -> None:
    """Exit code 3: send the same bytes again when there is room."""
    log = FileLog(place_in(tmp_path), NETWORK, answered=NOBODY_ANSWERED, disk=FailingDisk(room=100))

    with pytest.raises(LogFailed, match="No space left") as failure:
        log.append([frame(b"body")])

    assert isinstance(failure.value, Unavailable)
    assert failure.value.exit_code == 3
    log.close()


@pytest.mark.parametrize("disk", [FailingDisk(room=100), FailingDisk(flushes=0)], ids=["full", "no flush"])
def test_a_log_that_failed_once_appends_nothing_more(tmp_path: Path, disk: FailingDisk) -> None:
    """After a failed flush a later one may succeed and say nothing of the bytes that were lost."""
    log = FileLog(place_in(tmp_path), NETWORK, answered=NOBODY_ANSWERED, disk=disk)
    with pytest.raises(LogFailed):
        log.append([frame(b"first")])
    size = (place_in(tmp_path).log / "000000000001.log").stat().st_size

    disk.room = disk.flushes = 1 << 30
    with pytest.raises(LogFailed, match="opened anew"):
        log.append([frame(b"second")])

    assert (place_in(tmp_path).log / "000000000001.log").stat().st_size == size
    assert log.count == 0
    log.close()


def test_a_write_in_small_pieces_is_one_frame(tmp_path: Path) -> None:
    """The system may take fewer bytes than it was given, and that is no failure."""
    log = FileLog(place_in(tmp_path), NETWORK, answered=NOBODY_ANSWERED, disk=FailingDisk(piece=7))
    frames = [frame(b"first"), frame(b"second")]
    log.append(frames)
    log.close()

    again = FileLog(place_in(tmp_path), NETWORK, answered=Seq(2))

    assert [entry.frame for entry in again.read(Seq(1))] == frames
    again.close()


def test_a_file_that_cannot_be_made_is_a_failed_log(tmp_path: Path) -> None:
    """Rolling to the next file is a write like any other."""

    class Full(Disk):
        def create(self, path: Path) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    log = FileLog(place_in(tmp_path), NETWORK, answered=NOBODY_ANSWERED, disk=Full())

    with pytest.raises(LogFailed, match="No space left"):
        log.append([frame(b"body")])

    log.close()


def test_an_interrupted_append_is_a_failed_log(tmp_path: Path) -> None:
    """Whatever stops a write in its middle, nobody knows what stands in the file."""

    class Interrupted(Disk):
        def flush(self, file: int) -> None:
            raise KeyboardInterrupt

    log = FileLog(place_in(tmp_path), NETWORK, answered=NOBODY_ANSWERED, disk=Interrupted())
    with pytest.raises(KeyboardInterrupt):
        log.append([frame(b"first")])

    with pytest.raises(LogFailed):
        log.append([frame(b"second")])

    log.close()


def test_headers_on_a_full_disk_fail_as_the_log_does(tmp_path: Path) -> None:
    """An answer needs its header stored, so the worker stops here too."""
    headers = FileHeaders(place_in(tmp_path), NETWORK, disk=FailingDisk(room=300))
    headers.append(Seq(1), header(1), SETTLED)

    with pytest.raises(LogFailed):
        headers.append(Seq(2), header(2), SETTLED)
    with pytest.raises(LogFailed):
        headers.sync()
    headers.close()

    again = FileHeaders(place_in(tmp_path), NETWORK)
    assert [entry.header for entry in again.read(Seq(1))] == [header(1)]
    again.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_answered_survives_any_failure(tmp_path: Path, seed: int) -> None:
    """Start after start, wherever the disk fails: answered frames stay, in order, and nothing foreign comes in."""
    chance = random.Random(seed)
    answered: list[Frame] = []
    for _ in range(4):
        disk = FailingDisk(room=chance.randrange(2_000), flushes=chance.randrange(8), piece=chance.randrange(1, 300))
        segment_bytes = chance.randrange(1, 1_000)
        try:
            log = FileLog(
                place_in(tmp_path), NETWORK, answered=Seq(len(answered)), segment_bytes=segment_bytes, disk=disk
            )
        except LogFailed:
            # What was found could not be flushed: nothing may be built upon it.
            continue
        found = [entry.frame for entry in log.read(Seq(1))]
        assert found[: len(answered)] == answered
        assert log.head == head_of(found)
        answered = _append_until_failure(log, found, chance)


def _append_until_failure(log: FileLog, found: list[Frame], chance: random.Random) -> list[Frame]:
    """Append frames of chance until the disk fails; return all that stand in the log for certain."""
    appended = list(found)
    while True:
        batch = [frame(chance.randbytes(chance.randrange(200))) for _ in range(chance.randrange(1, 3))]
        try:
            log.append(batch)
        except LogFailed:
            log.close()
            return appended
        appended += batch
