"""Whoever asks a service hears an answer or an error of the right family, whatever the other end does."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from dcep.errors import BadInput, DcepError, Unavailable
from dcep.http.caller import MAX_ANSWER, MAX_LINE, Caller

_PROBLEM = "application/problem+json"


class _Server:
    """A server that says what it is told to, byte by byte, and keeps what it was asked."""

    def __init__(self, say: Callable[[socket.socket], None]) -> None:
        self._say, self.asked = say, b""
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = self._door.accept()
                with visitor, suppress(OSError):
                    self.asked = _request(visitor)
                    self._say(visitor)

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join()


def _request(visitor: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += visitor.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < wanted:
        body += visitor.recv(65_536)
    return head + b"\r\n\r\n" + body


@contextmanager
def _serving(say: Callable[[socket.socket], None]) -> Iterator[_Server]:
    server = _Server(say)
    try:
        yield server
    finally:
        server.close()


def _answer(status: int, body: bytes, kind: str = "application/json", *lines: str) -> Callable[[socket.socket], None]:
    more = "".join(f"{line}\r\n" for line in lines)
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return lambda visitor: visitor.sendall(head.encode() + body)


def _problem(status: int, *lines: str, **members: object) -> Callable[[socket.socket], None]:
    return _answer(status, json.dumps(members).encode(), _PROBLEM, *lines)


def test_an_answer_comes_whole_with_its_status_and_headers() -> None:
    """Names of headers are told in lower case, whatever the service wrote."""
    with _serving(_answer(201, b'{"a": 1}', "application/json", "X-Request-Id: 7")) as server:
        reply = Caller(server.url).ask("GET", "/v1/thing", query={"cursor": "a b"})

    assert (reply.status, reply.headers["x-request-id"], reply.document()) == (201, "7", {"a": 1})
    assert server.asked.startswith(b"GET /v1/thing?cursor=a+b HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("body", "kind"),
    [({"json": {"名": 1}}, b"application/json"), ({"content": b"\x00\xff"}, b"application/octet-stream")],
)
def test_a_body_is_json_or_bytes(body: dict[str, object], kind: bytes) -> None:
    """What is sent says what it is; the service refuses anything else."""
    with _serving(_answer(200, b"{}")) as server:
        Caller(server.url).ask("POST", "/v1/things", **body)  # type: ignore[arg-type]

    head, _, sent = server.asked.partition(b"\r\n\r\n")
    assert b"Content-Type: " + kind in head
    assert sent == body.get("content", '{"名":1}'.encode())


def test_a_seal_signs_the_address_and_the_body_that_are_sent() -> None:
    """The receiver judges the address as it was called: host, port, path and query."""
    sealed: list[tuple[str, str, bytes]] = []

    def seal(method: str, url: str, body: bytes) -> dict[str, str]:
        sealed.append((method, url, body))
        return {"Signature": "sig1=:AA==:"}

    with _serving(_answer(200, b"{}")) as server:
        Caller(server.url + "/below", seal=seal).ask("PUT", "/v1/a", query={"b": "c"}, json=[1])

    assert sealed == [("PUT", f"{server.url}/below/v1/a?b=c", b"[1]")]
    assert b"\r\nSignature: sig1=:AA==:\r\n" in server.asked
    assert f"\r\nHost: {server.url.removeprefix('http://')}\r\n".encode() in server.asked


@pytest.mark.parametrize(
    ("status", "family"),
    [
        (400, BadInput), (401, BadInput), (404, BadInput), (413, BadInput), (422, BadInput),
        (403, DcepError), (409, DcepError), (410, DcepError),
        (408, Unavailable), (429, Unavailable), (500, Unavailable), (503, Unavailable),
    ],
)  # fmt: skip
def test_a_problem_becomes_the_error_of_its_family(status: int, family: type[DcepError]) -> None:
    """The family is the exit code of the command line: wrong, no, or not now."""
    said = {"code": "some_code", "detail": "what is wrong", "next_step": "what helps"}
    with _serving(_problem(status, **said)) as server, pytest.raises(DcepError) as heard:
        Caller(server.url).ask("GET", "/v1/a")

    error = heard.value
    assert type(error) is family
    assert (error.code, error.message, error.next_step) == ("some_code", "what is wrong", "what helps")


@pytest.mark.parametrize(
    ("lines", "members", "wait_ms"),
    [
        ([], {"retry_after_ms": 250}, 250),
        (["Retry-After: 7"], {}, 7_000),
        (["Retry-After: soon"], {}, 1_000),
        ([], {"retry_after_ms": 10**30}, 3_600_000),
        ([], {"retry_after_ms": -5}, 0),
        ([], {"retry_after_ms": True}, 1_000),
    ],
)
def test_a_service_says_when_the_same_may_be_sent_again(
    lines: list[str], members: dict[str, int], wait_ms: int
) -> None:
    """In milliseconds by the problem, in seconds by the header; nobody is sent to sleep for years."""
    with _serving(_problem(503, *lines, code="busy", **members)) as server, pytest.raises(Unavailable) as heard:
        Caller(server.url).ask("GET", "/v1/a")

    assert heard.value.retry_after_ms == wait_ms


def test_a_status_that_is_asked_for_is_an_answer() -> None:
    """A ledger's refusal is told by a problem document, and is no error to whoever pays."""
    with _serving(_problem(409, code="insufficient_funds", answer="refused")) as server:
        reply = Caller(server.url).ask("POST", "/v1/payments", content=b"x", take=(409,))

    assert (reply.status, reply.document()["answer"]) == (409, "refused")


