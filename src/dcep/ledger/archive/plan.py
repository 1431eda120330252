"""What can be moved out of a data folder, so that it still starts, answers and relays without it.

1. The base is the oldest of the newest `keep` snapshots that a checkpoint of the log proves: a start needs nothing
   before it.
2. What a relay has to prove stays: frames that sent messages which were not acknowledged at the base.
3. What is younger than `days` stays: receipts are made from it.
4. So does the newest file of each store, to which more is appended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from dcep.clock import DAY_MS, UnixMs
from dcep.errors import Damaged
from dcep.ids import LedgerId, NetworkId
from dcep.ledger.folder import LedgerFolder
from dcep.ledger.history.rows import Rows
from dcep.ledger.history.sealed import index_file, open_sealed, seal
from dcep.ledger.reading import Entry, Progress, Reading
from dcep.ledger.snapshots import Snapshot, SnapshotStore
from dcep.ledger.worker.opening import checkpoints
from dcep.messages.frames import FIRST_HEAD, next_head
from dcep.messages.headers import Header, decode_signed_header
from dcep.messages.layout import Hash, Number, Reader, Seq
from dcep.messages.signed import prefix

_NONE: Final = Seq(0)


@dataclass(slots=True, kw_only=True)
class StoreFile:
    """A file of a store that was read through: its last frame, the head after it, and the ledger's time then."""

    path: Path
    last: Seq = _NONE
    head: Hash = FIRST_HEAD
    time: UnixMs = UnixMs(0)


@dataclass(slots=True, kw_only=True)
class Plan:
    """What may leave one ledger's folder; `base` is 0 where no snapshot lets anything leave."""

    ledger: LedgerId
    base: Seq = _NONE
    frames: Seq = _NONE
    movable: list[StoreFile] = field(default_factory=list)

    @property
    def archived(self) -> Seq:
        """The last frame that leaves with these files; 0 if none does."""
        return max((file.last for file in self.movable if file.path.suffix == ".log"), default=_NONE)


class Planner:
    """Go once through a ledger, write the index files that are missing, and say what can leave.

    Args:
        place: where the ledger's files lie; the folder is locked.
        network: the network of every frame.
        index: where its index files lie.
        keep: how many proven snapshots stay.
        days: so many days of the ledger's time stay.

    Raises:
        Damaged: the ledger is not what was written.
        Unavailable: `index_not_written`.
    """

    def __init__(self, place: LedgerFolder, network: NetworkId, index: Path, *, keep: int, days: int) -> None:
        self._place, self._network, self._index, self._keep, self._days = place, network, index, keep, days
        self._snapshots = [_said_by(snapshot) for snapshot in SnapshotStore(place).newest_first()]
        self._claims: set[tuple[Seq, Hash, Hash]] = set()
        # For each snapshot the first frame that sent what was not acknowledged there.
        self._needed: dict[Seq, Seq] = {}
        self._logs: list[StoreFile] = []
        self._headers: list[StoreFile] = []
        self._now = UnixMs(0)

    def run(self, progress: Progress) -> Plan:
        """Return what can leave."""
        reading = Reading(self._place, self._network)
        indexer = _Indexer(self._index, self._network, reading.head_before)
        head, seq = reading.head_before, reading.before
        for entry in reading:
            seq, frame = entry.stored.seq, entry.stored.frame
            indexer.take(entry, head)
            head = next_head(frame, seq, head)
            self._take(entry, head)
            progress(reading.name, seq, max(seq, reading.headers))
        plan = Plan(ledger=self._place.ledger, frames=seq)
        # A start cannot sign headers again that lie before its snapshot.
        usable = [snapshot for snapshot in self._snapshots if snapshot.seq <= reading.headers]
        proven = [snapshot for snapshot in usable if self._is_proven(snapshot)]
        if len(proven) >= self._keep:
            plan.base = proven[self._keep - 1].seq
            plan.movable = self._movable(plan.base)
        return plan

    def _take(self, entry: Entry, head: Hash) -> None:
        seq = entry.stored.seq
        self._claims.update(checkpoints(entry.stored.frame, prefix(self._network)))
        header = None if entry.header is None else decode_signed_header(entry.header.header).header
        self._now = self._now if header is None else header.time
        _reach(self._logs, self._place.root / entry.stored.file, seq, head, self._now)
        if header is None or entry.header is None:
            return
        _reach(self._headers, self._place.root / entry.header.file, seq, head, header.time)
        for snapshot in self._snapshots:
            if snapshot.seq not in self._needed and _has_unheard(header, snapshot.acked):
                self._needed[snapshot.seq] = seq

    def _is_proven(self, snapshot: _Said) -> bool:
        is_ours = (snapshot.network, snapshot.ledger) == (self._network, self._place.ledger)
        return is_ours and (snapshot.seq, snapshot.head, snapshot.root) in self._claims

    def _movable(self, base: Seq) -> list[StoreFile]:
        last = min(base, self._needed.get(base, base + 1) - 1)
        logs = [file for file in self._logs[:-1] if file.last <= last and self._is_old(file)]
        end = logs[-1].last if logs else _NONE
        headers = [file for file in self._headers[:-1] if file.last <= end]
        snapshots = [
            StoreFile(path=SnapshotStore(self._place).path(snapshot.seq), last=snapshot.seq, head=snapshot.head)
            for snapshot in self._snapshots
            if snapshot.seq < base and self._is_proven(snapshot)
        ]
        return [*snapshots, *headers, *logs]

    def _is_old(self, file: StoreFile) -> bool:
        return file.time + self._days * DAY_MS <= self._now


