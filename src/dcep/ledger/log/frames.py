"""A frame as it stands in a file, and what must hold from one to the next.

"DCEF" ‖ version ‖ network ‖ ledger ‖ seq ‖ time ‖ worker ‖ previous head ‖ length ‖ CRC-32 ‖ body ‖ signature.

The checksum covers everything but itself, and finds a write that was cut or a byte that has rotted. Against a hand that
changes the checksum too stand the chain of heads and the worker's signature.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.crypto.suites import SignedMessage, bad_signatures
from dcep.ids import LedgerId, NetworkId
from dcep.ledger.archived import head_before
from dcep.ledger.folder import LedgerFolder
from dcep.ledger.log import Problem, Stored, Torn
from dcep.ledger.log.pieces import BadPiece, Begins, Broken, Found, Shape, find_pieces
from dcep.ledger.log.segments import MAX_SEQ, SizeOf, segment_files
from dcep.messages.frames import FIRST_HEAD, MAX_BODY, Frame, next_head
from dcep.messages.layout import Hash, Key, Seq

MAGIC: Final = b"DCEF"
VERSION: Final = 1
SUFFIX: Final = ".log"
FIRST: Final = Seq(1)
_HEAD: Final = struct.Struct(">4sB16sHQQ32s32sI")
_CHECKSUM_SIZE: Final = 4
_BODY_AT: Final = _HEAD.size + _CHECKSUM_SIZE
_SIGNATURE_SIZE: Final = 64
# So many signatures are verified together.
_BATCH: Final = 64


class Written(NamedTuple):
    """A whole frame, and the place that its writer gave it."""

    frame: Frame
    seq: Seq
    previous: Hash


def encode_frame(frame: Frame, seq: Seq, previous: Hash) -> bytes:
    """Return the bytes of a frame in its place, where `previous` is head(seq - 1)."""
    place = (frame.network, frame.ledger, seq, frame.time, frame.worker, previous)
    head = _HEAD.pack(MAGIC, VERSION, *place, len(frame.body))
    content = frame.body + frame.signature
    return head + zlib.crc32(content, zlib.crc32(head)).to_bytes(_CHECKSUM_SIZE) + content


def read_frame(data: bytes, at: int = 0) -> tuple[Written, int]:
    """Return the whole frame that begins at a place, and its size.

    Raises:
        BadPiece: there is none.
    """
    body_at = at + _BODY_AT
    if body_at > len(data):
        raise BadPiece("the frame is cut", body_at)
    magic, version, network, ledger, seq, time, worker, previous, length = _HEAD.unpack_from(data, at)
    if (magic, version) != (MAGIC, VERSION) or length > MAX_BODY or not FIRST <= seq <= MAX_SEQ:
        raise BadPiece("no frame of this version begins here", None)
    signature_at = body_at + length
    end = signature_at + _SIGNATURE_SIZE
    if end > len(data):
        raise BadPiece("the frame is cut", end)
    checksum = zlib.crc32(data[body_at:end], zlib.crc32(data[at : at + _HEAD.size]))
    if checksum != int.from_bytes(data[body_at - _CHECKSUM_SIZE : body_at]):
        raise BadPiece("the checksum of the frame is another", end)
    frame = Frame(
        network=NetworkId(network),
        ledger=LedgerId(ledger),
        worker=Key(worker),
        time=UnixMs(time),
        body=data[body_at:signature_at],
        signature=data[signature_at:end],
    )
    return Written(frame, Seq(seq), Hash(previous)), end - at


_SHAPE: Final = Shape(read=read_frame, mark=MAGIC, mark_at=0, max_size=_BODY_AT + MAX_BODY + _SIGNATURE_SIZE)


def where_it_begins(place: LedgerFolder) -> tuple[Seq, Hash]:
    """Return how many frames before the first one that is here were archived, and the head after them.

    Raises:
        Damaged: `bad_archive_note`.
    """
    files = segment_files(place.everywhere(place.log), SUFFIX)
    first = files[0][0] if files else FIRST
    head = head_before(place, "log", first) if first > FIRST else None
    return (Seq(0), FIRST_HEAD) if head is None else (Seq(first - 1), head)


def _size_of(head: bytes) -> int:
    return _BODY_AT + int.from_bytes(head[-4:]) + _SIGNATURE_SIZE


SIZE: Final = SizeOf(_HEAD.size, _size_of)
"""How long a frame is: its length stands at the end of its head."""


class FrameScan:
    """Go once through the frames of a ledger and say what is wrong with them; nothing is written.

    Behind a problem the scan believes what the next frame says of its place, so that one damage is one line. `before`
    frames before the first one here were archived, `head_before` was the head after them.

    Args:
        place: where the ledger's files lie.
        network: the network that every frame must belong to.
        answered: the number of the newest stored header. A crash can have torn only the frame behind it: a header is
            signed when its frame is durable.
        verify_from: signatures of frames before this one are taken on trust, as those that a snapshot covers.
    """

    def __init__(self, place: LedgerFolder, network: NetworkId, *, answered: Seq, verify_from: Seq = FIRST) -> None:
        self._place, self._network = place, network
        self._answered, self._verify_from = answered, verify_from
        # Behind damage the next place is unknown.
        self._is_lost = False
        self.before, self.head_before = where_it_begins(place)
        self.count, self.head = self.before, self.head_before

    def __iter__(self) -> Iterator[Stored | Problem | Torn]:
        """Yield every frame in order, each behind what is wrong with it, and last of all a torn tail."""
        waiting: list[Stored | Problem | Torn] = []
        for item in self._walk():
            waiting.append(item)
            if len(waiting) == _BATCH:
                yield from self._with_signatures(waiting)
                waiting = []
        yield from self._with_signatures(waiting)

    def _walk(self) -> Iterator[Stored | Problem | Torn]:
        for item in find_pieces(self._place.everywhere(self._place.log), SUFFIX, _SHAPE):
            match item:
                case Begins():
                    yield from self._begin(item)
                case Found():
                    yield from self._find(item)
                case Broken():
                    yield self._break(item)
        if self.count < self._answered and not self._is_lost:
            folder, seq = self._place.relative(self._place.log), self.count + 1
            message = f"the log ends with frame {self.count}, but the header of frame {self._answered} is stored"
            yield Problem(file=folder, offset=0, frame=seq, code="frames_missing", explanation=message)

    def _begin(self, begins: Begins) -> Iterator[Problem]:
        if begins.first != self.count + 1 and not self._is_lost:
            file, seq = self._place.relative(begins.path), self.count + 1
            message = f"the file is named by frame {begins.first}, but frame {seq} comes next"
            yield Problem(file=file, offset=0, frame=seq, code="file_out_of_order", explanation=message)
            self._is_lost = True

    def _break(self, broken: Broken) -> Problem | Torn:
        seq, file = Seq(self.count + 1), self._place.relative(broken.path)
        if broken.is_last and not self._is_lost and seq > self._answered:
            return Torn(seq=seq, file=file, offset=broken.offset, data=broken.data)
        self._is_lost = True
        return Problem(file=file, offset=broken.offset, frame=seq, code="frame_damaged", explanation=broken.message)

    def _find(self, found: Found[Written]) -> Iterator[Stored | Problem]:
        frame, seq, previous = found.value
        file = self._place.relative(found.path)
        for code, message in self._wrong_with(found.value):
            yield Problem(file=file, offset=found.offset, frame=seq, code=code, explanation=message)
        self.count, self.head, self._is_lost = seq, next_head(frame, seq, previous), False
        yield Stored(seq, frame, file, found.offset, found.size)

    def _wrong_with(self, written: Written) -> Iterator[tuple[str, str]]:
        frame, seq, previous = written
        if frame.network != self._network:
            yield "other_network", f"the frame belongs to network {frame.network.hex()}"
        if frame.ledger != self._place.ledger:
            yield "other_ledger", f"the frame belongs to ledger {frame.ledger}"
        if self._is_lost:
            return
        if seq != self.count + 1:
            yield "frame_out_of_order", f"frame {seq} stands where frame {self.count + 1} belongs"
        if previous != self.head:
            yield "chain_broken", "the frame names another head before it than the frames before it have"

    def _with_signatures(self, items: list[Stored | Problem | Torn]) -> Iterator[Stored | Problem | Torn]:
        """Yield the items, and before each frame whose signature does not hold a problem."""
        frames = [item for item in items if isinstance(item, Stored) and item.seq >= self._verify_from]
        bad = bad_signatures([_signed_message(stored.frame) for stored in frames])
        forged = {(frames[place].file, frames[place].offset) for place in bad}
        for item in items:
            if isinstance(item, Stored) and (item.file, item.offset) in forged:
                message = "the worker's signature of the frame does not hold"
                yield Problem(
                    file=item.file, offset=item.offset, frame=item.seq, code="bad_signature", explanation=message
                )
            yield item


def _signed_message(frame: Frame) -> SignedMessage:
    return SignedMessage(frame.worker, frame.signed_part, frame.signature)
