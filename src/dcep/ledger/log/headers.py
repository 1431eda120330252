"""The signed headers beside the log: length ‖ CRC-32 ‖ signed header ‖ outcomes, one record a frame.

Records are written without a flush before the answer: what a crash takes away is computed again from the frames, and
the same bytes come out, for an Ed25519 signature is a function of key and message.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import partial
from typing import Final

from dcep.errors import Damaged
from dcep.ids import NetworkId
from dcep.ledger.archived import head_before
from dcep.ledger.folder import LedgerFolder
from dcep.ledger.log import Problem, StoredHeader, Torn, require_here, require_next
from dcep.ledger.log.pieces import BadPiece, Begins, Broken, Found, Shape, find_pieces, written
from dcep.ledger.log.segments import MAX_SEQ, SEGMENT_BYTES, Disk, Segments, SizeOf, segment_files
from dcep.messages.headers import TAG, VERSION, read_signed_header
from dcep.messages.layout import Malformed, Reader, Seq

SUFFIX: Final = ".hdr"
_WORD: Final = 4
_HEAD_SIZE: Final = 2 * _WORD
# A header with 255 flows has less than 14 KB; an outcome names at most 255 messages, but most name none.
_MAX_SIZE: Final = 16 << 20


_SIZE: Final = SizeOf(_WORD, lambda head: _HEAD_SIZE + int.from_bytes(head))


class FileHeaders:
    """The headers of one ledger in segment files, which a torn tail has left before the first is read.

    Args:
        place: where the ledger's files lie.
        network: the network of every header.
        segment_bytes: a file that would grow beyond this is left, and the next one begun.
        disk: what writes and flushes.

    Raises:
        Damaged: a whole record is not what was written, or one is missing.
        Unavailable: `log_in_use`, or `log_failed`: the disk refused.
    """

    def __init__(
        self, place: LedgerFolder, network: NetworkId, *, segment_bytes: int = SEGMENT_BYTES, disk: Disk | None = None
    ) -> None:
        self._place = place
        self._segments = Segments(place, place.headers, SUFFIX, _SIZE, limit=segment_bytes, disk=disk or Disk())
        try:
            for item in HeaderScan(place, network):
                match item:
                    case StoredHeader():
                        self._segments.adopt(item.offset, item.size)
                    case Torn():
                        self._segments.set_aside(item)
                    case Problem():
                        raise item.damaged()
            self._segments.settle()
        except BaseException:
            self._segments.close()
            raise

    @property
    def count(self) -> Seq:
        return self._segments.count

    @property
    def first(self) -> Seq:
        return self._segments.first

    def begin_file(self) -> None:
        self._segments.begin_file()

    def append(self, seq: Seq, header: bytes, outcomes: bytes) -> None:
        require_next(seq, self.count)
        self._segments.append([encode_record(header + outcomes)], flush=False)

    def at(self, seq: Seq) -> tuple[bytes, bytes]:
        stored = next(self.read(seq))
        return stored.header, stored.outcomes

    def read(self, from_seq: Seq) -> Iterator[StoredHeader]:
        require_here(from_seq, self.first)
        for seq, path, offset, data in self._segments.read(from_seq):
            file = self._place.relative(path)
            try:
                content, size = read_record(data)
                header, outcomes = cut_record(content)
            except (BadPiece, Malformed) as error:
                message = f"the record cannot be read any more: {error}"
                raise Damaged("header_damaged", message, file=file, offset=offset) from error
            yield StoredHeader(seq, header, outcomes, file, offset, size)

    def sync(self) -> None:
        self._segments.sync()

    def close(self) -> None:
        self._segments.close()


class HeaderScan:
    """Go once through the records of a ledger and say what is wrong with them; nothing is written.

    What the headers say is not judged here, only that each stands in its place as it was written. Behind a problem the
    scan believes what the next record says of its place.
    """

    def __init__(self, place: LedgerFolder, network: NetworkId) -> None:
        self._place = place
        self._mark = TAG + bytes((VERSION,)) + network + place.ledger.to_bytes(2)
        self._is_lost = False
        # So many headers before the first one here were archived.
        self.before = self.count = _archived_headers(place)

    def __iter__(self) -> Iterator[StoredHeader | Problem | Torn]:
        """Yield every record in order, each behind what is wrong with its place, and last of all a torn tail."""
        shape = Shape(read=partial(_read, self._mark), mark=self._mark, mark_at=_HEAD_SIZE, max_size=_MAX_SIZE)
        for item in find_pieces(self._place.everywhere(self._place.headers), SUFFIX, shape):
            match item:
                case Begins():
                    yield from self._begin(item)
                case Found():
                    yield from self._find(item)
                case Broken():
                    yield self._break(item)

    def _begin(self, begins: Begins) -> Iterator[Problem]:
        if begins.first != self.count + 1 and not self._is_lost:
            file, seq = self._place.relative(begins.path), self.count + 1
            message = f"the file is named by header {begins.first}, but header {seq} comes next"
            yield Problem(file=file, offset=0, frame=seq, code="file_out_of_order", explanation=message)
            self._is_lost = True

    def _break(self, broken: Broken) -> Problem | Torn:
        seq, file = Seq(self.count + 1), self._place.relative(broken.path)
        is_torn = broken.is_cut or written(broken.data) != broken.data
        if broken.is_last and is_torn and not self._is_lost:
            return Torn(seq=seq, file=file, offset=broken.offset, data=broken.data)
        self._is_lost = True
        return Problem(file=file, offset=broken.offset, frame=seq, code="header_damaged", explanation=broken.message)

    def _find(self, found: Found[tuple[Seq, bytes]]) -> Iterator[StoredHeader | Problem]:
        (seq, content), file = found.value, self._place.relative(found.path)
        if seq != self.count + 1 and not self._is_lost:
            message = f"header {seq} stands where header {self.count + 1} belongs"
            yield Problem(file=file, offset=found.offset, frame=seq, code="header_out_of_order", explanation=message)
        self.count, self._is_lost = seq, False
        try:
            header, outcomes = cut_record(content)
        except Malformed as error:
            message = f"the record holds no header: {error}"
            yield Problem(file=file, offset=found.offset, frame=seq, code="header_damaged", explanation=message)
        else:
            yield StoredHeader(seq, header, outcomes, file, found.offset, found.size)


def _archived_headers(place: LedgerFolder) -> Seq:
    files = segment_files(place.everywhere(place.headers), SUFFIX)
    if not files or files[0][0] == 1 or head_before(place, "headers", files[0][0]) is None:
        return Seq(0)
    return Seq(files[0][0] - 1)


def _read(mark: bytes, data: bytes, at: int) -> tuple[tuple[Seq, bytes], int]:
    """Return the number and the content of the record at a place, which must be one of this ledger's."""
    content, size = read_record(data, at)
    seq = int.from_bytes(content[len(mark) : len(mark) + 8])
    if not content.startswith(mark) or not 1 <= seq <= MAX_SEQ:
        raise BadPiece("the record holds no header of this ledger", at + size)
    return (Seq(seq), content), size


def encode_record(content: bytes) -> bytes:
    """Return the record of a signed header and its outcomes."""
    length = len(content).to_bytes(_WORD)
    return length + zlib.crc32(content, zlib.crc32(length)).to_bytes(_WORD) + content


def read_record(data: bytes, at: int = 0) -> tuple[bytes, int]:
    """Return the content of the record that begins at a place, and the record's size.

    Raises:
        BadPiece: there is none.
    """
    content_at = at + _HEAD_SIZE
    if content_at > len(data):
        raise BadPiece("the record is cut", content_at)
    length = data[at : at + _WORD]
    end = content_at + int.from_bytes(length)
    if end - at > _MAX_SIZE:
        raise BadPiece("no record is that long", None)
    if end > len(data):
        raise BadPiece("the record is cut", end)
    content = data[content_at:end]
    if zlib.crc32(content, zlib.crc32(length)) != int.from_bytes(data[at + _WORD : content_at]):
        raise BadPiece("the checksum of the record is another", end)
    return content, end - at


def cut_record(content: bytes) -> tuple[bytes, bytes]:
    """Return the signed header and the outcomes; Malformed if no header begins there."""
    reader = Reader(content)
    read_signed_header(reader)
    return content[: reader.at], content[reader.at :]
