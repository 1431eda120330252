"""The commands' routes, beside the framework: an ordinary handler would cost two to four times as much as the payment.

1. The body is a wire, or a record with its hex; a batch is wires behind their lengths.
2. The worker takes it, and answers from its own thread; the loop is woken once for all that were answered meanwhile.
3. A settled command's answer carries its receipt, from the tree of its frame; every other answer is a problem.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from dcep.errors import Unavailable
from dcep.http import bodies
from dcep.http.edge import RawAnswer, RawRequest, RawRoute
from dcep.http.problems import MEDIA_TYPE, Problem, document, encoded
from dcep.ledger.client import WorkerLine
from dcep.ledger.log import Archived
from dcep.ledger.records import BATCH_ANSWER, AnswerBody
from dcep.ledger.worker.answers import Answer
from dcep.ledger.worker.pipeline import MAX_JOB_BYTES
from dcep.messages.frames import split
from dcep.messages.layout import Malformed
from dcep.messages.outcomes import Status
from dcep.messages.receipts import encode_receipt
from dcep.messages.signed import MAX_WIRE, decode

PAYMENTS: Final = "/v1/payments"
BATCH: Final = "/v1/payments:batch"
HISTORY: Final = "/v1/history"
LIMITS: Final = {BATCH: MAX_JOB_BYTES}

_RETRY_AFTER_MS: Final = 1_000
_BINARY: Final = "application/octet-stream"
_JSON: Final = "application/json"
_STATUS: Final = {
    Status.SETTLED: 200,
    Status.REFUSED: 409,
    Status.EXPIRED: 410,
    Status.NEVER_PROCESSED: 410,
    Status.NOT_PROCESSED: 422,
    Status.NOT_COVERED: 404,
    Status.BEHIND: 503,
}
_DETAIL: Final = {
    Status.REFUSED: (
        "the rules say no; the number is used up, nothing else changed",
        "sign anew under the next number",
    ),
    Status.EXPIRED: ("its time was over; it did not happen and never will", "sign anew"),
    Status.NEVER_PROCESSED: ("it did not happen and never will", "sign anew under the next number"),
    Status.NOT_PROCESSED: ("it was not heard; nothing changed", ""),
    Status.NOT_COVERED: ("older than the ledger's history keeps", "ask an archive"),
    Status.BEHIND: ("nothing final can be said yet", "send the same bytes again"),
}


class _Asked:
    """One who waits in the loop for the answers to his commands, which come from a thread of the worker's."""

    __slots__ = ("_counter", "answers", "failure", "waiter", "wires")

    def __init__(self, counter: Counter, wires: Sequence[bytes], waiter: asyncio.Future[Sequence[Answer]]) -> None:
        self._counter, self.wires, self.waiter = counter, wires, waiter
        self.answers: Sequence[Answer] = ()
        self.failure: BaseException | None = None

    def done(self) -> bool:
        """Return whether it was told."""
        return bool(self.answers) or self.failure is not None

    def set_result(self, answers: Sequence[Answer], /) -> None:
        """Tell what became of the commands."""
        self.answers = answers
        self._counter.ring(self)

    def set_exception(self, failure: BaseException, /) -> None:
        """Tell why nothing can be told."""
        self.failure = failure
        self._counter.ring(self)

    def hand_over(self) -> None:
        """Wake who waits, in the loop."""
        if self.waiter.done():
            # Its client went away; the ledger has decided all the same.
            return
        if self.failure is None:
            self.waiter.set_result(self.answers)
        else:
            self.waiter.set_exception(self.failure)


class Counter:
    """Where commands are handed in, all that came in one turn of the loop at once; their answers go back likewise."""

    def __init__(self, line: WorkerLine, loop: asyncio.AbstractEventLoop) -> None:
        self.line, self._loop = line, loop
        self._asked: list[_Asked] = []
        self._answered: deque[_Asked] = deque()
        self._is_ringing = False

    async def submit(self, wires: Sequence[bytes]) -> Sequence[Answer]:
        """Send commands, and wait for what became of them.

        Raises:
            Unavailable: send the same bytes again.
        """
        waiter: asyncio.Future[Sequence[Answer]] = self._loop.create_future()
        if not self._asked:
            self._loop.call_soon(self._hand_in)
        self._asked.append(_Asked(self, wires, waiter))
        return await waiter

    # 2.

    def _hand_in(self) -> None:
        asked, self._asked = self._asked, []
        self.line.submit_all([(each.wires, each) for each in asked])

    def ring(self, asked: _Asked) -> None:
        """Let the loop know, from any thread, that one is answered."""
        self._answered.append(asked)
        if not self._is_ringing:
            self._is_ringing = True
            self._loop.call_soon_threadsafe(self._hand_out)

    def _hand_out(self) -> None:
        # Before the first is handed out: who comes later rings again.
        self._is_ringing = False
        while self._answered:
            self._answered.popleft().hand_over()


