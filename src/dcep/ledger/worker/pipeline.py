"""The pipeline of one ledger: intake → append → apply → sign → answer. Whole batches, bounded queues, no timer.

1. `submit` queues a job, or says Unavailable when too much is under way; `submit_all` queues those of many at once.
2. A verifier takes its share of what waits, up to the size of a frame, as one batch through intake, and leaves as much
   to each other that is idle. Batches keep the order in which their jobs came.
3. The sequencer joins verified batches of one time into a frame, and the writer appends it and waits until it is
   durable.
4. The writer applies what was appended, signs the header and stores it; only then are the jobs answered.
5. A number that was found used or superseded is no answer: history says what became of the command, in a thread of its
   own, and the job waits for it alone.
6. Where the worker's own clock is further ahead of tier 1 than the rules allow, nothing but a tick is appended: the
   frame would be void. Whoever waits hears `unavailable`.

While a frame is appended and another applied the verifiers are at work on the next ones. A failure of the log or a
header is the end of the worker: nothing more is answered, and a start reads the log.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Condition, RLock, Thread
from typing import Final, Protocol

from dcep.clock import UnixMs
from dcep.crypto import merkle
from dcep.crypto.suites import Signer
from dcep.errors import Unavailable
from dcep.ids import NetworkId
from dcep.ledger.history import Found, History
from dcep.ledger.log import LogFailed
from dcep.ledger.worker.answers import Answer, Answers, speak_of_numbers, speaks_of_a_number
from dcep.ledger.worker.intake import Admitted, take_in
from dcep.ledger.worker.opening import OpenLedger
from dcep.ledger.worker.writer import RETRY_AFTER_MS, Writer, Written
from dcep.messages.commands.timekeeping import Checkpoint, Tick
from dcep.messages.frames import join
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Hash, Seq
from dcep.messages.outcomes import Outcome
from dcep.messages.signed import MIN_WIRE, decode, kind_of, record_of, unsigned

FRAME_BYTES: Final = 256 * 1024
# A job and what may be joined with it stay below the largest body that a frame may have.
MAX_JOB_BYTES: Final = 400 * 1024
MAX_UNDER_WAY_BYTES: Final = 8 * 1024 * 1024
VERIFIERS: Final = 2
# So few jobs are not shared: signatures are cheaper in company.
FEWEST_JOBS: Final = 32
_RETRY_AFTER_TICK_MS: Final = 5_000
_TICK: Final = KIND_OF[Tick].number


class Promise(Protocol):
    """Who waits for the answers of a job; told once, from a thread of the worker's. A Future is one."""

    def done(self) -> bool:
        """Return whether it was told."""
        ...

    def set_result(self, answers: Sequence[Answer], /) -> None:
        """Tell what became of the commands, in order."""
        ...

    def set_exception(self, failure: BaseException, /) -> None:
        """Tell why nothing can be told."""
        ...


@dataclass(slots=True, kw_only=True)
class _Job:
    wires: Sequence[bytes]
    size: int
    at: UnixMs | None
    promise: Promise


@dataclass(slots=True, kw_only=True)
class _Batch:
    jobs: list[_Job]
    at: UnixMs | None
    admitted: Admitted | None = None


