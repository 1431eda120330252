"""A line to a ledger: all that actors may know of it. Here in one process; over HTTP it is dcep.ledger.remote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer, require_ed25519
from dcep.ids import LedgerId, NetworkId, OperatorId, WalletId
from dcep.ledger.engine.standing import AccountView, EngineMaker, Standing, Statement, Sums
from dcep.ledger.folder import Folder
from dcep.ledger.history import History
from dcep.ledger.log.file import FileLog
from dcep.ledger.log.headers import FileHeaders
from dcep.ledger.log.segments import SEGMENT_BYTES
from dcep.ledger.movements import Effect, Movement, MovementKind, MovementPage, Movements
from dcep.ledger.snapshots import SnapshotStore
from dcep.ledger.worker.answers import Answer, speaks_of_a_number
from dcep.ledger.worker.crossings import Crossing, acknowledgement, credits_to, crossing
from dcep.ledger.worker.evidence import frame_evidence
from dcep.ledger.worker.opening import OpenLedger
from dcep.ledger.worker.pipeline import Pipeline, Promise, ask
from dcep.messages.frames import join
from dcep.messages.layout import Blob, Count, Lane, Number, Seq
from dcep.messages.outcomes import BEHIND
from dcep.messages.receipts import Receipt, decode_receipt
from dcep.messages.signed import decode
from dcep.money import Fen

# What the answers of a line are made of: an actor imports nothing else of the ledger.
__all__ = [
    "AccountView",
    "Answer",
    "Effect",
    "Line",
    "Movement",
    "MovementKind",
    "MovementPage",
    "Standing",
    "Statement",
    "Sums",
    "open_line",
]


class Line(Protocol):
    """The face of a ledger to all who meet it: send commands, ask what became of them, carry for it."""

    @property
    def network(self) -> NetworkId:
        """The network of the ledger."""
        ...

    @property
    def place(self) -> LedgerId:
        """Which ledger of the network it is."""
        ...

    def submit(self, wires: Sequence[bytes], *, at: UnixMs | None = None) -> Sequence[Answer]:
        """Send commands and wait for their answers, in order.

        Args:
            wires: signed commands.
            at: the time of their frame, only on a network with simulated time.

        Raises:
            Unavailable: send the same bytes again.
        """
        ...

    def history(self, wire: bytes) -> Answer:
        """Return what became of a command, without sending it; `unavailable` while nothing final has."""
        ...

    def receipt_of(self, wire: bytes, answer: Answer) -> Receipt:
        """Return the receipt of a command that was answered with its place in the log."""
        ...

    def account(self, wallet: WalletId) -> AccountView | None:
        """Return an account as it stands."""
        ...

    def window(self, wallet: WalletId, lane: Lane) -> tuple[Number, int, int]:
        """Return high, used and settled of a lane; a fresh window where there is none."""
        ...

    def standing(self) -> Standing:
        """Return what the newest header says."""
        ...

    def sums(self) -> Sums:
        """Count the money of the ledger."""
        ...

    def statement(self) -> Statement:
        """Return standing and sums behind one and the same frame."""
        ...

    def movements(self, after: str, *, limit: int, operator: OperatorId | None, wait_ms: int = 0) -> MovementPage:
        """Return what happened to an operator's wallets behind a cursor, in the log's order.

        Args:
            after: `next` of the page before; empty for the first.
            limit: 1..1_000.
            operator: None for all wallets that the asker may see.
            wait_ms: how long a page may wait for something to tell, where the ledger runs elsewhere.

        Returns:
            At most `limit` movements. It may be none although more come: `has_more` says whether the log goes on.

        Raises:
            BadInput: `bad_cursor`.
            Archived: `archived`, what comes next was moved to an archive.
            Unavailable: ask again.
        """
        ...

    def crossing(self, peer: LedgerId) -> Crossing:
        """Return this ledger's end of the channel to a peer."""
        ...

    def credits(self, peer: LedgerId, *, after: Number, limit: int) -> Sequence[tuple[Number, bytes]]:
        """Return n and the credit of each message to a peer behind `after`, in order, at most `limit`."""
        ...

    def acknowledgement(self, peer: LedgerId) -> bytes | None:
        """Return what this ledger has taken in from a peer, to be brought there; None if there is nothing to say."""
        ...

    def close(self) -> None:
        """Let go of the ledger."""
        ...


