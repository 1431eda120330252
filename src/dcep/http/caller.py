"""Ask an HTTP service: one request on one connection, bounded in time and size, an error made of a problem document.

1. A request is signed as it is sent, with its whole address, by whoever asks.
2. All of the answer has come before the time is up, however slowly its bytes drip; a longer one than is allowed is cut.
3. A problem document becomes the error of its family; whatever else is no success is none of a service of this network.
4. Nothing is sent twice, no redirect is followed, and the environment names no proxy: whoever asks knows whom.

An `Unavailable` says that nothing is known of what was asked; whether the same may be sent again the asker must know.
The standard library does the asking: a command line starts at once.
"""

from __future__ import annotations

import http.client
import io
import json as documents
import re
import socket
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import IO, Any, Final, NamedTuple
from urllib.parse import SplitResult, urlencode, urlsplit

from dcep.errors import BadInput, DcepError, Unavailable

Seal = Callable[[str, str, bytes], Mapping[str, str]]
"""Return the headers that sign a request: of its method, its whole address and its body."""

MAX_ANSWER: Final = 4 * 1024 * 1024
MAX_LINE: Final = 64 * 1024
RETRY_AFTER_MS: Final = 1_000
_LONGEST_RETRY_MS: Final = 3_600_000
_MOST_WORDS: Final = 1_000
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_URL: Final = re.compile(r"https?://[!-~]+")
_PATH: Final = re.compile(r"/[!-~]*")
_UNSPEAKABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_JSON: Final = "application/json"
_BINARY: Final = "application/octet-stream"
_PROBLEM: Final = "application/problem+json"
# To wait is all that can be done about these; the rest of 4xx is about what was asked.
_LATER: Final = (408, 425, 429)
_ANSWER_IS_NO: Final = (403, 409, 410)


