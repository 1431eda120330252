"""History: what became of a command whose number is gone.

1. Each command that consumed its number, settled or refused, is a row: account, lane and number, and its place in the
   log. A number is consumed once for ever, so no two rows have the same key.
2. The rows of the log's newest file are folded into memory when a question comes, never before: payments do not pay
   for it.
3. A file of the log that is full has its rows sorted in a file under `index/`, written once, in the background. Until
   then every answer is `behind`.
4. An index file proves nothing by itself: it is taken only whole, and only if it names the head after its last frame.
   The head binds it to the network, the ledger and every frame before. What a row names is read in the log.
5. A row of this command: its outcome. A row of another: it has lost its number and will never be processed. No row: the
   number fell out of the window unused, and everything up to the place where that was said must have been folded.

Source: PROTOCOL, "What is final, and what the sender hears".
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from bisect import bisect_left
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from dcep.clock import DAY_MS, UnixMs
from dcep.errors import Unavailable
from dcep.ids import CommandId, NetworkId, WalletId
from dcep.ledger.folder import build_durably, make_folder
from dcep.ledger.log import HeaderStore, Log, Stored
from dcep.messages.frames import split
from dcep.messages.headers import Header, decode_signed_header
from dcep.messages.layout import Hash, Lane, Malformed, Number, Seq
from dcep.messages.outcomes import BEHIND, NEVER_PROCESSED, NOT_COVERED, Outcome, Status, decode_outcomes
from dcep.messages.signed import command_id_of_record, prefix

# What history promises after the expiry, behind which nothing is consumed. PROTOCOL: MAX_LIFE + 400 days.
KEPT_MS: Final = 400 * DAY_MS
MAGIC: Final = b"DCEI"
VERSION: Final = 1
# Magic, version, head after the last frame, first and last frame, earliest and latest expiry of a row, rows.
_HEAD: Final = struct.Struct(">4sB32sQQ8s8sI")
_CHECKSUM_SIZE: Final = 32
# The key as it stands at the beginning of a record; a command that carries no account has zeros there.
_KEY_SIZE: Final = 16
_NO_ACCOUNT: Final = bytes(_KEY_SIZE)
_EXPIRY: Final = slice(16, 24)
# A place is the frame's number (u64) and the command's in the frame (u32).
_PLACE_SIZE: Final = 12
_INDEX_BITS: Final = 32
_ROW_SIZE: Final = _KEY_SIZE + _PLACE_SIZE
_CONSUMED: Final = (Status.SETTLED, Status.REFUSED)


class Found(NamedTuple):
    """What history says; `seq` and `place` say where in the log it was settled or refused."""

    outcome: Outcome
    seq: Seq | None
    place: int


class History:
    """The numbers that a ledger's commands have consumed.

    Args:
        folder: where index files lie; None for a log in memory, which is one file for ever.
        network: the ledger's network.
        log: the frames, which others may append to meanwhile.
        headers: their headers and outcomes.
    """

    def __init__(self, folder: Path | None, network: NetworkId, log: Log, headers: HeaderStore) -> None:
        self._folder, self._prefix = folder, prefix(network)
        self._log, self._headers = log, headers
        self._lock = Lock()
        self._builder = ThreadPoolExecutor(max_workers=1, thread_name_prefix="index")
        # While it is under way the rest of the state is the builder's alone.
        self._building: Future[bool] | None = None
        self._is_closing = False
        self._folded = Seq(0)
        self._sealed: list[_Sealed] = []
        self._rows: _Rows | None = None

    def find(
        self,
        command: CommandId,
        *,
        account: WalletId,
        lane: Lane,
        number: Number,
        expires_at: UnixMs,
        min_position: Seq,
    ) -> Found:
        """Return what became of a command whose number was found used or superseded.

        Args:
            command: the identity of the body that holds the next four.
            min_position: the number was found gone after this frame or an earlier one.

        Returns:
            Settled or refused with its place; never_processed, behind or not_covered without one.

        Raises:
            Unavailable: `index_not_written`; ask again.
            Damaged: the log cannot be read any more.
        """
        key = account.to_bytes(8) + lane.to_bytes(2) + number.to_bytes(6)
        with self._lock:
            if not self._is_abreast():
                return _BEHIND
            for sealed in (None, *reversed(self._sealed)):
                place = self._look_up(sealed, key, expires_at.to_bytes(8))
                if place is not None:
                    return self._read_back(place, key, command, sealed)
            return self._absent(expires_at, min_position)

    def build(self) -> None:
        """Fold everything that is stored now; when this returns every full file of the log has its index file.

        Raises:
            Unavailable: `index_not_written`.
            Damaged: the log cannot be read any more.
        """
        while True:
            with self._lock:
                if self._is_abreast():
                    return
                building = self._building
            assert building is not None
            wait([building])

    def close(self) -> None:
        """Break off what is being built and let go of the files."""
        self._is_closing = True
        self._builder.shutdown()
        for sealed in self._sealed:
            sealed.close()

    # 5.

    def _look_up(self, sealed: _Sealed | None, key: bytes, expires_at: bytes) -> int | None:
        """Return the place of a number in one file; one in which nothing expired at its time is not read."""
        if sealed is not None:
            return sealed.find(key) if sealed.earliest <= expires_at <= sealed.latest else None
        return None if self._rows is None else self._rows.places.get(key)

    def _read_back(self, place: int, key: bytes, command: CommandId, sealed: _Sealed | None) -> Found:
        seq, index = Seq(place >> _INDEX_BITS), place & (1 << _INDEX_BITS) - 1
        read = self._read(seq, index)
        if read is None or read[0][:_KEY_SIZE] != key or read[1].status not in _CONSUMED:
            assert sealed is not None, "the rows in memory come from the log itself"
            self._distrust(sealed)
            return _BEHIND
        record, outcome = read
        if command_id_of_record(record, self._prefix) != command:
            return _NEVER_PROCESSED
        return Found(outcome, seq, index)

    def _read(self, seq: Seq, index: int) -> tuple[bytes, Outcome] | None:
        """Return a record of the log and its outcome; None if there is no such place."""
        if not 1 <= seq <= self._folded:
            return None
        records = split(next(self._log.read(seq)).frame.body)
        if index >= len(records):
            return None
        return records[index], decode_outcomes(self._headers.at(seq)[1], len(records))[index]

    def _absent(self, expires_at: UnixMs, min_position: Seq) -> Found:
        if self._folded < min_position:
            return _BEHIND
        now = self._header(self._folded).time if self._folded else UnixMs(0)
        return _NOT_COVERED if expires_at + KEPT_MS <= now else _NEVER_PROCESSED

    def _header(self, seq: Seq) -> Header:
        return decode_signed_header(self._headers.at(seq)[0]).header

    def _distrust(self, liar: _Sealed) -> None:
        """Drop an index file that names what is not in the log, and go back to where it began."""
        liar.path.unlink(missing_ok=True)
        at = self._sealed.index(liar)
        for sealed in self._sealed[at:]:
            sealed.close()
        del self._sealed[at:]
        self._rows, self._folded = None, Seq(liar.first - 1)

    # 2. and 3.

    def _is_abreast(self) -> bool:
        """Fold what is new; leave it to the builder where a file has to be sealed. Return whether all is folded."""
        if self._building is not None:
            if not self._building.done():
                return False
            building, self._building = self._building, None
            # Whatever stopped it is told to whoever asks next, and the one after begins again.
            building.result()
        if self._fold(sealing=False):
            return True
        self._building = self._builder.submit(self._fold, sealing=True)
        return False

    def _fold(self, *, sealing: bool) -> bool:
        """Fold what is stored now; return False where a file would have to be sealed first."""
        end = min(self._log.count, self._headers.count)
        while self._folded < end:
            if self._rows is None and self._adopt():
                continue
            if self._read_on():
                continue
            if not sealing or self._is_closing:
                return False
            self._seal()
        return True

    def _read_on(self) -> bool:
        """Fold frames until none is left; return False where another file of the log begins."""
        begin = Seq(self._folded + 1)
        for stored, header in zip(self._log.read(begin), self._headers.read(begin), strict=False):
            if self._rows is None:
                self._rows = _Rows(stored.seq, stored.file)
            if stored.file != self._rows.file or self._is_closing:
                return False
            self._rows.take(stored, header.outcomes)
            self._folded = stored.seq
        return True

    def _seal(self) -> None:
        rows = self._rows
        assert rows is not None
        path = self._path(rows.first)
        data = rows.encode(self._folded, self._header(self._folded).head)
        try:
            make_folder(path.parent)
            build_durably(path, data, at=path.with_suffix(".new"))
        except OSError as error:
            raise _not_written(path, str(error.strerror)) from error
        self._rows, self._folded = None, Seq(rows.first - 1)
        if not self._adopt():
            raise _not_written(path, "what was written cannot be read back")

    # 4.

    def _adopt(self) -> bool:
        """Take the index file that begins behind what is folded, if there is one and it is this log's."""
        if self._folder is None:
            return False
        sealed = _open(self._path(Seq(self._folded + 1)))
        if sealed is None:
            return False
        is_here = sealed.first == self._folded + 1 and sealed.last <= min(self._log.count, self._headers.count)
        if not is_here or self._header(sealed.last).head != sealed.head:
            sealed.close()
            return False
        self._sealed.append(sealed)
        self._folded = sealed.last
        return True

    def _path(self, first: Seq) -> Path:
        assert self._folder is not None, "a log in memory has one file"
        return self._folder / f"{first:012}.idx"