class WorkerLine:
    """The line to a ledger in this process, with the worker on it.

    Args:
        ledger: the ledger as it stands; the line closes it.
        signer: a worker key that is on the ledger's list.
        clock: the time of frames for which the submitter tells none.
        index: where the history keeps its files; None for a ledger in memory.
    """

    def __init__(
        self, ledger: OpenLedger, signer: Signer, clock: Callable[[], UnixMs], *, index: Path | None = None
    ) -> None:
        self.ledger = ledger
        self._history = History(index, ledger.network, ledger.log, ledger.headers)
        self._movements = Movements(
            index,
            ledger.genesis,
            ledger.ledger,
            log=ledger.log,
            headers=ledger.headers,
            oldest=ledger.oldest_snapshot,
        )
        self._pipeline = Pipeline(ledger, self._history, signer, clock)

    def submit(self, wires: Sequence[bytes], *, at: UnixMs | None = None) -> Sequence[Answer]:
        """Send commands and wait for their answers, in order.

        Raises:
            Unavailable: send the same bytes again.
        """
        return self.submit_later(wires, at=at).result()

    def submit_later(self, wires: Sequence[bytes], *, at: UnixMs | None = None) -> Future[Sequence[Answer]]:
        """Send commands; the future brings their answers."""
        return self._pipeline.submit(wires, at=at)

    def submit_all(self, asked: Sequence[tuple[Sequence[bytes], Promise]], *, at: UnixMs | None = None) -> None:
        """Send the commands of many at once; each hears of his own, from a thread of the worker's."""
        self._pipeline.submit_all(asked, at=at)

    def history(self, wire: bytes) -> Answer:
        """Return what became of a command, without sending it; `unavailable` while nothing final has.

        The whole command is asked for, not its id with a number beside it: the answer is bound to one body.

        Raises:
            Malformed: these bytes are no command of this network.
            Unavailable: ask again.
        """
        record = decode(wire, self.ledger.network).record
        heard = self.ledger.hear(join([record]))[0]
        if heard is None:
            return Answer(BEHIND, None, 0)
        if not speaks_of_a_number(heard):
            return Answer(heard, None, 0)
        # The state that was asked had applied no later frame than the one it stands at now.
        return Answer(*ask(self._history, self.ledger.network, wire, self.ledger.seq))

    def build_history(self) -> None:
        """Give every full file of the log its index file now, as the history does in the background.

        Raises:
            Unavailable: `index_not_written` or `index_missing`.
        """
        self._history.build()

    @property
    def network(self) -> NetworkId:
        return self.ledger.network

    @property
    def place(self) -> LedgerId:
        return self.ledger.ledger

    @property
    def is_running(self) -> bool:
        """Whether the worker is at work; once it has stopped nothing more is answered, and a start reads the log."""
        return self._pipeline.is_running

    def receipt_of(self, wire: bytes, answer: Answer) -> Receipt:
        """Return the receipt of a command that was answered: from memory if its frame is one of the newest."""
        assert answer.seq is not None, "only what stands in the log has a receipt"
        tree = self.ledger.recent.find(answer.seq)
        if tree is None:
            return self.receipt(answer.seq, answer.place)
        return decode_receipt(tree.receipt(answer.place, wire))

    def receipt(self, seq: Seq, place: int) -> Receipt:
        """Read the receipt of the command at a place of the log back."""
        found = self.find_receipt(seq, place)
        assert found is not None, "what was answered has its place"
        return found

    def find_receipt(self, seq: Seq, place: int) -> Receipt | None:
        """Read the receipt of the command at a place of the log back; None if no command stands there.

        Args:
            seq: a frame of which the header is stored.
            place: any number.

        Raises:
            Archived: the frame was moved to an archive.
        """
        frame = frame_evidence(self.ledger, seq)
        if not 0 <= place < len(frame.records):
            return None
        evidence = frame.of(place)
        return Receipt(
            command=Blob(evidence.wire),
            outcome=Blob(evidence.outcome.encode()),
            index=Count(place),
            path=evidence.path,
            header=Blob(evidence.header.encode()),
        )

    def account(self, wallet: WalletId) -> AccountView | None:
        """Return an account as it stands."""
        return self.ledger.ask(lambda engine: engine.account(wallet))

    def window(self, wallet: WalletId, lane: Lane) -> tuple[Number, int, int]:
        """Return high, used and settled of a lane; a fresh window where there is none."""
        return self.ledger.ask(lambda engine: engine.window(wallet, lane))

    def movements(self, after: str, *, limit: int, operator: OperatorId | None, wait_ms: int = 0) -> MovementPage:
        """Return what happened to an operator's wallets behind a cursor, as it stands now: nothing is waited for."""
        return self._movements.page(after, limit=limit, operator=operator)

    def crossing(self, peer: LedgerId) -> Crossing:
        """Return this ledger's end of the channel to a peer; BadInput if there is none."""
        return crossing(self.ledger, peer)

    def credits(self, peer: LedgerId, *, after: Number, limit: int) -> Sequence[tuple[Number, bytes]]:
        """Return n and the credit of each message to a peer behind `after`, in order, at most `limit`."""
        return list(credits_to(self.ledger, peer, after=after, limit=limit))

    def acknowledgement(self, peer: LedgerId) -> bytes | None:
        """Return the newest header as an acknowledgement; every peer gets the same."""
        return acknowledgement(self.ledger)

    def standing(self) -> Standing:
        """Return what the newest header says."""
        return self.ledger.ask(lambda engine: engine.standing())

    def sums(self) -> Sums:
        """Count the money of the ledger."""
        return self.ledger.ask(lambda engine: engine.sums())

    def statement(self) -> Statement:
        """Return what the ledger says of itself behind one frame, while others go on sending."""
        return self.ledger.ask(
            lambda engine: Statement(
                ledger=self.place, seq=self.ledger.seq, standing=engine.standing(), sums=engine.sums()
            )
        )

    def balances(self) -> list[tuple[WalletId, Fen]]:
        """Return every account's balance in opening order."""
        return self.ledger.ask(lambda engine: engine.balances())

    def checkpoint(self) -> None:
        """Let the log name the root of the state, and keep a snapshot."""
        self._pipeline.checkpoint()

    def close(self) -> None:
        """Answer what is under way, then close the ledger's files."""
        self._pipeline.close()
        self._history.close()
        self._movements.close()
        self.ledger.close()


