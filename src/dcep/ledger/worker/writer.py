"""The writer of a ledger: a frame is appended while the one before it is applied.

1. A frame is signed, appended and durable before the engine sees it.
2. It is applied behind the frames before it, and its header signed and stored; then whoever waits for it is told.
3. What may change the list of workers holds up the next frame: only a worker that is on the list may append.
4. A failure of the log, the engine or a header is the end of the writer: nothing more is appended, nobody is told more,
   and a start reads the log.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Lock, Thread
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import BadInput, Unavailable
from dcep.ledger.worker.opening import OpenLedger
from dcep.messages.frames import Frame, sign_frame
from dcep.messages.layout import Key, Seq
from dcep.messages.outcomes import Outcome, decode_outcomes

# So many frames may stand in the log that nobody has begun to apply.
AHEAD: Final = 2
RETRY_AFTER_MS: Final = 100


class Written(NamedTuple):
    """What became of the commands of a frame; `seq` is its place."""

    seq: Seq
    outcomes: Sequence[Outcome]


@dataclass(slots=True, kw_only=True)
class _Appended:
    """A frame that is durable; None where nothing was left to append, which waits for its turn all the same."""

    frame: Frame | None
    written: Future[Written]


class Writer:
    """Appends and applies in two threads: the caller's, and one of its own."""

    def __init__(self, ledger: OpenLedger, signer: Signer) -> None:
        self._ledger, self._signer = ledger, signer
        # Held while a frame is applied, and while the state is copied.
        self._state = Lock()
        self._changed = Condition()
        self._queue: deque[_Appended] = deque()
        self._is_applying = self._must_settle = self._is_closing = False
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._keep_applying, name="apply", daemon=True)
        self._thread.start()

    def write(self, body: bytes, time: UnixMs, *, may_change_workers: bool = False) -> Future[Written]:
        """Append a frame with this body; when this returns it is durable, and the future tells what became of it.

        One thread calls. An empty body is not appended: its future tells that the frames before it were applied.

        Args:
            may_change_workers: the body may bring another list of workers.

        Raises:
            LogFailed: the frame may or may not be in the log.
            BadInput: `not_a_worker`.
            Unavailable: the writer has stopped.
        """
        written: Future[Written] = Future()
        self._wait_for_turn()
        frame = self._append(body, time) if body else None
        with self._changed:
            self._must_settle = may_change_workers
            self._queue.append(_Appended(frame=frame, written=written))
            self._changed.notify_all()
        return written

    @contextmanager
    def standing_still(self) -> Iterator[OpenLedger]:
        """Let nothing be applied meanwhile; frames may still be appended."""
        with self._state:
            yield self._ledger

    def close(self) -> None:
        """Apply what was appended, then stop."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join()

    # 1.

    def _wait_for_turn(self) -> None:
        with self._changed:
            # 3.
            self._changed.wait_for(lambda: len(self._queue) < AHEAD or self._failure)
            if self._must_settle:
                self._changed.wait_for(lambda: self._failure or not (self._queue or self._is_applying))
            # 4.
            if self._failure is not None:
                raise Unavailable("stopped", f"the writer has stopped: {self._failure}", retry_after_ms=RETRY_AFTER_MS)

    def _append(self, body: bytes, time: UnixMs) -> Frame:
        ledger = self._ledger
        if not ledger.engine.is_worker(Key(self._signer.public)):
            raise BadInput("not_a_worker", "the key of this worker is not on the ledger's list")
        frame = sign_frame(ledger.network, ledger.ledger, self._signer, time, body)
        ledger.log.append([frame])
        return frame

    # 2.

    def _keep_applying(self) -> None:
        while (appended := self._next()) is not None:
            try:
                written = self._apply(appended.frame)
            except BaseException as failure:
                self._fail(failure, appended)
                return
            with self._changed:
                self._is_applying = False
                self._changed.notify_all()
            appended.written.set_result(written)

    def _next(self) -> _Appended | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_closing)
            if not self._queue:
                return None
            self._is_applying = True
            appended = self._queue.popleft()
            self._changed.notify_all()
            return appended

    def _apply(self, frame: Frame | None) -> Written:
        ledger = self._ledger
        if frame is None:
            return Written(ledger.seq, ())
        with self._state:
            applied = ledger.apply(frame)
            ledger.store_header(applied, self._signer)
            seq = ledger.seq
        return Written(seq, decode_outcomes(applied.outcomes, applied.count))

    # 4.

    def _fail(self, failure: BaseException, at_hand: _Appended) -> None:
        with self._changed:
            self._failure = failure
            lost = [at_hand, *self._queue]
            self._queue.clear()
            self._changed.notify_all()
        for appended in lost:
            appended.written.set_exception(failure)
