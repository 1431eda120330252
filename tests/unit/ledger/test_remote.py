"""Whatever answers at the other end of a line: it is read strictly, bounded, and never believed to be a ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from threading import Thread

import pytest

from dcep.errors import BadInput, DcepError, Unavailable
from dcep.ids import LedgerId, NetworkId, OperatorId, wallet_id
from dcep.ledger.records import BATCH_ANSWER
from dcep.ledger.remote import RemoteLine
from dcep.messages.outcomes import Status

_WIRE = b"a command"
_Ask = Callable[[RemoteLine], object]


class _Stranger(HTTPServer):
    """Gives the same answer to whatever it is asked."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.answers = list(answers)
        self.bodies: list[bytes] = []
        self.seals: list[str] = []


class _Answering(BaseHTTPRequestHandler):
    server: _Stranger

    def _answer(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers.get("content-length", 0))))
        self.server.seals.append(self.headers.get("signature", ""))
        answers = self.server.answers
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815  the names that the server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the server calls it
        """Say nothing."""


@contextmanager
def line_to(*answers: tuple[int, bytes]) -> Iterator[tuple[RemoteLine, _Stranger]]:
    """Open a line to somebody who gives these answers in turn, the last one for ever."""
    server = _Stranger(*answers)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url, drawn = f"http://127.0.0.1:{server.server_port}", count(1)

    def seal(method: str, url: str, body: bytes) -> dict[str, str]:
        return {"Signature": f"{next(drawn)} {method} {url} {body!r}"}

    line = RemoteLine(url, NetworkId(bytes(16)), LedgerId(0), seal=seal, patience_s=1.0, timeout_s=2.0)
    try:
        yield line, server
    finally:
        line.close()
        server.shutdown()
        thread.join()
        server.server_close()


def _problem(status: int, code: str, **more: object) -> tuple[int, bytes]:
    return status, json.dumps({"status": status, "code": code, "detail": "no", "next_step": "", **more}).encode()


_SETTLED = BATCH_ANSWER.pack(Status.SETTLED, 0, 5, 1)


def test_the_same_bytes_are_sent_until_there_is_an_answer() -> None:
    """A ledger that is busy or being started has decided nothing, or has: the same bytes count once."""
    with line_to(_problem(503, "busy"), (500, b"<html>"), (200, _SETTLED)) as (line, server):
        answers = line.submit([_WIRE])

    assert [(answer.outcome.status, answer.seq, answer.place) for answer in answers] == [(Status.SETTLED, 5, 1)]
    assert len(server.bodies) == 3
    assert len(set(server.bodies)) == 1


def test_what_institutions_alone_are_told_is_asked_for_with_a_new_signature_each_time() -> None:
    """The address is the whole one; a signature that was sent has been used, whatever became of it."""
    told = json.dumps({"peer": "tier1", "sent": 1, "received": 2, "acked": 0}).encode()

    with line_to(_problem(503, "busy"), (200, told)) as (line, server):
        line.crossing(LedgerId(0xFFFF))

    url = f"http://127.0.0.1:{server.server_port}/v1/channel/tier1"
    assert server.seals == [f"1 GET {url} b''", f"2 GET {url} b''"]


def test_a_signature_that_is_not_believed_is_no_fault_of_what_was_asked() -> None:
    """The next one may be, when the papers have reached the other end; until then the reason is told."""
    told = json.dumps({"peer": "tier1", "sent": 1, "received": 2, "acked": 0}).encode()
    with line_to(_problem(401, "unknown_certificate"), (200, told)) as (line, server):
        line.crossing(LedgerId(0xFFFF))
        healed = len(server.seals)

    with line_to(_problem(401, "certificate_expired")) as (line, _), pytest.raises(Unavailable) as caught:
        line.crossing(LedgerId(0xFFFF))

    assert healed == 2
    assert caught.value.code == "ledger_unreachable"
    assert "answers 401 certificate_expired" in caught.value.message


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"code": "no\\ncode"}', b'{"code": 5}'])
def test_what_is_no_problem_goes_into_no_message(body: bytes) -> None:
    """A line of a log is written by us, not by whoever answers."""
    with line_to((503, body)) as (line, _), pytest.raises(Unavailable, match=r"answers 503 \Z"):
        line.crossing(LedgerId(0xFFFF))


def test_commands_go_unsigned() -> None:
    """They prove themselves, and nobody's time is spent on another signature."""
    with line_to((200, _SETTLED)) as (line, server):
        line.submit([_WIRE])

    assert server.seals == [""]


def test_an_error_of_the_asker_is_told_once_with_its_code() -> None:
    """What is wrong does not get right by asking again."""
    with line_to(_problem(403, "not_allowed")) as (line, server), pytest.raises(BadInput, match="not_allowed"):
        line.crossing(LedgerId(0xFFFF))

    assert len(server.bodies) == 1


def test_a_wallet_that_is_not_ones_own_is_no_account() -> None:
    """The face is that of the line in one process: None."""
    with line_to(_problem(404, "unknown_wallet")) as (line, _):
        assert line.account(wallet_id(OperatorId(1), 1)) is None


def test_a_history_that_cannot_say_yet_is_unavailable() -> None:
    """Nothing final is not an answer that anybody may build upon."""
    told = _problem(503, "unavailable", answer="unavailable", final=False, seq=None, place=None)

    with line_to(told) as (line, _), pytest.raises(Unavailable, match="ledger_unreachable"):
        line.history(_WIRE)


@pytest.mark.parametrize(
    ("ask", "status", "body"),
    [
        (lambda line: line.submit([_WIRE]), 200, b""),
        (lambda line: line.submit([_WIRE]), 200, _SETTLED * 2),
        (lambda line: line.submit([_WIRE]), 200, BATCH_ANSWER.pack(99, 0, 0, 0)),
        (lambda line: line.submit([_WIRE]), 200, BATCH_ANSWER.pack(Status.REFUSED, 60_000, 1, 0)),
        (lambda line: line.submit([_WIRE]), 200, bytes(5 * 1024 * 1024)),
        (lambda line: line.submit([_WIRE]), 404, b"<html>"),
        (lambda line: line.sums(), 200, b"{}"),
        (lambda line: line.sums(), 200, b"\xff"),
        (lambda line: line.standing(), 200, b'{"seq": "x"}'),
        (lambda line: line.tick(), 200, b'{"height": 1, "time_ms": 1, "tick": "no hex"}'),
        (lambda line: line.history(_WIRE), 200, b'{"answer": "won", "code": "won", "seq": 1, "place": 1}'),
        (lambda line: line.history(_WIRE), 200, b'{"answer": "refused", "code": "mood", "seq": 1, "place": 1}'),
    ],
)
def test_what_is_no_answer_of_a_ledger_says_nothing(ask: _Ask, status: int, body: bytes) -> None:
    """A stranger's bytes end in an error that tells the caller to ask again, never in a wrong answer or a trace."""
    with line_to((status, body)) as (line, _), pytest.raises(DcepError, match="strange_answer"):
        ask(line)
