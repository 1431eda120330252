"""The edge of a service: every request passes here before a handler sees it, and every answer on its way out.

1. A request gets an id that its answer and the service's log carry.
2. Its body is read whole, bounded in size and in time: a handler never waits for a slow client.
3. The answer carries the headers that keep a browser from doing more than it should. A route that is open to pages says
   so to a browser that asks for the page of another service: there are no cookies, and what counts is signed bytes.
4. A raw route is called with the body at once: what is asked thousands of times a second spares the framework's way.
5. Requests are counted by method and status; a service that stops waits for those under way.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple

from litestar.types import ASGIApp, Message, Receive, Send
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from dcep.http.bodies import MAX_BODY
from dcep.http.patience import Patience
from dcep.http.problems import MEDIA_TYPE, Problem, encoded, problem_of

# Nothing is loaded from another host, framed by another page, or sent anywhere else.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = (
    ("content-security-policy", _POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
)
# What a browser asks before it lets a page send something else than a form.
_TO_PAGES: Final = (
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "retry-after, x-request-id"),
)
_MAY_BE_SENT: Final = (
    ("access-control-allow-methods", "GET, POST"),
    ("access-control-allow-headers", "content-type, prefer"),
    ("access-control-max-age", "86400"),
)
_LOOK_S: Final = 0.02


# Returns the first header with a name in lower case.
Header = Callable[[str], str | None]


class RawRequest(NamedTuple):
    """A whole request to a route beside the framework."""

    method: str
    header: Header
    body: bytes
    request_id: str


class RawAnswer(NamedTuple):
    """Its whole answer."""

    status: int
    media_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


RawRoute = Callable[[RawRequest], Awaitable[RawAnswer]]
# What a server sends: status, headers, body.
Whole = tuple[int, list[tuple[str, str]], bytes]


class _Gone(Exception):
    """The client went away before its request was whole: nobody hears an answer."""


class Meter:
    """What a service counts of its requests, in the registry that `/metrics` shows."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter("dcep_http_requests", "Requests answered.", ["method", "status"], registry=registry)
        self.seconds = Histogram("dcep_http_seconds", "From the whole body to the answer.", registry=registry)
        self.under_way = Gauge("dcep_http_under_way", "Requests under way.", registry=registry)