class Pipeline:
    """The one writer of a ledger's log on this machine."""

    def __init__(self, ledger: OpenLedger, history: History, signer: Signer, clock: Callable[[], UnixMs]) -> None:
        self._ledger, self._history, self._clock = ledger, history, clock
        self._writer = Writer(ledger, signer)
        self._resolver = ThreadPoolExecutor(max_workers=1, thread_name_prefix="history")
        self._waiting: deque[_Job] = deque()
        self._batches: deque[_Batch] = deque()
        self._under_way = self._idle = 0
        self._is_suspect = False
        self._is_closing = False
        self._failure: BaseException | None = None
        # One lock, and a condition for each who waits: whoever is woken has something to do.
        self._lock = RLock()
        self._arrived, self._verified = Condition(self._lock), Condition(self._lock)
        self._threads = [Thread(target=self._verify, name="verify", daemon=True) for _ in range(VERIFIERS)]
        self._threads.append(Thread(target=self._sequence, name="sequence", daemon=True))
        for thread in self._threads:
            thread.start()

    # 1.

    def submit(self, wires: Sequence[bytes], *, at: UnixMs | None = None) -> Future[Sequence[Answer]]:
        """Queue commands; the future brings one answer each, in order.

        Args:
            wires: commands as they came, MAX_JOB_BYTES at most together.
            at: the time of their frame, only on a network with simulated time; None takes the worker's clock.

        Raises:
            Unavailable: too much is under way, or the worker has stopped; send the same bytes again.
            ValueError: more bytes than a job may have; nothing was queued.
        """
        future: Future[Sequence[Answer]] = Future()
        # What is under way cannot be called back.
        future.set_running_or_notify_cancel()
        job = self._job(wires, at, future)
        with self._lock:
            self._queue(job)
            self._arrived.notify()
        return future

    def submit_all(self, asked: Sequence[tuple[Sequence[bytes], Promise]], *, at: UnixMs | None = None) -> None:
        """Queue the commands of many at once; each hears of his own alone, whatever becomes of the others'.

        Args:
            asked: commands as they came, MAX_JOB_BYTES at most for each, and who hears what became of them, or why
                they could not be queued.
            at: as in `submit`.

        Raises:
            ValueError: as in `submit`.
        """
        refused: list[tuple[Promise, Unavailable]] = []
        jobs = [self._job(wires, at, promise) for wires, promise in asked]
        with self._lock:
            for job in jobs:
                try:
                    self._queue(job)
                except Unavailable as later:
                    refused.append((job.promise, later))
            self._arrived.notify(-(-len(jobs) // FEWEST_JOBS))
        for promise, unavailable in refused:
            promise.set_exception(unavailable)

    def _job(self, wires: Sequence[bytes], at: UnixMs | None, promise: Promise) -> _Job:
        size = sum(map(len, wires))
        if size > MAX_JOB_BYTES:
            raise ValueError(f"a job has at most {MAX_JOB_BYTES} bytes, not {size}")
        if at is not None and not self._ledger.genesis.simulated_time:
            raise ValueError("only a network with simulated time takes a clock from outside")
        return _Job(wires=wires, size=size, at=at, promise=promise)

    def _queue(self, job: _Job) -> None:
        self._require_running()
        if self._under_way + job.size > MAX_UNDER_WAY_BYTES:
            raise Unavailable("busy", "too many commands are under way", retry_after_ms=RETRY_AFTER_MS)
        self._under_way += job.size
        self._waiting.append(job)

    def checkpoint(self) -> Seq:
        """Let the log say which root the state had after the newest frame, and keep a snapshot of it.

        Nothing is applied while the state is copied. The root is computed and the snapshot written beside the work,
        and the checkpoint goes through the queue, so its frame may come later than the next.

        Raises:
            Unavailable: the worker has stopped; or `snapshot_not_written`, and the checkpoint stands in the log.
        """
        with self._writer.standing_still() as ledger:
            seq, head, now = ledger.seq, ledger.head, ledger.engine.standing().now
            chunks = ledger.engine.chunks()
        order = Checkpoint(seq=seq, head=head, root=Hash(merkle.root(chunks)))
        self._say(join([record_of(unsigned(ledger.network, order))]), now)
        try:
            ledger.keep_snapshot(seq, head, chunks)
        except LogFailed as failure:
            # Headers that are said to be stored may be lost: nothing may be built upon them.
            self._fail(failure, [])
            raise
        return seq

    def _say(self, body: bytes, at: UnixMs) -> None:
        """Put a word of the worker's own into the queue, and wait until it stands in the log."""
        future: Future[Sequence[Answer]] = Future()
        job = _Job(wires=[body], size=len(body), at=at, promise=future)
        batch = _Batch(jobs=[job], at=at, admitted=Admitted(answers=[None], body=body))
        with self._lock:
            self._require_running()
            self._under_way += job.size
            self._batches.append(batch)
            self._verified.notify()
        future.result()

    def close(self) -> None:
        """Answer what is under way, then stop."""
        with self._lock:
            self._is_closing = True
            self._wake_all()
        for thread in self._threads:
            thread.join()
        self._writer.close()
        self._resolver.shutdown()

    @property
    def is_running(self) -> bool:
        """Whether nothing has failed, and the end was not asked for."""
        return self._failure is None and not self._is_closing

    def _require_running(self) -> None:
        if self._failure is not None:
            raise Unavailable("stopped", f"the worker has stopped: {self._failure}", retry_after_ms=RETRY_AFTER_MS)
        if self._is_closing:
            raise Unavailable("stopped", "the worker is closing", retry_after_ms=RETRY_AFTER_MS)

    def _wake_all(self) -> None:
        for condition in (self._arrived, self._verified):
            condition.notify_all()

    # 2.

    def _verify(self) -> None:
        while (batch := self._next_batch()) is not None:
            wires = [wire for job in batch.jobs for wire in job.wires]
            try:
                admitted = take_in(self._ledger.network, wires, self._ledger.hear, is_suspect=self._is_suspect)
                self._is_suspect = admitted.is_forged
                with self._lock:
                    batch.admitted = admitted
                    self._verified.notify()
            except BaseException as failure:
                self._fail(failure, [batch])
                return

    def _next_batch(self) -> _Batch | None:
        with self._lock:
            self._idle += 1
            self._arrived.wait_for(lambda: self._waiting or self._is_closing or self._failure)
            share = max(FEWEST_JOBS, -(-len(self._waiting) // self._idle))
            self._idle -= 1
            if not self._waiting or self._failure is not None:
                return None
            first = self._waiting.popleft()
            batch = _Batch(jobs=[first], at=first.at)
            size = first.size
            while self._waiting and self._waiting[0].at == batch.at and size < FRAME_BYTES and len(batch.jobs) < share:
                job = self._waiting.popleft()
                size += job.size
                batch.jobs.append(job)
            self._batches.append(batch)
            return batch

    # 3.

    def _sequence(self) -> None:
        while batches := self._next_batches():
            try:
                self._process(batches)
            except BaseException as failure:
                self._fail(failure, batches)
                return

    def _next_batches(self) -> list[_Batch]:
        """Wait for the next batch in order; take those behind it that are ready, of the same time and fit its frame."""
        with self._lock:
            self._verified.wait_for(self._has_ready_or_ends)
            ready: list[_Batch] = []
            size = 0
            while self._batches and self._failure is None:
                batch = self._batches[0]
                if batch.admitted is None or (ready and (batch.at != ready[0].at or size >= FRAME_BYTES)):
                    break
                size += len(batch.admitted.body)
                ready.append(self._batches.popleft())
            return ready

    def _has_ready_or_ends(self) -> bool:
        if self._failure is not None or (self._batches and self._batches[0].admitted is not None):
            return True
        return self._is_closing and not self._batches and not self._waiting

    def _process(self, batches: list[_Batch]) -> None:
        at = batches[0].at
        time = self._clock() if at is None else at
        # 6.
        if at is None and time > self._ledger.furthest and not (batches := self._ticks_alone(batches)):
            return
        admitted = [batch.admitted for batch in batches if batch.admitted]
        body = b"".join([each.body for each in admitted])
        may_change_workers = any(each.may_change_workers for each in admitted)
        written = self._writer.write(body, time, may_change_workers=may_change_workers)
        written.add_done_callback(partial(self._tell, batches))

    # 6.

    def _ticks_alone(self, batches: list[_Batch]) -> list[_Batch]:
        """Put everything off but ticks, and return these as a batch: a false one makes no other command void."""
        jobs = [job for batch in batches for job in batch.jobs]
        ticks = [job for job in jobs if all(map(_is_tick, job.wires))]
        for job in jobs:
            if job not in ticks:
                message = "tier 1 has told no time for longer than the rules allow"
                later = Unavailable("clock_ahead_of_tier1", message, retry_after_ms=_RETRY_AFTER_TICK_MS)
                job.promise.set_exception(later)
                self._let_go(job.size)
        if not ticks:
            return []
        wires = [wire for job in ticks for wire in job.wires]
        return [_Batch(jobs=ticks, at=None, admitted=take_in(self._ledger.network, wires, self._ledger.hear))]

    # 4.

    def _tell(self, batches: list[_Batch], written: Future[Written]) -> None:
        try:
            self._answer_all(batches, written.result())
        except BaseException as failure:
            self._fail(failure, batches)

    def _answer_all(self, batches: list[_Batch], written: Written) -> None:
        place = 0
        for batch in batches:
            assert batch.admitted is not None
            early = batch.admitted.answers
            end = place + early.count(None)
            decided = Answers(written.outcomes[place:end], written.seq, range(place, end))
            self._answer(batch, decided if len(decided) == len(early) else _fill(early, decided))
            place = end

    def _answer(self, batch: _Batch, answers: Answers) -> None:
        # 5. No number was found gone after a frame of which the header is not stored: the writer kept the order.
        position = self._ledger.headers.count
        must_ask = speak_of_numbers(answers.outcomes)
        at = answered = 0
        for job in batch.jobs:
            answers_of_job = answers[at : at + len(job.wires)]
            at += len(job.wires)
            if must_ask and speak_of_numbers(answers_of_job.outcomes):
                self._resolver.submit(self._resolve, job, answers_of_job, position)
            else:
                job.promise.set_result(answers_of_job)
                answered += job.size
        self._let_go(answered)

    def _let_go(self, size: int) -> None:
        with self._lock:
            self._under_way -= size

    # 5.

    def _resolve(self, job: _Job, answers: Answers, position: Seq) -> None:
        try:
            resolved = [
                Answer(*ask(self._history, self._ledger.network, wire, position))
                if speaks_of_a_number(answer.outcome)
                else answer
                for wire, answer in zip(job.wires, answers, strict=True)
            ]
        except Unavailable as later:
            job.promise.set_exception(later)
        except BaseException as failure:
            self._fail(failure, [_Batch(jobs=[job], at=job.at)])
        else:
            job.promise.set_result(resolved)
        self._let_go(job.size)

    def _fail(self, failure: BaseException, at_hand: Sequence[_Batch]) -> None:
        """Stop for ever: whoever waits hears it, the log is read at the next start."""
        with self._lock:
            if self._failure is None:
                self._failure = failure
            jobs = [*self._waiting, *(job for batch in (*at_hand, *self._batches) for job in batch.jobs)]
            self._waiting.clear()
            self._batches.clear()
            self._wake_all()
        for job in jobs:
            if not job.promise.done():
                job.promise.set_exception(failure)


def _is_tick(wire: bytes) -> bool:
    return len(wire) >= MIN_WIRE and kind_of(record_of(wire)) == _TICK


def _fill(early: Sequence[Outcome | None], decided: Answers) -> Answers:
    """Return what intake and the log have answered, in the order of the commands."""
    rest = iter(decided)
    answers = [next(rest) if outcome is None else Answer(outcome, None, 0) for outcome in early]
    places = [None if answer.seq is None else answer.place for answer in answers]
    return Answers([answer.outcome for answer in answers], decided.seq, places)


def ask(history: History, network: NetworkId, wire: bytes, position: Seq) -> Found:
    """Ask history for a command whose number was gone after frame `position` or earlier."""
    command = decode(wire, network)
    body = command.body
    return history.find(
        command.id,
        account=body.account,
        lane=body.lane,
        number=body.number,
        expires_at=body.expires_at,
        min_position=position,
    )
