"""Segment files: what is appended stands in files named by their first number, `NNNNNNNNNNNN.log`, one after the other.

1. Pieces are appended to the last file by one writer, who holds a lock on the folder.
2. A file that is full is closed for ever; the next is named by the number of its first piece.
3. From the moment a write begins until it is known to be whole, nothing more may be built upon it: a failure is the end
   of this writer, and the next start decides what stands there.
4. A torn tail is moved aside, never deleted: first its copy is durable, then the file is cut.
5. What a killed writer has left in the machine's memory is made durable at the start: it is read back as if it were.
"""

from __future__ import annotations

import fcntl
import os
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from dcep.durable import make_folder, write_durably
from dcep.errors import Unavailable
from dcep.ledger.folder import LedgerFolder
from dcep.ledger.log import LogFailed, Torn
from dcep.messages.layout import Seq

SEGMENT_BYTES: Final = 64 << 20
# Twelve digits name a segment.
MAX_SEQ: Final = 10**12 - 1
_NAME: Final = re.compile(r"[0-9]{12}")
# Of so many pieces one is marked: a ledger has as many frames as time, and memory does not grow with them.
_STRIDE: Final = 32


class Disk:
    """What a writer asks of the disk; tests and the simulation put a failing one in its place."""

    def create(self, path: Path) -> int:
        """Make a file to be appended to."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def open(self, path: Path) -> int:
        """Open a file to be appended to."""
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

    def write(self, file: int, data: bytes | memoryview) -> int:
        """Append bytes; return how many were taken."""
        return os.write(file, data)

    def flush(self, file: int) -> None:
        """Return when what was written is durable."""
        os.fdatasync(file)

    def flush_names(self, folder: int) -> None:
        """Return when the names in a folder are durable."""
        os.fsync(folder)


class SizeOf(NamedTuple):
    """How long a piece is, by its own word: `of` reads it off the first `head` bytes."""

    head: int
    of: Callable[[bytes], int]


class Piece(NamedTuple):
    """The bytes of the piece with this number, in their place."""

    seq: Seq
    path: Path
    offset: int
    data: bytes


class Segments:
    """The files of one store, open for its one writer and any number of readers.

    Args:
        place: where the ledger's files lie.
        folder: the store's folder, `place.log` or `place.headers`.
        suffix: of its files, with the dot.
        size: how long a piece is.
        limit: a file that would grow beyond this many bytes is left, and the next one begun.
        disk: what writes and flushes.

    Raises:
        Unavailable: `log_in_use`, another writer holds the folder.
    """

    def __init__(self, place: LedgerFolder, folder: Path, suffix: str, size: SizeOf, *, limit: int, disk: Disk) -> None:
        self._place, self._folder, self._suffix, self._size = place, folder, suffix, size
        self._limit, self._disk = limit, disk
        self._lock = _lock(folder)
        self._firsts = [first for first, _ in segment_files([folder], suffix)]
        # What lies before was archived; whether that is so is asked where the pieces are found.
        self._before = self._count = self._firsts[0] - 1 if self._firsts else 0
        # Of each file, by its first piece, where the marked ones begin; and where the last piece ends.
        self._marks: dict[int, array[int]] = {}
        self._end = 0
        self._file: int | None = None
        self._is_file_due = False
        # Not while a write is under way, whose end nobody knows; and never again after one that failed.
        self._is_sound, self._has_failed = True, False

    @property
    def count(self) -> Seq:
        """The number of the last piece."""
        return Seq(self._count)

    @property
    def first(self) -> Seq:
        """The number of the oldest piece that is here, or will be."""
        return Seq(self._before + 1)

    def begins_file(self, seq: Seq) -> bool:
        """Return whether this piece is the first of its file."""
        place = bisect_right(self._firsts, seq)
        return place > 0 and self._firsts[place - 1] == seq

    def last_of_full_file(self, seq: Seq) -> Seq | None:
        """Return the last piece of the file that holds this one; None while more may be added to that file."""
        after = bisect_right(self._firsts, seq)
        return Seq(self._firsts[after] - 1) if after < len(self._firsts) else None

    # At the start.

    def adopt(self, offset: int, size: int) -> None:
        """Take over the next piece, which was found whole."""
        self._mark(self._count + 1, offset)
        self._count, self._end = self._count + 1, offset + size

    def set_aside(self, torn: Torn) -> None:
        """Move a torn tail out of the last file, to `torn/LEDGER-SEQ-N.SUFFIX.bin`.

        Raises:
            LogFailed: the disk refused; the tail is still there.
        """
        name = f"{self._place.name}-{torn.seq:012}"
        copies = (self._place.torn / f"{name}-{number}{self._suffix}.bin" for number in count(1))
        # 4.
        try:
            make_folder(self._place.torn)
            write_durably(next(copy for copy in copies if not copy.exists()), torn.data)
            with self._path(self._firsts[-1]).open("r+b") as stream:
                stream.truncate(torn.offset)
                os.fsync(stream.fileno())
        except OSError as error:
            raise self._failed(error) from error

    def settle(self) -> None:
        """Make durable what was found, and its names; LogFailed if the disk refused."""
        # 5.
        self._is_sound = False
        try:
            if self._firsts:
                self._file = self._disk.open(self._path(self._firsts[-1]))
                self._disk.flush(self._file)
            self._disk.flush_names(self._lock)
        except OSError as error:
            raise self._failed(error) from error
        self._is_sound = True

    # 1.

    def append(self, pieces: Sequence[bytes], *, flush: bool) -> None:
        """Append pieces with one write, and one flush if asked.

        Raises:
            LogFailed: the disk refused, now or before.
        """
        self._require_sound()
        # 3.
        self._is_sound = False
        data = b"".join(pieces)
        try:
            file, end = self._file_for(len(data))
            self._write(file, data)
            if flush:
                self._disk.flush(file)
        except OSError as error:
            raise self._failed(error) from error
        for seq, piece in enumerate(pieces, start=self._count + 1):
            self._mark(seq, end)
            end += len(piece)
        # Whoever reads meanwhile finds what is counted.
        self._end = end
        self._count += len(pieces)
        self._is_sound = True

    def flush(self) -> None:
        """Make what was appended durable; LogFailed if the disk refused, now or before."""
        self._require_sound()
        self._is_sound = False
        try:
            if self._file is not None:
                self._disk.flush(self._file)
        except OSError as error:
            raise self._failed(error) from error
        self._is_sound = True

    def sync(self) -> None:
        """Make what was appended durable, while another thread may append more; LogFailed if the disk refused.

        A file that was left was flushed then, so the last one is enough. It is opened anew: the writer's own may be
        closed at any moment.
        """
        if self._has_failed:
            self._require_sound()
        if not self._firsts:
            return
        try:
            file = self._disk.open(self._path(self._firsts[-1]))
            try:
                self._disk.flush(file)
            finally:
                os.close(file)
        except OSError as error:
            raise self._failed(error) from error

    def _write(self, file: int, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._disk.write(file, rest) :]

    # 2.

    def begin_file(self) -> None:
        """Let the next piece be the first of a file, however much room the last one has."""
        self._is_file_due = True

    def _file_for(self, size: int) -> tuple[int, int]:
        """Return the file that takes the next bytes, and where it ends now."""
        end = self._end_of_last()
        is_due, self._is_file_due = self._is_file_due, False
        if self._firsts and (end == 0 or (end + size <= self._limit and not is_due)):
            assert self._file is not None, "it was opened at the start, or made since"
            return self._file, end
        if self._file is not None:
            self._disk.flush(self._file)
            os.close(self._file)
            self._file = None
        first = self.count + 1
        self._file = self._disk.create(self._path(first))
        self._disk.flush_names(self._lock)
        self._firsts.append(first)
        return self._file, 0

    def _end_of_last(self) -> int:
        is_empty = not self._firsts or self._firsts[-1] > self.count
        return 0 if is_empty else self._end

    def _mark(self, seq: int, offset: int) -> None:
        first = self._firsts[bisect_right(self._firsts, seq) - 1]
        if (seq - first) % _STRIDE == 0:
            self._marks.setdefault(first, array("Q")).append(offset)

    def _path(self, first: int) -> Path:
        return self._folder / f"{first:012}{self._suffix}"

    # Reading.

    def read(self, from_seq: Seq) -> Iterator[Piece]:
        """Yield the pieces that stand here now, from a number on; Unavailable if the disk refused."""
        last, seq = self.count, from_seq
        while seq <= last:
            segment = bisect_right(self._firsts, seq) - 1
            first = self._firsts[segment]
            after = self._firsts[segment + 1] if segment + 1 < len(self._firsts) else last + 1
            path = self._path(first)
            mark, further = divmod(seq - first, _STRIDE)
            with self._readable(path) as stream:
                stream.seek(self._marks[first][mark])
                for _ in range(further):
                    stream.seek(self._size.of(stream.read(self._size.head)) - self._size.head, os.SEEK_CUR)
                for place in range(seq, min(after, last + 1)):
                    offset = stream.tell()
                    yield Piece(Seq(place), path, offset, self._read_piece(stream))
            seq = Seq(after)

    def _readable(self, path: Path) -> BinaryIO:
        try:
            return path.open("rb")
        except OSError as error:
            message = f"{self._place.relative(path)}: {error.strerror}"
            raise Unavailable("folder_unusable", message, retry_after_ms=1_000) from error

    def _read_piece(self, stream: BinaryIO) -> bytes:
        head = stream.read(self._size.head)
        return head + stream.read(max(0, self._size.of(head) - len(head)))

    def close(self) -> None:
        """Make what was appended durable, close the files and let another writer in; LogFailed if the disk refused."""
        try:
            if self._is_sound and not self._has_failed:
                self.flush()
        finally:
            self._is_sound = False
            for file in (self._file, self._lock):
                if file is not None:
                    os.close(file)
            self._file = None

    def _require_sound(self) -> None:
        if self._has_failed or not self._is_sound:
            raise LogFailed("a write failed before, or the files were closed: they must be opened anew")

    def _failed(self, error: OSError) -> LogFailed:
        self._has_failed = True
        return LogFailed(f"{self._place.relative(self._folder)}: {error.strerror or error}")


def segment_files(folders: Sequence[Path], suffix: str) -> list[tuple[int, Path]]:
    """Return (first number, file) of a store's files, in order; what has another name is none of them.

    Of files with one name, that of the last folder is taken.
    """
    named = (path for folder in folders for path in folder.glob(f"*{suffix}") if _NAME.fullmatch(path.stem))
    return sorted({int(path.stem): path for path in named}.items())


def _lock(folder: Path) -> int:
    make_folder(folder)
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Unavailable("log_in_use", f"{folder} has another writer", retry_after_ms=1_000) from None
    return lock