class Edge:
    """Stands in front of an app.

    Args:
        app: what answers.
        ids: the ids of requests, each another.
        registry: where requests are counted.
        raw: routes beside the app, by path.
        limits: the largest body of the routes that take more than MAX_BODY, by path; `*` stands for one segment.
        open_to_pages: the paths that pages of other services may ask, likewise.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        ids: Iterator[str],
        registry: CollectorRegistry,
        raw: Mapping[str, RawRoute],
        limits: Mapping[str, int],
        open_to_pages: Iterable[str] = (),
    ) -> None:
        self._app, self._ids, self._raw = app, ids, dict(raw)
        self._limits = [(path.split("/"), limit) for path, limit in limits.items()]
        self._open = [path.split("/") for path in open_to_pages]
        self._raw_headers = {path: self._headers_at(path) for path in self._raw}
        self._meter = Meter(registry)
        self._counts: dict[tuple[str, int], Any] = {}
        self._under_way = 0
        self._patience = Patience()
        self._meter.under_way.set_function(lambda: self._under_way)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        if scope["type"] == "http":
            with suppress(_Gone):
                await self._answer(scope, receive, send)

    def raw_route(self, path: str) -> RawRoute | None:
        """Return the route beside the framework at a path, if one is there."""
        return self._raw.get(path)

    async def answer_raw(
        self,
        route: RawRoute,
        path: str,
        method: str,
        header: Header,
        read: Callable[[], Awaitable[bytes]],
    ) -> Whole:
        """Return the answer of a route beside the framework.

        Args:
            header: returns a header of the request by its name in lower case.
            read: reads the whole body, if one is declared.
        """
        # 1.
        request_id = next(self._ids)
        own = self._raw_headers[path]
        if method == "OPTIONS" and own is not _HEADERS:
            return self._allow(request_id)
        try:
            # 2.
            body = await self._patience.wait_for(read()) if self._comes_body(path, header) else b""
        except Problem as problem:
            answer = _problem(problem, request_id)
        else:
            answer = await self._ask_raw(route, RawRequest(method, header, body, request_id))
        # 5.
        self._count(method, answer.status)
        return _whole_answer(answer, request_id, own)

    async def _ask_raw(self, route: RawRoute, request: RawRequest) -> RawAnswer:
        began = time.perf_counter()
        self._under_way += 1
        try:
            # 4.
            return await route(request)
        except Exception as error:
            return _problem(error, request.request_id)
        finally:
            self._under_way -= 1
            self._meter.seconds.observe(time.perf_counter() - began)

    async def drain(self, patience_s: float) -> bool:
        """Wait until every request under way is answered; False if some are not after the patience."""
        end = time.monotonic() + patience_s
        while self._under_way and time.monotonic() < end:
            await asyncio.sleep(_LOOK_S)
        return not self._under_way

    async def _answer(self, scope: Any, receive: Receive, send: Send) -> None:
        method, path, header = scope["method"], scope["path"], _header_of(scope)
        limit = self._limit_of(path)

        def read() -> Awaitable[bytes]:
            return _whole(receive, limit)

        route = self.raw_route(path)
        if route is not None:
            await _send_whole(send, await self.answer_raw(route, path, method, header, read))
            return
        # 1.
        request_id = next(self._ids)
        own = self._headers_at(path)
        if method == "OPTIONS" and own is not _HEADERS:
            await _send_whole(send, self._allow(request_id))
            return
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        outbound = _Outbound(send, request_id, own)
        try:
            # 2.
            body = await self._patience.wait_for(read()) if self._comes_body(path, header) else b""
            # Whoever asks who has signed the request reads it there.
            state["body"] = body
            # Only now: who has not sent a whole request holds up no end.
            await self._pass_on(scope, body, receive, outbound)
        except _Gone:
            raise
        except Exception as error:
            if outbound.status:
                # Half an answer is out: cutting it off is all that can be said.
                raise
            answer = _problem(error, request_id)
            outbound.status = answer.status
            await _send_whole(send, _whole_answer(answer, request_id, own))
        # 5.
        self._count(method, outbound.status)

    async def _pass_on(self, scope: Any, body: bytes, receive: Receive, outbound: _Outbound) -> None:
        began = time.perf_counter()
        self._under_way += 1
        try:
            await self._app(scope, _Inbound(body, receive), outbound)
        finally:
            self._under_way -= 1
            self._meter.seconds.observe(time.perf_counter() - began)

    def _comes_body(self, path: str, header: Header) -> bool:
        """Return whether a body comes.

        Raises:
            Problem: 411 it declares no length, 400 none that is one, 413 too great a one.
        """
        if header("transfer-encoding") is not None:
            close = {"Connection": "close"}
            raise Problem(411, "length_required", "a body says before it comes how long it is", headers=close)
        declared = header("content-length")
        if declared is None:
            return False
        limit = self._limit_of(path)
        if _length(declared) > limit:
            raise _too_large(limit)
        return True

    def _limit_of(self, path: str) -> int:
        segments = path.split("/")
        return next((limit for known, limit in self._limits if _fits(known, segments)), MAX_BODY)

    # 3.

    def _headers_at(self, path: str) -> tuple[tuple[str, str], ...]:
        segments = path.split("/")
        return (*_HEADERS, *_TO_PAGES) if any(_fits(known, segments) for known in self._open) else _HEADERS

    def _allow(self, request_id: str) -> Whole:
        """Return what a browser is told that asks whether a page may send something here."""
        self._count("OPTIONS", 204)
        return 204, [*_HEADERS, *_TO_PAGES, *_MAY_BE_SENT, ("x-request-id", request_id)], b""

    def _count(self, method: str, status: int) -> None:
        # A method that nobody speaks must not make a row of its own for each word.
        known = method if method in _METHODS else "other"
        count = self._counts.get((known, status))
        if count is None:
            count = self._counts[known, status] = self._meter.requests.labels(known, status)
        count.inc()


_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


class _Inbound:
    """The body that was read, then whatever the client says behind it: that it went away."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Any:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


class _Outbound:
    """Passes an answer on, with the headers that every answer carries."""

    def __init__(self, send: Send, request_id: str, own: tuple[tuple[str, str], ...]) -> None:
        self._send = send
        self._own = _encoded((*own, ("x-request-id", request_id)))
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            # 3.
            self.status = message["status"]
            # A page has a policy of its own.
            said = {name for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *[(name, value) for name, value in self._own if name not in said],
            ]
        await self._send(message)


async def _send_whole(send: Send, whole: Whole) -> None:
    status, headers, body = whole
    size = (b"content-length", str(len(body)).encode())
    start: Any = {"type": "http.response.start", "status": status, "headers": [*_encoded(headers), size]}
    await send(start)
    end: Any = {"type": "http.response.body", "body": body, "more_body": False}
    await send(end)


def _whole_answer(answer: RawAnswer, request_id: str, own: tuple[tuple[str, str], ...]) -> Whole:
    # 3.
    headers = [("content-type", answer.media_type), *answer.headers, *own, ("x-request-id", request_id)]
    return answer.status, headers, answer.body


def _fits(known: list[str], segments: list[str]) -> bool:
    return len(known) == len(segments) and all(a in ("*", b) for a, b in zip(known, segments, strict=True))


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def _whole(receive: Receive, limit: int) -> bytes:
    parts, size = [], 0
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _length(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise Problem(400, "malformed_body", "Content-Length is no length")
    return int(value)


def _too_large(limit: int) -> Problem:
    # The rest of the body is not read: the connection ends with this answer.
    return Problem(413, "body_too_large", f"at most {limit} bytes", headers={"Connection": "close"})


def _header_of(scope: Any) -> Header:
    # The first of a name counts.
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}
    return headers.get


def _problem(error: Exception, request_id: str) -> RawAnswer:
    told, headers = problem_of(error, request_id)
    lines = tuple((name.lower(), value) for name, value in headers.items())
    return RawAnswer(told["status"], MEDIA_TYPE, encoded(told), lines)