_NEVER_PROCESSED: Final = Found(NEVER_PROCESSED, None, 0)
_NOT_COVERED: Final = Found(NOT_COVERED, None, 0)
_BEHIND: Final = Found(BEHIND, None, 0)


class _Rows:
    """The rows of a file of the log that is not full yet."""

    __slots__ = ("earliest", "file", "first", "latest", "places")

    def __init__(self, first: Seq, file: str) -> None:
        self.first, self.file = first, file
        self.places: dict[bytes, int] = {}
        # Without a row no expiry lies between them.
        self.earliest, self.latest = b"\xff" * 8, bytes(8)

    def take(self, stored: Stored, outcomes: bytes) -> None:
        """Take in the commands of a frame that consumed their numbers."""
        try:
            records = split(stored.frame.body)
        except Malformed:
            return
        for index, (record, outcome) in enumerate(
            zip(records, decode_outcomes(outcomes, len(records)), strict=True), start=stored.seq << _INDEX_BITS
        ):
            key = record[:_KEY_SIZE]
            if outcome.status in _CONSUMED and key != _NO_ACCOUNT:
                self.places[key] = index
                expires_at = record[_EXPIRY]
                self.earliest, self.latest = min(self.earliest, expires_at), max(self.latest, expires_at)

    def encode(self, last: Seq, head: Hash) -> bytes:
        """Return the bytes of the index file."""
        place = (self.first, last, self.earliest, self.latest)
        begin = _HEAD.pack(MAGIC, VERSION, head, *place, len(self.places))
        rows = (key + self.places[key].to_bytes(_PLACE_SIZE) for key in sorted(self.places))
        content = b"".join((begin, *rows))
        return content + hashlib.sha256(content).digest()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sealed:
    """An index file, whole and mapped: its rows are read where they lie."""

    path: Path
    data: mmap.mmap
    head: Hash
    first: Seq
    last: Seq
    earliest: bytes
    latest: bytes
    count: int

    def find(self, key: bytes) -> int | None:
        """Return the place of the row with this key."""
        row = bisect_left(range(self.count), key, key=self._key)
        if row == self.count or self._key(row) != key:
            return None
        at = _HEAD.size + row * _ROW_SIZE + _KEY_SIZE
        return int.from_bytes(self.data[at : at + _PLACE_SIZE])

    def _key(self, row: int) -> bytes:
        at = _HEAD.size + row * _ROW_SIZE
        return self.data[at : at + _KEY_SIZE]

    def close(self) -> None:
        self.data.close()


