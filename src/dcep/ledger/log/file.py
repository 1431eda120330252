"""The log in files: one write and one flush for whatever is appended, one writer at a time.

A start goes through all of it. A tail that a crash has torn is moved aside; any other damage stops the start, for a log
that has lost an answered frame must not go on as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dcep.errors import Damaged
from dcep.ids import NetworkId
from dcep.ledger.folder import LedgerFolder
from dcep.ledger.log import Problem, Stored, Torn, require_here, require_own
from dcep.ledger.log.frames import FIRST, SIZE, SUFFIX, FrameScan, encode_frame, read_frame
from dcep.ledger.log.pieces import BadPiece
from dcep.ledger.log.segments import SEGMENT_BYTES, Disk, Segments
from dcep.messages.frames import Frame, next_head
from dcep.messages.layout import Hash, Seq


class FileLog:
    """The frames of one ledger in segment files.

    Args:
        place: where the ledger's files lie.
        network: the network of every frame.
        answered: the number of the newest stored header; see FrameScan.
        verify_from: see FrameScan.
        segment_bytes: a file that would grow beyond this is left, and the next one begun.
        disk: what writes and flushes.

    Raises:
        Damaged: a frame is not what was written, or one is missing.
        Unavailable: `log_in_use`, or `log_failed`: the disk refused.
    """

    def __init__(
        self,
        place: LedgerFolder,
        network: NetworkId,
        *,
        answered: Seq,
        verify_from: Seq = FIRST,
        segment_bytes: int = SEGMENT_BYTES,
        disk: Disk | None = None,
    ) -> None:
        self._place, self._network = place, network
        self._segments = Segments(place, place.log, SUFFIX, SIZE, limit=segment_bytes, disk=disk or Disk())
        try:
            scan = FrameScan(place, network, answered=answered, verify_from=verify_from)
            for item in scan:
                match item:
                    case Stored():
                        self._segments.adopt(item.offset, item.size)
                    case Torn():
                        self._segments.set_aside(item)
                    case Problem():
                        raise item.damaged()
            self._segments.settle()
        except BaseException:
            self._segments.close()
            raise
        self._head, self._head_before = scan.head, scan.head_before

    @property
    def count(self) -> Seq:
        return self._segments.count

    @property
    def first(self) -> Seq:
        return self._segments.first

    @property
    def head_before(self) -> Hash:
        return self._head_before

    @property
    def head(self) -> Hash:
        return self._head

    def begins_file(self, seq: Seq) -> bool:
        return self._segments.begins_file(seq)

    def last_of_full_file(self, seq: Seq) -> Seq | None:
        return self._segments.last_of_full_file(seq)

    def append(self, frames: Sequence[Frame]) -> None:
        for frame in frames:
            require_own(frame, self._network, self._place.ledger)
        head, pieces = self._head, []
        for seq, frame in enumerate(frames, start=self.count + 1):
            pieces.append(encode_frame(frame, Seq(seq), head))
            head = next_head(frame, Seq(seq), head)
        if pieces:
            self._segments.append(pieces, flush=True)
            self._head = head

    def read(self, from_seq: Seq) -> Iterator[Stored]:
        require_here(from_seq, self.first)
        for seq, path, offset, data in self._segments.read(from_seq):
            file = self._place.relative(path)
            try:
                written, size = read_frame(data)
            except BadPiece as error:
                message = f"the frame cannot be read any more: {error}"
                raise Damaged("frame_damaged", message, file=file, offset=offset) from error
            yield Stored(seq, written.frame, file, offset, size)

    def close(self) -> None:
        self._segments.close()
