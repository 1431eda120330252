"""The frames that count on one ledger with their headers and outcomes, as its worker's history reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from dcep.clock import UnixMs
from dcep.ledger.log import Stored, StoredHeader
from dcep.messages.frames import FIRST_HEAD, Frame
from dcep.messages.headers import Header, SignedHeader
from dcep.messages.layout import Hash, Seq

_FILE: Final = "model"
_NO_SIGNATURE: Final = bytes(64)


class Shelf:
    """What every reader of the log arrives at. Nobody has signed these headers: whoever shows one signs it first."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.headers: list[Header] = []
        self.outcomes: list[bytes] = []

    def put(self, frame: Frame, header: Header, outcomes: bytes) -> None:
        """Put the next frame that counts on the shelf."""
        self.frames.append(frame)
        self.headers.append(header)
        self.outcomes.append(outcomes)

    def header(self, seq: int) -> Header:
        """Return the header after frame `seq`."""
        return self.headers[seq - 1]

    def time(self, seq: int) -> UnixMs:
        """Return the folded time after frame `seq`."""
        return self.header(seq).time


class ReadLog:
    """The log as far as one history has read it."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf, self.count = shelf, Seq(0)

    @property
    def first(self) -> Seq:
        return Seq(1)

    @property
    def head_before(self) -> Hash:
        return FIRST_HEAD

    @property
    def head(self) -> Hash:
        return self._shelf.header(self.count).head if self.count else FIRST_HEAD

    def begins_file(self, seq: Seq) -> bool:
        return seq == self.first

    def last_of_full_file(self, seq: Seq) -> Seq | None:
        return None

    def append(self, frames: Sequence[Frame]) -> None:
        raise NotImplementedError("history only reads")

    def read(self, from_seq: Seq) -> Iterator[Stored]:
        for place in range(from_seq - 1, self.count):
            frame = self._shelf.frames[place]
            yield Stored(Seq(place + 1), frame, _FILE, place, len(frame.body))

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""


class ReadHeaders:
    """The headers beside it."""

    def __init__(self, shelf: Shelf, log: ReadLog) -> None:
        self._shelf, self._log = shelf, log

    @property
    def count(self) -> Seq:
        return self._log.count

    @property
    def first(self) -> Seq:
        return self._log.first

    def begin_file(self) -> None:
        raise NotImplementedError("history only reads")

    def append(self, seq: Seq, header: bytes, outcomes: bytes) -> None:
        raise NotImplementedError("history only reads")

    def at(self, seq: Seq) -> tuple[bytes, bytes]:
        header = SignedHeader(header=self._shelf.header(seq), signature=_NO_SIGNATURE)
        return header.encode(), self._shelf.outcomes[seq - 1]

    def read(self, from_seq: Seq) -> Iterator[StoredHeader]:
        for place in range(from_seq - 1, self.count):
            # Whoever reads on asks for the outcomes only, and for headers by their number.
            outcomes = self._shelf.outcomes[place]
            yield StoredHeader(Seq(place + 1), b"", outcomes, _FILE, place, len(outcomes))

    def sync(self) -> None:
        """Do nothing: memory is as durable as it gets."""

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""
