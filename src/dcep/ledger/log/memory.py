"""The log and the headers in memory: for a ledger that ends with its process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from dcep.ids import LedgerId, NetworkId
from dcep.ledger.log import Stored, StoredHeader, require_next, require_own
from dcep.messages.frames import FIRST_HEAD, Frame, next_head
from dcep.messages.layout import Hash, Seq

# Problems name a file; nobody finds this one.
_FILE: Final = "memory"


class MemoryLog:
    """Frames in a list; an offset is a place in it."""

    def __init__(self, network: NetworkId, ledger: LedgerId) -> None:
        self._network, self._ledger = network, ledger
        self._frames: list[Frame] = []
        self._head = FIRST_HEAD

    @property
    def count(self) -> Seq:
        return Seq(len(self._frames))

    @property
    def first(self) -> Seq:
        return Seq(1)

    @property
    def head_before(self) -> Hash:
        return FIRST_HEAD

    @property
    def head(self) -> Hash:
        return self._head

    def begins_file(self, seq: Seq) -> bool:
        return seq == 1

    def last_of_full_file(self, seq: Seq) -> Seq | None:
        """Return None: memory is one file for ever."""

    def append(self, frames: Sequence[Frame]) -> None:
        for frame in frames:
            require_own(frame, self._network, self._ledger)
        for frame in frames:
            self._head = next_head(frame, Seq(self.count + 1), self._head)
            self._frames.append(frame)

    def read(self, from_seq: Seq) -> Iterator[Stored]:
        for place in range(from_seq - 1, self.count):
            frame = self._frames[place]
            yield Stored(Seq(place + 1), frame, _FILE, place, len(frame.body))

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""


class MemoryHeaders:
    """Headers and outcomes in a list."""

    def __init__(self) -> None:
        self._headers: list[tuple[bytes, bytes]] = []

    @property
    def count(self) -> Seq:
        return Seq(len(self._headers))

    @property
    def first(self) -> Seq:
        return Seq(1)

    def begin_file(self) -> None:
        """Do nothing: memory is one file for ever."""

    def append(self, seq: Seq, header: bytes, outcomes: bytes) -> None:
        require_next(seq, self.count)
        self._headers.append((header, outcomes))

    def at(self, seq: Seq) -> tuple[bytes, bytes]:
        return self._headers[seq - 1]

    def read(self, from_seq: Seq) -> Iterator[StoredHeader]:
        for place in range(from_seq - 1, self.count):
            header, outcomes = self._headers[place]
            yield StoredHeader(Seq(place + 1), header, outcomes, _FILE, place, len(header) + len(outcomes))

    def sync(self) -> None:
        """Do nothing: memory is as durable as it gets."""

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""
