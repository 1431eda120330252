"""Read a ledger out of its folder, with no worker on it. Nothing is written, and damage ends the reading by its name.

What a crash may have left is none: a torn tail is passed over as a start would pass over it, and the last frames may
stand there without their headers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from dcep.errors import Damaged
from dcep.ids import TIER1, LedgerId, NetworkId
from dcep.ledger.engine.standing import Applied, EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder, LedgerFolder
from dcep.ledger.log import Archived, Problem, Stored, StoredHeader
from dcep.ledger.log.frames import FrameScan, where_it_begins
from dcep.ledger.log.headers import HeaderScan
from dcep.ledger.snapshots import Snapshot, SnapshotStore
from dcep.ledger.worker.headers import header_of, says_the_same
from dcep.ledger.worker.opening import checkpoints
from dcep.messages.frames import FIRST_HEAD, next_head, split
from dcep.messages.headers import decode_signed_header
from dcep.messages.layout import Malformed, Seq
from dcep.messages.outcomes import Outcome, decode_outcomes
from dcep.messages.signed import prefix

Progress = Callable[[str, int, int], None]


def no_progress(what: str, done: int, total: int) -> None:
    """Show nothing."""


class Entry(NamedTuple):
    """A frame in its place, with the header that was stored for it; None if a crash came before."""

    stored: Stored
    header: StoredHeader | None

    @property
    def records(self) -> list[bytes]:
        """The frame's records; Damaged if its body is no list of them."""
        try:
            return split(self.stored.frame.body)
        except Malformed as error:
            raise _damaged(self.stored, "frame_malformed", f"the frame is no list of records: {error}") from error

    @property
    def outcomes(self) -> list[Outcome] | None:
        """The outcomes that were stored, one a record; None where no header is. Damaged if they are none."""
        if self.header is None:
            return None
        try:
            count = decode_signed_header(self.header.header).header.count
            if count != len(self.records):
                raise Malformed(f"{count} of them for {len(self.records)} records")
            return decode_outcomes(self.header.outcomes, count)
        except Malformed as error:
            raise _damaged(self.header, "outcomes_damaged", f"the outcomes cannot be read: {error}") from error


class Reading:
    """The frames of one ledger in order, with their headers.

    Args:
        place: where the ledger's files lie; the folder is locked.
        network: the network of every frame.

    `before` frames before the first one that is read were archived, `head_before` was the head after them.

    Raises:
        Damaged: a header is not what was written, or one is missing.
    """

    def __init__(self, place: LedgerFolder, network: NetworkId) -> None:
        self._place, self._network = place, network
        self.name = place.name
        self.headers = Seq(0)
        for header in self._stored_headers():
            self.headers = header.seq
        self.before, self.head_before = where_it_begins(place)

    def __iter__(self) -> Iterator[Entry]:
        """Yield every frame; Damaged where one is not what was written."""
        headers = self._stored_headers()
        header = next(headers, None)
        for item in FrameScan(self._place, self._network, answered=self.headers):
            match item:
                case Stored():
                    while header is not None and header.seq < item.seq:
                        header = next(headers, None)
                    yield Entry(item, header if header is not None and header.seq == item.seq else None)
                case Problem():
                    raise item.damaged()

    def _stored_headers(self) -> Iterator[StoredHeader]:
        for item in HeaderScan(self._place, self._network):
            match item:
                case StoredHeader():
                    yield item
                case Problem():
                    raise item.damaged()


class Taken(NamedTuple):
    """A frame that the engine has taken, and what it made of it."""

    entry: Entry
    applied: Applied

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcomes that follow from the log, one a record."""
        return decode_outcomes(self.applied.outcomes, self.applied.count)


class Replay:
    """A ledger brought up from its genesis by its own log; each frame is yielded when `engine` has taken it.

    Args:
        folder: the data folder.
        ledger: one of its ledgers.
        make: the engine that judges a shard; tier 1 is judged by the statute.
        progress: hears (ledger, frames done, frames in all).
        may_begin_later: where the first frames were archived, begin with the state of a snapshot that a checkpoint
            proves; the frames before it are passed over.

    Raises:
        Archived: the first frames are not here.
        Damaged: no snapshot holds what came before the frames that are here.
    """

    def __init__(
        self,
        folder: Folder,
        ledger: LedgerId,
        make: EngineMaker,
        progress: Progress = no_progress,
        *,
        may_begin_later: bool = False,
    ) -> None:
        self._network, self._ledger, self._progress = folder.network, ledger, progress
        place = folder.ledger(ledger)
        self._reading = Reading(place, folder.network)
        self.name = self._reading.name
        maker = PythonEngine if ledger == TIER1 else make
        self.seq, self.head = Seq(0), FIRST_HEAD
        if self._reading.before == 0:
            self.engine = maker(folder.genesis, ledger)
            return
        if not may_begin_later:
            raise Archived(f"frames 1 to {self._reading.before} of {self.name} were archived")
        snapshot = _oldest_proven(place, self._reading, folder.network)
        self.seq, self.head = snapshot.seq, snapshot.head
        self.engine = maker(folder.genesis, ledger, snapshot.chunks)

    def __iter__(self) -> Iterator[Taken]:
        """Yield every frame; Damaged where its worker is not on the list, or its header contradicts the log."""
        for entry in self._reading:
            if entry.stored.seq <= self.seq:
                continue
            frame = entry.stored.frame
            applied = self.engine.apply(frame.worker, frame.time, frame.body)
            if applied is None:
                raise _damaged(entry.stored, "unlisted_worker", "the frame's worker is not on the list in force")
            self.seq = entry.stored.seq
            self.head = next_head(frame, self.seq, self.head)
            if entry.header is not None:
                self._require_same(entry.header, applied)
            self._progress(self.name, self.seq, max(self.seq, self._reading.headers))
            yield Taken(entry, applied)

    def run(self) -> Replay:
        """Take every frame, and return the ledger as it stands."""
        for _ in self:
            pass
        return self

    def _require_same(self, stored: StoredHeader, applied: Applied) -> None:
        header = decode_signed_header(stored.header).header
        computed = header_of(
            self._network,
            self._ledger,
            seq=self.seq,
            head=self.head,
            applied=applied,
            standing=self.engine.standing(),
            worker=header.worker,
        )
        if not says_the_same(header, computed) or stored.outcomes != applied.outcomes:
            raise _damaged(stored, "header_differs", f"the header of frame {self.seq} says something else than the log")


def _oldest_proven(place: LedgerFolder, reading: Reading, network: NetworkId) -> Snapshot:
    """Return the oldest snapshot that a checkpoint proves and behind which every frame is here."""
    network_prefix = prefix(network)
    claims = {claim for entry in reading for claim in checkpoints(entry.stored.frame, network_prefix)}
    for snapshot in SnapshotStore(place).oldest_first():
        if snapshot.seq >= reading.before and (snapshot.seq, snapshot.head, snapshot.root) in claims:
            return snapshot
    message = f"no whole snapshot in a checkpoint holds what came before frame {reading.before + 1}, which was archived"
    raise Damaged("no_snapshot", message, file=place.relative(place.snapshots), offset=0)


def _damaged(at: Stored | StoredHeader, code: str, message: str) -> Damaged:
    step = "`dcep verify` names every damage"
    return Damaged(code, message, file=at.file, offset=at.offset, next_step=step)