def payment_routes(counter: Counter) -> dict[str, RawRoute]:
    """Return the routes through which commands come in, by path."""

    async def payments(request: RawRequest) -> RawAnswer:
        _require_post(request)
        wire = _wire(request)
        answer = (await counter.submit([wire]))[0]
        return await _tell(counter.line, request, wire, answer)

    async def batch(request: RawRequest) -> RawAnswer:
        _require_post(request)
        answers = await counter.submit(_wires(request))
        packed = b"".join(
            [
                BATCH_ANSWER.pack(answer.outcome.status, answer.outcome.reason, answer.seq or 0, answer.place)
                for answer in answers
            ]
        )
        return RawAnswer(200, _BINARY, packed)

    async def history(request: RawRequest) -> RawAnswer:
        _require_post(request)
        wire = _wire(request)
        try:
            answer = await asyncio.to_thread(counter.line.history, wire)
        except Malformed as error:
            raise Problem(422, "malformed", "these bytes are no command of this network") from error
        return await _tell(counter.line, request, wire, answer)

    return {PAYMENTS: payments, BATCH: batch, HISTORY: history}


# 1.


def _require_post(request: RawRequest) -> None:
    if request.method != "POST":
        raise Problem(405, "method_not_allowed", "a command is posted", headers={"Allow": "POST"})


def _wire(request: RawRequest) -> bytes:
    return bodies.command_in(request.header("content-type") or "", request.body, at_most=MAX_WIRE)


def _wires(request: RawRequest) -> list[bytes]:
    if request.header("content-type") != _BINARY:
        raise Problem(415, "unsupported_media_type", "application/octet-stream")
    try:
        wires = split(request.body)
    except Malformed as error:
        raise Problem(400, "malformed_body", "each command stands behind its length, two bytes") from error
    if not wires:
        raise Problem(400, "malformed_body", "a batch has at least one command")
    return wires


# 3.


async def _tell(line: WorkerLine, request: RawRequest, wire: bytes, answer: Answer) -> RawAnswer:
    outcome = answer.outcome
    status = _STATUS[outcome.status]
    is_minimal = "return=minimal" in (request.header("prefer") or "")
    told = AnswerBody(
        answer="unavailable" if outcome.status is Status.BEHIND else outcome.status.name.lower(),
        code=outcome.code,
        final=outcome.is_final,
        seq=answer.seq,
        place=None if answer.seq is None else answer.place,
        command_id=_command_id(line, wire, answer),
        receipt=None if status != 200 or is_minimal else await _receipt(line, wire, answer),
    )
    if status == 200:
        return RawAnswer(200, _JSON, msgspec.json.encode(told))
    detail, next_step = _DETAIL[outcome.status]
    problem = document(status, told.code, detail, next_step=next_step, request_id=request.request_id)
    extra: dict[str, Any] = msgspec.to_builtins(told)
    headers: tuple[tuple[str, str], ...] = ()
    if status == 503:
        extra["retry_after_ms"] = _RETRY_AFTER_MS
        headers = (("retry-after", "1"),)
    return RawAnswer(status, MEDIA_TYPE, encoded({**problem, **extra}), headers)


def _command_id(line: WorkerLine, wire: bytes, answer: Answer) -> str | None:
    tree = None if answer.seq is None else line.ledger.recent.find(answer.seq)
    if tree is not None:
        return tree.command(answer.place).hex()
    try:
        return decode(wire, line.network).id.hex()
    except Malformed:
        return None


async def _receipt(line: WorkerLine, wire: bytes, answer: Answer) -> str | None:
    if answer.seq is None:
        return None
    tree = line.ledger.recent.find(answer.seq)
    if tree is not None:
        return tree.receipt(answer.place, wire).hex()
    try:
        return encode_receipt(await asyncio.to_thread(line.receipt_of, wire, answer)).hex()
    except (Archived, Unavailable):
        # It settled, whatever its proof needs: the receipt's own route says what is missing.
        return None