class Reply(NamedTuple):
    """An answer: its status, its headers by names in lower case, its whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def document(self) -> dict[str, Any]:
        """Return the JSON object that was answered.

        Raises:
            Unavailable: `strange_answer`: it is none.
        """
        try:
            told = documents.loads(self.body)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise _strange("the answer is no JSON object")
        return told


class Caller:
    """Asks one service.

    Args:
        url: where it serves, `http://HOST:PORT`, perhaps with a path before its routes.
        seal: signs every request; None asks unsigned.
        timeout_s: until when an answer has come whole.

    Raises:
        BadInput: `bad_url`.
    """

    def __init__(self, url: str, *, seal: Seal | None = None, timeout_s: float = 10.0) -> None:
        self.url, self._seal, self._timeout_s = url.rstrip("/"), seal, timeout_s
        parts = _parts(self.url)
        self._scheme, self._host, self._port, self._prefix = parts.scheme, parts.hostname or "", parts.port, parts.path
        # As the `Host` header writes it.
        self._origin = f"{parts.scheme}://{_authority(self._host, parts.port, parts.scheme)}"

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        take: Collection[int] = (),
    ) -> Reply:
        """Ask once.

        Args:
            path: of the route, `/v1/…`.
            query: is written behind the path.
            json: a body; None sends none.
            content: a body of bytes, in the place of `json`.
            take: statuses that are answers too, besides 2xx: they are returned as they are.

        Raises:
            BadInput: the service cannot take what was asked.
            DcepError: its answer is no.
            Unavailable: nothing is known of it; `service_unreachable`, `strange_answer`, or the service's own code.
        """
        body, kind = body_of(json, content)
        sent = {**kind, **(headers or {})}
        with self._answer(method, path, query, body, sent) as answer:
            reply = self._reply(answer)
        return judged(reply, take)

    @contextmanager
    def listen(self, path: str, *, headers: Mapping[str, str] | None = None) -> Iterator[Iterator[bytes]]:
        """Ask for a stream and yield its lines, each within MAX_LINE; `timeout_s` is how long it may be silent.

        Raises:
            DcepError: as `ask`; the lines raise Unavailable when the stream is silent or breaks.
        """
        with self._answer("GET", path, None, b"", headers or {}, is_endless=True) as answer:
            if not _is_good(answer.status):
                judged(self._reply(answer))
            yield self._lines(answer)

    @contextmanager
    def _answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: bytes,
        headers: Mapping[str, str],
        *,
        is_endless: bool = False,
    ) -> Iterator[http.client.HTTPResponse]:
        if not _PATH.fullmatch(path):
            raise ValueError(f"no path of a route: {path!r}")
        target = self._prefix + path + (f"?{urlencode(query)}" if query else "")
        # 1.
        signed = self._seal(method, self._origin + target, body) if self._seal else {}
        connection = self._connection(is_endless=is_endless)
        with closing(connection):
            with self._heard():
                sent = {"Connection": "close", **headers, **signed}
                connection.request(method, target, body=body or None, headers=sent)
                answer = connection.getresponse()
            with closing(answer):
                yield answer

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """Tell a refused connection, silence and half an answer alike: all that is known is that nothing is known."""
        try:
            yield
        except (OSError, http.client.HTTPException) as error:
            raise unreachable(self.url, error) from error

    # 2.

    def _reply(self, answer: http.client.HTTPResponse) -> Reply:
        with self._heard():
            if answer.length is None and not answer.chunked:
                # Without an end that was announced, a cut answer would look whole.
                raise http.client.IncompleteRead(b"")
            body = answer.read(MAX_ANSWER + 1)
            if len(body) <= MAX_ANSWER and answer.length:
                raise http.client.IncompleteRead(body, answer.length)
        if len(body) > MAX_ANSWER:
            raise too_long()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, headers, body)

    def _lines(self, answer: http.client.HTTPResponse) -> Iterator[bytes]:
        while True:
            with self._heard():
                line = answer.readline(MAX_LINE + 1)
            if not line:
                return
            if len(line) > MAX_LINE:
                raise _strange(f"a line of more than {MAX_LINE} bytes")
            yield line.rstrip(b"\r\n")

    def _connection(self, *, is_endless: bool) -> http.client.HTTPConnection:
        made = http.client.HTTPSConnection if self._scheme == "https" else http.client.HTTPConnection
        connection = made(self._host, self._port, timeout=self._timeout_s)
        end = None if is_endless else time.monotonic() + self._timeout_s

        def respond(sock: socket.socket, *args: Any, **named: Any) -> http.client.HTTPResponse:
            return http.client.HTTPResponse(_Clocked(sock, end), *args, **named)  # type: ignore[arg-type]

        connection.response_class = respond  # type: ignore[assignment]
        return connection


def judged(reply: Reply, take: Collection[int] = ()) -> Reply:
    """Return an answer that is a success, or of a status that is asked for; raise the error that any other is."""
    if _is_good(reply.status) or reply.status in take:
        return reply
    raise problem(reply)


def problem(reply: Reply) -> DcepError:
    """Return the error that an answer is, if it is no success."""
    told = _problem_document(reply)
    if told is None:
        return _strange(f"status {reply.status}, and no problem document")
    # 3.
    code, detail = told["code"], _words(told.get("detail"))
    next_step = _words(told.get("next_step"))
    if reply.status in _LATER or reply.status >= http.client.INTERNAL_SERVER_ERROR:
        return Unavailable(code, detail, retry_after_ms=retry_after_ms(reply, told), next_step=next_step)
    family = DcepError if reply.status in _ANSWER_IS_NO else BadInput
    return family(code, detail, next_step=next_step)


def retry_after_ms(reply: Reply, told: Mapping[str, Any]) -> int:
    """Return after how long the same may be sent again: the problem's word, or the header's, or a second."""
    said = told.get("retry_after_ms")
    header = reply.headers.get("retry-after", "")
    if type(said) is not int:
        said = int(header[:6]) * 1_000 if header.isascii() and header.isdigit() else RETRY_AFTER_MS
    return min(max(said, 0), _LONGEST_RETRY_MS)


def _problem_document(reply: Reply) -> dict[str, Any] | None:
    if reply.headers.get("content-type", "").partition(";")[0].strip() != _PROBLEM:
        return None
    try:
        told = reply.document()
    except Unavailable:
        return None
    code = told.get("code")
    return told if isinstance(code, str) and _CODE.fullmatch(code) else None


def _strange(detail: str) -> Unavailable:
    return Unavailable(
        "strange_answer",
        f"this is no answer of a service of this version: {detail}",
        retry_after_ms=RETRY_AFTER_MS,
        next_step="see to the address",
    )


def _words(told: object) -> str:
    """Return what a stranger said in one line that a terminal can show."""
    return _UNSPEAKABLE.sub(" ", told[:_MOST_WORDS]) if isinstance(told, str) else ""


def _is_good(status: int) -> bool:
    return http.client.OK <= status < http.client.MULTIPLE_CHOICES


def unreachable(url: str, error: Exception) -> Unavailable:
    """Return the error of a service that did not answer, not in time, or only half."""
    message = f"{url} does not answer: {_words(str(error)) or type(error).__name__}"
    return Unavailable(
        "service_unreachable", message, retry_after_ms=RETRY_AFTER_MS, next_step="see whether it runs: dcep up"
    )


def too_long() -> Unavailable:
    """Return the error of an answer that is longer than MAX_ANSWER."""
    return _strange(f"more than {MAX_ANSWER} bytes")


def body_of(json: Any, content: bytes | None) -> tuple[bytes, dict[str, str]]:
    """Return the bytes of a body and the header that says what they are."""
    if content is not None:
        return content, {"Content-Type": _BINARY}
    if json is None:
        return b"", {}
    return documents.dumps(json, ensure_ascii=False, separators=(",", ":")).encode(), {"Content-Type": _JSON}


class _Clocked:
    """A socket of which an answer is read until the time is up; without an end every wait has the socket's patience."""

    def __init__(self, sock: socket.socket, end: float | None) -> None:
        self._sock, self._end = sock, end

    def makefile(self, _mode: str) -> IO[bytes]:
        return io.BufferedReader(_ClockedBytes(self._sock, self._end))


class _ClockedBytes(io.RawIOBase):
    def __init__(self, sock: socket.socket, end: float | None) -> None:
        self._bytes, self._sock, self._end = sock.makefile("rb", buffering=0), sock, end

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any, /) -> int | None:
        if self._end is not None:
            left = self._end - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer did not come in time")
            self._sock.settimeout(left)
        return self._bytes.readinto(room)

    def close(self) -> None:
        self._bytes.close()
        super().close()


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _bad_url(url) from None
    is_bare = parts.username is None and not parts.query and not parts.fragment
    if not (_URL.fullmatch(url) and parts.hostname and is_bare):
        raise _bad_url(url)
    return parts


def _bad_url(url: str) -> BadInput:
    return BadInput("bad_url", f"{_words(url)!r} is no address of a service", next_step="http://HOST:PORT")


def _authority(host: str, port: int | None, scheme: str) -> str:
    """Return the host as the `Host` header writes it."""
    name = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[scheme]
    return name if port in (None, usual) else f"{name}:{port}"