def _open(path: Path) -> _Sealed | None:
    """Map an index file; None if it is not there, or not as it was written."""
    try:
        with path.open("rb") as stream:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return None
    if len(data) < _HEAD.size + _CHECKSUM_SIZE or not _is_whole(data):
        data.close()
        return None
    magic, version, head, first, last, earliest, latest, count = _HEAD.unpack_from(data)
    if (magic, version, len(data)) != (MAGIC, VERSION, _HEAD.size + count * _ROW_SIZE + _CHECKSUM_SIZE):
        data.close()
        return None
    return _Sealed(
        path=path,
        data=data,
        head=Hash(head),
        first=Seq(first),
        last=Seq(last),
        earliest=earliest,
        latest=latest,
        count=count,
    )


def _is_whole(data: mmap.mmap) -> bool:
    """Return whether the checksum at the end holds: a row that has rotted away would look like a number never used."""
    with memoryview(data) as view, view[:-_CHECKSUM_SIZE] as content:
        return hashlib.sha256(content).digest() == data[-_CHECKSUM_SIZE:]


def _not_written(path: Path, why: str) -> Unavailable:
    message = f"{path.parent.name}/{path.name}: {why}"
    return Unavailable("index_not_written", message, retry_after_ms=1_000, next_step="see to the disk")
