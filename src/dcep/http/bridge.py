"""From the server to the edge: the server speaks RSGI, with fewer words than ASGI, in which the edge is spoken to.

1. A request becomes a scope. RSGI tells a path decoded; it is written again with everything escaped but what RFC 3986
   leaves unreserved, and that is the address which a signature must name.
2. A body is read whole: the edge has looked at its length, and refuses one that declares none. (The server would tell
   such a body that was cut off like a whole one.)
3. An answer that is there whole leaves in one call; one that goes on is streamed. Who has gone away is told nothing.
4. A route beside the framework is asked without any of that: each word less is one that every payment spares.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

from granian._granian import RSGIProtocolClosed, RSGIProtocolError

from dcep.http.edge import Edge

_GONE: Final = (RSGIProtocolClosed, RSGIProtocolError)

RsgiApp = Callable[[Any, Any], Awaitable[None]]


def bridge(edge: Edge) -> RsgiApp:
    """Return the edge as the server calls it."""

    async def app(scope: Any, protocol: Any) -> None:
        route = edge.raw_route(scope.path)
        if route is not None:
            # 4.
            with suppress(*_GONE):
                ask = edge.answer_raw(route, scope.path, scope.method, scope.headers.get, protocol)
                protocol.response_bytes(*await ask)
            return
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in scope.headers.items()]
        talk = _Talk(protocol)
        await edge(_scope(scope, headers), talk.receive, talk.send)

    return app


# 1.


def _scope(scope: Any, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": scope.http_version,
        "method": scope.method,
        "scheme": scope.scheme,
        "path": scope.path,
        "raw_path": quote(scope.path).encode(),
        "query_string": scope.query_string.encode(),
        "root_path": "",
        "headers": headers,
        "server": _place(scope.server),
        "client": _place(scope.client),
    }


def _place(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)


class _Talk:
    """One request and its answer."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._is_read = self._is_gone = False
        self._stream: Any = None
        self._start: tuple[int, list[tuple[str, str]]] = (0, [])

    # 2.

    async def receive(self) -> Any:
        """Return the whole body; behind it, that the client has gone away."""
        if self._is_read:
            await self._protocol.client_disconnect()
            return {"type": "http.disconnect"}
        self._is_read = True
        try:
            return {"type": "http.request", "body": await self._protocol(), "more_body": False}
        except _GONE:
            return {"type": "http.disconnect"}

    # 3.

    async def send(self, message: Any) -> None:
        """Send the beginning of an answer, or the next part of it."""
        if message["type"] == "http.response.start":
            headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
            self._start = message["status"], headers
            return
        body, goes_on = message.get("body", b""), message.get("more_body", False)
        if self._stream is None and not goes_on:
            self._protocol.response_bytes(*self._start, body)
            return
        if self._stream is None:
            self._stream = self._protocol.response_stream(*self._start)
        if body and not self._is_gone:
            try:
                await self._stream.send_bytes(body)
            except _GONE:
                # The next that is received says so to whoever streams.
                self._is_gone = True
