"""Serve an app over HTTP/1.1 on one address, in this loop, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from dcep.http.addresses import require_free
from dcep.http.bridge import bridge
from dcep.http.edge import Edge

# A client that has not sent its headers by then is cut off; bodies have a limit of their own at the edge.
_HEADERS_MS: Final = 10_000
_PATIENCE_S: Final = 20.0
_BACKLOG: Final = 1_024
# Connections beyond these wait unaccepted: memory is bounded by those that are served.
_AT_ONCE: Final = 1_024
_SETTLE_S: Final = 2


async def serve(edge: Edge, host: str, port: int, stop: asyncio.Event) -> None:
    """Serve until `stop` is set and every request under way is answered.

    Raises:
        Unavailable: `address_in_use`, or the address is none of this machine.
    """
    require_free(host, port)
    logging.getLogger("_granian").setLevel(logging.ERROR)
    server = Server(
        bridge(edge),
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        websockets=False,
        backlog=_BACKLOG,
        backpressure=_AT_ONCE,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_MS),
        log_enabled=False,
    )
    # A connection that idles must not hold up the end.
    server.workers_kill_timeout = _SETTLE_S
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    await edge.drain(_PATIENCE_S)
    if not serving.done():
        server.stop()  # type: ignore[no-untyped-call]  # the server has no types for it
    try:
        await serving
    except TimeoutError:
        # Whoever is still connected has never sent a whole request: every one that was sent is answered.
        logging.getLogger("dcep.http").info("connections that idle are cut off")
