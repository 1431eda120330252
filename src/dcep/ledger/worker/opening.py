"""Open a ledger: from its genesis or a snapshot, over its log, to where it stood.

1. A snapshot is used only if its root stands in a checkpoint of a later frame, at that head, and no header before it is
   missing.
2. Every frame after it is applied, and its header computed again: a stored header that says otherwise stops the
   start.
3. Headers that were not stored before a crash are signed again: the same frame gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final, TypeVar

from dcep.clock import UnixMs
from dcep.crypto import merkle
from dcep.crypto.suites import Signer
from dcep.errors import Damaged
from dcep.ids import LedgerId, ledger_name
from dcep.ledger.engine.standing import Applied, Engine, EngineMaker, Standing
from dcep.ledger.log import HeaderStore, Log, Stored
from dcep.ledger.snapshots import Snapshot, SnapshotStore
from dcep.ledger.worker.headers import header_of, says_the_same, sign_header
from dcep.ledger.worker.recent import FrameTree, RecentFrames
from dcep.messages.commands.timekeeping import Checkpoint
from dcep.messages.frames import FIRST_HEAD, Frame, next_head, split
from dcep.messages.genesis import decode_genesis, network_of
from dcep.messages.headers import decode_signed_header
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Hash, Key, Malformed, Seq
from dcep.messages.outcomes import Outcome
from dcep.messages.signed import MIN_RECORD, decode_record, kind_of, prefix

_CHECKPOINT: Final = KIND_OF[Checkpoint].number

_Answer = TypeVar("_Answer")


class OpenLedger:
    """A ledger's state, its log, its headers and its snapshots, held by one worker."""

    def __init__(
        self,
        genesis: bytes,
        ledger: LedgerId,
        make: EngineMaker,
        *,
        log: Log,
        headers: HeaderStore,
        snapshots: SnapshotStore,
    ) -> None:
        self.genesis, self.network, self.ledger = decode_genesis(genesis), network_of(genesis), ledger
        self.log, self.headers, self._snapshots = log, headers, snapshots
        self._lock = Lock()
        self.seq, self.head = Seq(0), FIRST_HEAD
        self.engine = self._start_engine(genesis, make)
        self.recent = RecentFrames()
        self._watchers: list[Callable[[], None]] = []
        self._note_time(self.engine.standing())

    # Used by the pipeline.

    def hear(self, body: bytes) -> list[Outcome | None]:
        """Ask the engine what may be answered before the append."""
        with self._lock:
            return self.engine.hear(body)

    def ask(self, question: Callable[[Engine], _Answer]) -> _Answer:
        """Ask the engine something while no frame is applied to it."""
        with self._lock:
            return question(self.engine)

    def apply(self, frame: Frame) -> Applied:
        """Apply a frame that was read back from the log.

        Raises:
            Damaged: its worker is not on the list in force: it should never have been appended.
        """
        with self._lock:
            applied = self.engine.apply(frame.worker, frame.time, frame.body)
            if applied is None:
                raise Damaged(
                    "unlisted_worker",
                    f"the worker of frame {self.seq + 1} is not on the ledger's list",
                    file=f"ledger/{ledger_name(self.ledger)}/log",
                    offset=0,
                    next_step="run `dcep verify` on this folder",
                )
            self.seq = Seq(self.seq + 1)
        self.head = next_head(frame, self.seq, self.head)
        return applied

    def store_header(self, applied: Applied, signer: Signer) -> None:
        """Sign and store the header after the newest frame."""
        if self.log.begins_file(self.seq):
            self.headers.begin_file()
        standing = self.engine.standing()
        header = header_of(
            self.network,
            self.ledger,
            seq=self.seq,
            head=self.head,
            applied=applied,
            standing=standing,
            worker=Key(signer.public),
        )
        data = sign_header(header, signer).encode()
        self.headers.append(self.seq, data, applied.outcomes)
        self.recent.keep(self.seq, FrameTree(applied.ids, applied.outcomes, data))
        self._note_time(standing)
        for tell in self._watchers:
            tell()

    def watch(self, tell: Callable[[], None]) -> None:
        """Let somebody know of each header when it is stored; `tell` runs in the worker's thread and never waits."""
        self._watchers.append(tell)

    def _note_time(self, standing: Standing) -> None:
        # Read by whoever appends, without waiting for the frame that is being applied.
        self.furthest = UnixMs(standing.told + standing.clock_bound)

    def keep_snapshot(self, seq: Seq, head: Hash, chunks: Sequence[bytes]) -> None:
        """Keep the state after frame `seq`, of which a checkpoint now stands in the log.

        The headers up to it are made durable first: a start from the snapshot cannot compute them again.
        """
        self.headers.sync()
        self._snapshots.write(
            Snapshot(network=self.network, ledger=self.ledger, seq=seq, head=head, chunks=tuple(chunks))
        )

    def oldest_snapshot(self) -> Snapshot | None:
        """Return the oldest state that a checkpoint proves and behind which every frame is here."""
        return next(filter(self._may_begin_with, self._snapshots.oldest_first()), None)

    def close(self) -> None:
        """Close log and headers; what was appended stays."""
        try:
            self.headers.close()
        finally:
            self.log.close()

    # 1.

    def _start_engine(self, genesis: bytes, make: EngineMaker) -> Engine:
        for snapshot in self._snapshots.newest_first():
            if self._may_begin_with(snapshot):
                self.seq, self.head = snapshot.seq, snapshot.head
                return make(genesis, self.ledger, snapshot.chunks)
        if self.log.first > 1:
            raise Damaged(
                "no_snapshot",
                f"no whole snapshot in a checkpoint holds what came before frame {self.log.first}, which was archived",
                file=f"ledger/{ledger_name(self.ledger)}/snapshots",
                offset=0,
                next_step="put the snapshot back from a copy, or all of the archive's files",
            )
        return make(genesis, self.ledger)

    def _may_begin_with(self, snapshot: Snapshot) -> bool:
        return self.log.first - 1 <= snapshot.seq <= self.headers.count and self._is_checkpointed(snapshot)

    def _is_checkpointed(self, snapshot: Snapshot) -> bool:
        if (snapshot.network, snapshot.ledger) != (self.network, self.ledger):
            return False
        wanted = snapshot.seq, snapshot.head, Hash(merkle.root(snapshot.chunks))
        network_prefix = prefix(self.network)
        return any(
            wanted in checkpoints(stored.frame, network_prefix) for stored in self.log.read(Seq(snapshot.seq + 1))
        )

    # 2.

    def replay(self, signer: Signer) -> int:
        """Apply every frame that the state does not hold yet; return how many headers had to be signed again.

        Raises:
            Damaged: a stored header contradicts the log.
        """
        signed_again = 0
        for stored in self.log.read(Seq(self.seq + 1)):
            applied = self.apply(stored.frame)
            if stored.seq > self.headers.count:
                self.store_header(applied, signer)
                signed_again += 1
                continue
            self._require_same(stored, applied)
        self._note_time(self.engine.standing())
        return signed_again

    def _require_same(self, stored: Stored, applied: Applied) -> None:
        data, outcomes = self.headers.at(stored.seq)
        header = decode_signed_header(data).header
        computed = header_of(
            self.network,
            self.ledger,
            seq=stored.seq,
            head=self.head,
            applied=applied,
            standing=self.engine.standing(),
            worker=header.worker,
        )
        if not says_the_same(header, computed) or outcomes != applied.outcomes:
            raise Damaged(
                "header_differs",
                f"the stored header of frame {stored.seq} says something else than the log",
                file=stored.file,
                offset=stored.offset,
                next_step="run `dcep verify` on this folder",
            )


def checkpoints(frame: Frame, network_prefix: bytes) -> list[tuple[Seq, Hash, Hash]]:
    """Return (seq, head, root) of the checkpoints in a frame."""
    found = []
    for record in split(frame.body):
        if len(record) < MIN_RECORD or kind_of(record) != _CHECKPOINT:
            continue
        try:
            order = decode_record(record, network_prefix).body.order
        except Malformed:
            continue
        found.append((order.seq, order.head, order.root))
    return found