class _Indexer:
    """Write the index file of each full file of the log that has none."""

    def __init__(self, index: Path, network: NetworkId, head: Hash) -> None:
        self._index, self._network = index, network
        self._file = ""
        self._rows: Rows | None = None
        self._before = head

    def take(self, entry: Entry, before: Hash) -> None:
        """Take the next frame, before which the head was `before`."""
        stored = entry.stored
        if stored.file != self._file:
            self._finish(Seq(stored.seq - 1), before)
            self._file, self._before = stored.file, before
            self._rows = None if self._is_there(stored.seq, before) else Rows(self._network, stored.seq)
        if self._rows is not None and entry.header is not None:
            self._rows.take(stored, entry.header.outcomes)

    def _finish(self, last: Seq, head: Hash) -> None:
        if self._rows is not None:
            seal(index_file(self._index, self._rows.first), self._rows, before=self._before, head=head, last=last)

    def _is_there(self, first: Seq, before: Hash) -> bool:
        sealed = open_sealed(index_file(self._index, first))
        if sealed is None:
            return False
        sealed.close()
        return (sealed.first, sealed.before) == (first, before)


def _reach(files: list[StoreFile], path: Path, last: Seq, head: Hash, time: UnixMs) -> None:
    if not files or files[-1].path != path:
        files.append(StoreFile(path=path))
    file = files[-1]
    file.last, file.head, file.time = last, head, time


def _has_unheard(header: Header, acked: dict[LedgerId, Number]) -> bool:
    return any(flow.sent > acked.get(flow.peer, Number(0)) for flow in header.flows)


class _Said(NamedTuple):
    """What a snapshot says, without its state; `acked` is how many messages each peer had acknowledged."""

    network: NetworkId
    ledger: LedgerId
    seq: Seq
    head: Hash
    root: Hash
    acked: dict[LedgerId, Number]


def _said_by(snapshot: Snapshot) -> _Said:
    acked = dict(_acked(Reader(snapshot.chunks[1])))
    return _Said(snapshot.network, snapshot.ledger, snapshot.seq, snapshot.head, snapshot.root, acked)


def _acked(reader: Reader) -> Iterator[tuple[LedgerId, Number]]:
    """Yield how many messages each peer had acknowledged: chunk 1 of docs/reference/log-format.md."""
    for _ in range(reader.integer(4)):
        peer = LedgerId(reader.integer(2))
        sent, acked = reader.integer(8), reader.integer(8)
        # Received, both sums, and three versions of the peer's.
        reader.take(8 + 2 * 16 + 3 * 4)
        for _ in range(sent - acked):
            reader.take(reader.integer(2))
        yield peer, Number(acked)


def require_startable(plan: Plan, place: LedgerFolder) -> None:
    """Return only if the folder would still start when the plan was carried out.

    Raises:
        Damaged: it would not: a fault of this program, found before anything is removed.
    """
    leaving = {file.path for file in plan.movable}
    if plan.base < plan.archived or SnapshotStore(place).path(plan.base) in leaving:
        raise Damaged("start_would_fail", "the base would leave too", file=place.relative(place.snapshots), offset=0)