def open_line(
    folder: Folder,
    ledger: LedgerId,
    make: EngineMaker,
    signer: Signer,
    clock: Callable[[], UnixMs],
    *,
    segment_bytes: int = SEGMENT_BYTES,
) -> WorkerLine:
    """Open a ledger of a data folder and put a worker on it.

    Args:
        make: the engine that judges.
        signer: a worker key that is on the ledger's list.
        clock: the time of frames for which the submitter tells none.
        segment_bytes: a file of log or headers that would grow beyond this is left, and the next one begun.

    Raises:
        UnsupportedSuite: the worker's key is no Ed25519 key; nothing was opened.
        Damaged: the folder contradicts itself; nothing was changed.
        Unavailable: `folder_unusable` or `log_failed`, the disk refused.
    """
    require_ed25519(signer)
    place = folder.ledger(ledger)
    place.make()
    with ExitStack() as stack:
        headers = FileHeaders(place, folder.network, segment_bytes=segment_bytes)
        stack.callback(headers.close)
        log = FileLog(place, folder.network, answered=headers.count, segment_bytes=segment_bytes)
        stack.callback(log.close)
        opened = OpenLedger(folder.genesis, ledger, make, log=log, headers=headers, snapshots=SnapshotStore(place))
        opened.replay(signer)
        # From here on the line closes them.
        stack.pop_all()
    return WorkerLine(opened, signer, clock, index=folder.index / place.name)
