"""An index file: the rows of one full file of the log, sorted, written once.

"DCEI" ‖ u8 2 ‖ head before its first frame ‖ head after its last ‖ first u64 ‖ last u64 ‖ earliest expiry u64
‖ latest expiry u64 ‖ u32 rows ‖ rows ‖ SHA-256 of all before.
"""

from __future__ import annotations

import hashlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dcep.clock import UnixMs
from dcep.durable import build_pieces_durably, make_folder
from dcep.errors import Unavailable
from dcep.ledger.history.rows import ROW_SIZE, Row, Rows, find_row
from dcep.messages.layout import Hash, Seq

MAGIC: Final = b"DCEI"
VERSION: Final = 2
SUFFIX: Final = ".idx"
_HEAD: Final = struct.Struct(">4sB32s32sQQQQI")
_CHECKSUM_SIZE: Final = 32
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sealed:
    """An index file, whole when it was opened: its rows are read where they lie."""

    path: Path
    file: int
    before: Hash
    head: Hash
    first: Seq
    last: Seq
    earliest: UnixMs
    latest: UnixMs
    count: int

    def find(self, key: bytes) -> Row | None:
        """Return the row with this key; Malformed where the file is no longer what was opened."""
        return find_row(lambda at, size: os.pread(self.file, size, _HEAD.size + at), self.count, key)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self.file)


def index_file(folder: Path, first: Seq) -> Path:
    """Return the name of the index file of the log's file that begins with this frame."""
    return folder / f"{first:012}{SUFFIX}"


def seal(path: Path, rows: Rows, *, before: Hash, head: Hash, last: Seq) -> None:
    """Write the index file of a full file of the log, durably.

    Args:
        rows: of all its frames.
        before: the head before its first frame.
        head: the head after its last.

    Raises:
        Unavailable: `index_not_written`.
    """
    content = rows.sorted()
    place = (rows.first, last, rows.earliest, rows.latest, len(content) // ROW_SIZE)
    begin = _HEAD.pack(MAGIC, VERSION, before, head, *place)
    checksum = hashlib.sha256(begin)
    checksum.update(content)
    try:
        make_folder(path.parent)
        build_pieces_durably(path, (begin, content, checksum.digest()), at=path.with_suffix(".new"))
    except OSError as error:
        raise not_written(path, str(error.strerror)) from error


def open_sealed(path: Path) -> Sealed | None:
    """Open an index file; None if it is not there, or not as it was written."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if _is_whole(file):
            magic, version, before, head, first, last, earliest, latest, count = _HEAD.unpack(
                os.pread(file, _HEAD.size, 0)
            )
            size = _HEAD.size + count * ROW_SIZE + _CHECKSUM_SIZE
            if (magic, version, os.fstat(file).st_size) == (MAGIC, VERSION, size):
                return Sealed(
                    path=path,
                    file=file,
                    before=Hash(before),
                    head=Hash(head),
                    first=Seq(first),
                    last=Seq(last),
                    earliest=UnixMs(earliest),
                    latest=UnixMs(latest),
                    count=count,
                )
    except OSError:
        # As good as not there.
        pass
    os.close(file)
    return None


def _is_whole(file: int) -> bool:
    """Return whether the checksum at the end holds: a row that has rotted away would look like a number never used."""
    end = os.fstat(file).st_size - _CHECKSUM_SIZE
    if end < _HEAD.size:
        return False
    digest, at = hashlib.sha256(), 0
    while at < end:
        piece = os.pread(file, min(end - at, _PIECE), at)
        if not piece:
            return False
        digest.update(piece)
        at += len(piece)
    return digest.digest() == os.pread(file, _CHECKSUM_SIZE, end)


def not_written(path: Path, why: str) -> Unavailable:
    """Return the error of an index that the disk refused."""
    message = f"{path.parent.name}/{path.name}: {why}"
    return Unavailable("index_not_written", message, retry_after_ms=1_000, next_step="see to the disk")