@pytest.mark.parametrize(
    "say",
    [
        _answer(302, b"", "text/plain", "Location: http://127.0.0.1:1/"),
        _answer(404, b"<h1>Not Found</h1>", "text/html"),
        _answer(404, b"{", _PROBLEM),
        _answer(404, b"[]", _PROBLEM),
        _answer(404, b'{"code": 7}', _PROBLEM),
        _answer(404, b'{"code": "Not A Code"}', _PROBLEM),
        _answer(404, b'{"code": "fine"}', "application/json"),
        _answer(200, b"0" * (MAX_ANSWER + 1)),
    ],
    ids=["redirect", "page", "cut", "list", "number", "words", "kind", "endless"],
)
def test_what_is_no_answer_of_a_service_is_strange(say: Callable[[socket.socket], None]) -> None:
    """Something else answers there: nothing is known of what was asked, and no redirect is followed."""
    with _serving(say) as server, pytest.raises(Unavailable) as heard:
        Caller(server.url).ask("GET", "/v1/a")

    assert heard.value.code == "strange_answer"


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"[" * 100_000, b"\xff"])
def test_a_document_is_a_json_object(body: bytes) -> None:
    """A success with anything else in it is none."""
    with _serving(_answer(200, body)) as server:
        reply = Caller(server.url).ask("GET", "/v1/a")

    with pytest.raises(Unavailable, match="strange_answer"):
        reply.document()


def _forever(visitor: socket.socket) -> None:
    visitor.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        visitor.sendall(b"1000\r\n" + bytes(4_096) + b"\r\n")


def _drip(first: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    def say(visitor: socket.socket) -> None:
        visitor.sendall(first)
        visitor.settimeout(0.02)
        while True:
            visitor.sendall(piece)
            # Until the caller hangs up.
            with suppress(TimeoutError):
                if visitor.recv(1) == b"":
                    return

    return say


def test_an_endless_answer_is_cut() -> None:
    """A length that nobody announced is counted as it comes."""
    with _serving(_forever) as server, pytest.raises(Unavailable, match="strange_answer"):
        Caller(server.url, timeout_s=60).ask("GET", "/v1/a")


@pytest.mark.parametrize(
    "say",
    [
        _drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        _drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"."),
        _drip(b"", b""),
    ],
    ids=["headers", "body", "silence"],
)
def test_an_answer_that_drips_is_given_up_in_time(say: Callable[[socket.socket], None]) -> None:
    """Each byte is a sign of life; all of them together still have to come before the time is up."""
    with _serving(say) as server, pytest.raises(Unavailable) as heard:
        Caller(server.url, timeout_s=0.3).ask("GET", "/v1/a")

    assert heard.value.code == "service_unreachable"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
    ids=["nothing", "head", "body", "chunk", "other", "headers"],
)
def test_half_an_answer_is_none(said: bytes) -> None:
    """What was cut off may have been done: nothing is known, the asker sends the same again."""
    with _serving(lambda visitor: visitor.sendall(said)) as server, pytest.raises(Unavailable) as heard:
        Caller(server.url).ask("POST", "/v1/a", json={})

    assert heard.value.code == "service_unreachable"


def test_a_service_that_is_not_there_is_unreachable() -> None:
    """The message names the address, so that a wrong one is seen."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"

    with pytest.raises(Unavailable, match="service_unreachable") as heard:
        Caller(url).ask("GET", "/livez")

    assert url in str(heard.value)


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:1", "ftp://a", "http://", "http://a:x", "http://a b", "http://u:p@a", "http://a?b", "http://é"],
)
def test_an_address_that_is_none_is_bad_input(url: str) -> None:
    """A typing error is found before anything is sent."""
    with pytest.raises(BadInput, match="bad_url"):
        Caller(url)


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets a variable must not be able to stand between a holder and the bank."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    with _serving(_answer(200, b"{}")) as server:
        reply = Caller(server.url).ask("GET", "/v1/a")

    assert reply.status == 200


def test_what_a_stranger_says_cannot_play_with_the_terminal() -> None:
    """A detail is one line without control characters, and not longer than a page."""
    said = _problem(409, code="no", detail="a\x1b[2J\n\u2028b" + "c" * 10_000)
    with _serving(said) as server, pytest.raises(DcepError) as heard:
        Caller(server.url).ask("GET", "/v1/a")

    assert heard.value.message.startswith("a [2J b")
    assert len(heard.value.message) <= 1_000


def test_a_stream_is_read_line_by_line_until_it_ends() -> None:
    """Server-sent events are lines; a blank one ends an event."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    said = head + b"6\r\nid: 1\n\r\n7\r\ndata: x\r\n1\r\n\n\r\n1\r\n\n\r\n0\r\n\r\n"
    behind = {"Last-Event-ID": "0"}

    with (
        _serving(lambda visitor: visitor.sendall(said)) as server,
        Caller(server.url).listen("/v1/events", headers=behind) as lines,
    ):
        heard = list(lines)

    assert heard == [b"id: 1", b"data: x", b""]
    assert b"\r\nLast-Event-ID: 0\r\n" in server.asked


@pytest.mark.parametrize(
    ("say", "code"),
    [
        (_drip(b"HTTP/1.1 200 OK\r\n\r\n", b""), "service_unreachable"),
        (_answer(200, b"x" * (MAX_LINE + 1)), "strange_answer"),
        (_problem(429, code="too_many_readers"), "too_many_readers"),
    ],
    ids=["silence", "line", "problem"],
)
def test_a_stream_that_is_silent_or_too_loud_ends(say: Callable[[socket.socket], None], code: str) -> None:
    """A reader goes on elsewhere or later, and never waits for ever."""
    with (
        _serving(say) as server,
        pytest.raises(Unavailable) as heard,
        Caller(server.url, timeout_s=0.3).listen("/v1/events") as lines,
    ):
        list(lines)

    assert heard.value.code == code
