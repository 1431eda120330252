"""What the server hands over is what was sent, on the short way and on the framework's, whoever goes away meanwhile."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import Any

import pytest
from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from dcep.http.app import Service, build
from dcep.http.bodies import MAX_BODY
from dcep.http.edge import RawAnswer, RawRequest
from dcep.http.server import serve
from tests.street import free_ports


class Mirror:
    """A service that answers what it heard, served in a thread of its own."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.heard: list[bytes] = []
        self.streams_ended = threading.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._started.wait(30)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        service = Service(
            title="A mirror",
            kind="test",
            network="00",
            routes=self._routes(),
            missing=list,
            ids=map(str, range(1_000)),
            raw={"/v1/raw": self._raw},
        )
        serving = asyncio.create_task(serve(build(service), "127.0.0.1", self.port, self._stop))
        await asyncio.sleep(0)
        self._started.set()
        await serving

    async def _raw(self, request: RawRequest) -> RawAnswer:
        self.heard.append(request.body)
        return RawAnswer(200, request.header("content-type") or "", request.method.encode() + request.body)

    def _routes(self) -> list[ControllerRouterHandler]:
        @post("/v1/{name:str}", sync_to_thread=False)
        def named(request: Request[Any, Any, Any], name: FromPath[str]) -> str:
            scope: Any = request.scope
            self.heard.append(scope["state"]["body"])
            return f"{name} {scope['raw_path'].decode()} {scope['query_string'].decode()}"

        @get("/v1/endless")
        async def endless() -> Stream:
            async def parts() -> AsyncIterator[bytes]:
                try:
                    while True:
                        yield b"more\n"
                        await asyncio.sleep(0.01)
                finally:
                    self.streams_ended.set()

            return Stream(parts())

        return [named, endless]

    def say(self, *parts: bytes, hears_all: bool = True) -> bytes:
        """Send bytes over a connection of their own, and return what came back until its end, or at once."""
        with closing(self._connect()) as connection:
            for part in parts:
                connection.sendall(part)
            if not hears_all:
                return connection.recv(65_536)
            answer = b""
            while part := connection.recv(65_536):
                answer += part
            return answer

    def _connect(self) -> socket.socket:
        for _ in range(600):
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=30)
            except ConnectionRefusedError:
                threading.Event().wait(0.05)
        raise AssertionError("nobody serves")

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


@pytest.fixture(scope="module")
def mirror() -> Iterator[Mirror]:
    """Return a served mirror."""
    made = Mirror()
    yield made
    made.close()


_HEAD = b"Host: mirror\r\nConnection: close\r\n"


def test_the_short_way_hears_the_body_and_tells_every_header(mirror: Mirror) -> None:
    """It goes past the framework, and past nothing that the edge owes to whoever asks."""
    answer = mirror.say(b"POST /v1/raw HTTP/1.1\r\n", _HEAD, b"Content-Type: a/b\r\nContent-Length: 4\r\n\r\nbo", b"dy")

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert body == b"POSTbody"
    for header in (b"content-type: a/b", b"x-request-id: ", b"nosniff", b"default-src 'none'", b"content-length: 8"):
        assert header in head


@pytest.mark.parametrize("path", [b"/v1/raw", b"/v1/other"])
@pytest.mark.parametrize("length", [b"", b"Content-Length: 4\r\n"])
def test_a_body_in_chunks_is_refused_on_either_way(mirror: Mirror, path: bytes, length: bytes) -> None:
    """It declares no length, or one that does not count beside the chunks."""
    chunks = b"Transfer-Encoding: chunked\r\nContent-Type: a/b\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n"
    told = len(mirror.heard)

    answer = mirror.say(b"POST %b HTTP/1.1\r\n" % path, _HEAD, length, chunks)

    assert answer.startswith(b"HTTP/1.1 411")
    assert b"length_required" in answer
    assert len(mirror.heard) == told


def test_too_long_a_body_is_refused_before_it_is_read(mirror: Mirror) -> None:
    """What is declared is believed when it is too much."""
    told = len(mirror.heard)

    answer = mirror.say(b"POST /v1/raw HTTP/1.1\r\n", _HEAD, b"Content-Length: %d\r\n\r\n" % (MAX_BODY + 1))

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"body_too_large" in answer
    assert len(mirror.heard) == told


@pytest.mark.parametrize("path", [b"/v1/raw", b"/v1/other"])
@pytest.mark.parametrize("body", [b"Content-Length: 9\r\n\r\nhalf", b"Transfer-Encoding: chunked\r\n\r\n9\r\nhalf"])
def test_half_a_body_is_never_taken_for_a_whole_one(mirror: Mirror, path: bytes, body: bytes) -> None:
    """Whoever goes away in the middle of an order has not given one."""
    connection = socket.create_connection(("127.0.0.1", mirror.port), timeout=30)
    connection.sendall(b"POST " + path + b" HTTP/1.1\r\n" + _HEAD + body)
    connection.shutdown(socket.SHUT_WR)
    with closing(connection):
        while connection.recv(65_536):
            pass

    after = mirror.say(b"POST /v1/raw HTTP/1.1\r\n", _HEAD, b"Content-Length: 5\r\n\r\nafter")

    assert after.endswith(b"POSTafter")
    assert b"half" not in mirror.heard


def test_an_address_is_told_with_all_escaped_but_what_is_unreserved(mirror: Mirror) -> None:
    """That is the address which a signature names, whatever the sender has escaped."""
    answer = mirror.say(b"POST /v1/a%20b%3ac?x=%20y&z HTTP/1.1\r\n", _HEAD, b"Content-Length: 0\r\n\r\n")

    assert answer.endswith(b"a b:c /v1/a%20b%3Ac x=%20y&z")


def test_a_query_beyond_ascii_is_told_as_it_came(mirror: Mirror) -> None:
    """No browser sends it unescaped, and whoever does gets the answer of the route, not a fault of the service."""
    query = "x=\u4e2d".encode()

    answer = mirror.say(b"POST /v1/a?" + query + b" HTTP/1.1\r\n", _HEAD, b"Content-Length: 0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 201")
    assert answer.endswith(b"a /v1/a " + query)


def test_a_stream_ends_when_nobody_listens_any_more(mirror: Mirror) -> None:
    """Readers are counted: one who has gone must not keep his place."""
    first = mirror.say(b"GET /v1/endless HTTP/1.1\r\n", _HEAD, b"\r\n", hears_all=False)

    assert first.startswith(b"HTTP/1.1 200")
    assert mirror.streams_ended.wait(30)
