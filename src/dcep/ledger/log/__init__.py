"""The log of a ledger: frames in order, durable when `append` returns; beside it the headers signed over them.

An answer is given only for what stands in the log. Headers can be computed again from the frames, so they are written
without a flush of their own; that a header is stored proves that its frame was durable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from dcep.errors import Damaged, DcepError, Unavailable
from dcep.ids import LedgerId, NetworkId
from dcep.messages.frames import MAX_BODY, Frame
from dcep.messages.layout import Hash, Seq


class Stored(NamedTuple):
    """A frame in its place: `size` bytes at `offset` of `file`, which is relative to the data folder."""

    seq: Seq
    frame: Frame
    file: str
    offset: int
    size: int


class StoredHeader(NamedTuple):
    """The bytes of a signed header and of its frame's outcomes, in their place."""

    seq: Seq
    header: bytes
    outcomes: bytes
    file: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that is not what was written: a line of the audit's report. `frame` is 0 where none can be named."""

    file: str
    offset: int
    frame: int
    code: str
    explanation: str

    def damaged(self) -> Damaged:
        """Return the error with which a start stops."""
        step = "restore the folder from a copy; `dcep verify` names every damage"
        return Damaged(self.code, self.explanation, file=self.file, offset=self.offset, next_step=step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Torn:
    """The last piece, cut short by a crash before anybody was answered; `data` is what is there of it."""

    seq: Seq
    file: str
    offset: int
    data: bytes

    @property
    def explanation(self) -> str:
        return f"{len(self.data)} bytes at the end were not written to their end; a start moves them aside"


class LogFailed(Unavailable):
    """A write or a flush failed: what stands in the file is unknown, and this object appends nothing more.

    Send the same bytes again when the disk is well and the ledger has been started anew.
    """

    def __init__(self, message: str) -> None:
        super().__init__("log_failed", message, retry_after_ms=1_000, next_step="see to the disk, then start again")


class Archived(DcepError):
    """What was asked for stands in an archive: read the folder together with it."""

    def __init__(self, message: str) -> None:
        super().__init__("archived", message, next_step="name the archive: `--archive ARCHIVE`")


class Log(Protocol):
    """The frames of one ledger, numbered from 1 without gaps; one writer, any number of readers."""

    @property
    def count(self) -> Seq:
        """The number of the newest frame; 0 before the first."""
        ...

    @property
    def first(self) -> Seq:
        """The number of the oldest frame that is here, or will be: 1, if nothing was archived."""
        ...

    @property
    def head_before(self) -> Hash:
        """The head before the oldest frame that is here."""
        ...

    @property
    def head(self) -> Hash:
        """The head after the newest frame."""
        ...

    def begins_file(self, seq: Seq) -> bool:
        """Return whether a frame is the first of its file."""
        ...

    def last_of_full_file(self, seq: Seq) -> Seq | None:
        """Return the last frame of the file that holds this one; None while more may be added to that file."""
        ...

    def append(self, frames: Sequence[Frame]) -> None:
        """Append frames; when this returns they are durable.

        Raises:
            LogFailed: they may or may not be in the log; nothing more is appended by this object.
            ValueError: a frame of another ledger, or one that is too long; nothing was written.
        """
        ...

    def read(self, from_seq: Seq) -> Iterator[Stored]:
        """Yield the frames that stand in the log now, from `from_seq` on.

        Raises:
            Archived: frames of them were moved to an archive.
        """
        ...

    def close(self) -> None:
        """Let go of the log; what was appended stays."""
        ...


class HeaderStore(Protocol):
    """The signed headers of one ledger with the outcomes of their frames, one for each frame, in order."""

    @property
    def count(self) -> Seq:
        """The number of the newest header; 0 before the first."""
        ...

    @property
    def first(self) -> Seq:
        """The number of the oldest header that is here, or will be: 1, if nothing was archived."""
        ...

    def begin_file(self) -> None:
        """Let the next header be the first of a file: what belongs to one file of the log stands together."""
        ...

    def append(self, seq: Seq, header: bytes, outcomes: bytes) -> None:
        """Store the header of frame `seq`, which must be the next; durable after `sync` only.

        Raises:
            LogFailed: nothing more is stored by this object.
        """
        ...

    def at(self, seq: Seq) -> tuple[bytes, bytes]:
        """Return (signed header, outcomes) of a frame, first <= seq <= count; Archived if it is older."""
        ...

    def read(self, from_seq: Seq) -> Iterator[StoredHeader]:
        """Yield the headers that are stored now, from `from_seq` on."""
        ...

    def sync(self) -> None:
        """Make every stored header durable, while another thread may store more; LogFailed if the disk refused."""
        ...

    def close(self) -> None:
        """Make every stored header durable and let go of the store."""
        ...


def require_own(frame: Frame, network: NetworkId, ledger: LedgerId) -> None:
    """Return only if the frame belongs into the log of this ledger; anything else is a bug of its writer."""
    if (frame.network, frame.ledger) != (network, ledger):
        raise ValueError("a frame of another ledger")
    if len(frame.body) > MAX_BODY:
        raise ValueError(f"a frame's body has at most {MAX_BODY} bytes, not {len(frame.body)}")


def require_here(seq: Seq, first: Seq) -> None:
    """Return only if what has this number was not archived."""
    if seq < first:
        raise Archived(f"frame {seq} was archived; the oldest one here is {first}")


def require_next(seq: Seq, count: Seq) -> None:
    """Return only if this is the next header's number."""
    if seq != count + 1:
        raise ValueError(f"header {seq} does not follow header {count}")
