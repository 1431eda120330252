"""A load generator in a process of its own: each of its connections sends the next payment when the last is answered.

Started as `python -m benchmarks.rest.load PORT CONNECTIONS FILE`: the file holds signed payments behind their lengths.
Payment i goes over connection i mod CONNECTIONS, so those of one wallet keep their order. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

import uvloop

from benchmarks.figure import percentile
from dcep.messages.frames import split

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length: "
_SETTLED: Final = b'"settled"'


class Connection(asyncio.Protocol):
    """One connection with one request under way."""

    def __init__(self, wires: Iterator[bytes], latencies_ms: array[float], done: asyncio.Future[None]) -> None:
        self._wires, self._latencies_ms, self._done = wires, latencies_ms, done
        self._buffer = b""
        self._sent_at = 0.0
        self.settled = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # The loop's own transports are no subclass of what they do the work of.
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(_HEAD_END)
        if not end:
            return
        at = head.lower().index(_LENGTH) + len(_LENGTH)
        if len(body) < int(head[at:].split(b"\r\n", 1)[0]):
            return
        self._latencies_ms.append((time.perf_counter() - self._sent_at) * 1_000)
        self.settled += _SETTLED in body[:32]
        self._buffer = b""
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("the server has closed a connection"))

    def _send(self) -> None:
        wire = next(self._wires, None)
        if wire is None:
            self._done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(
            b"POST /v1/payments HTTP/1.1\r\nHost: ledger\r\nContent-Type: application/octet-stream\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(wire), wire)
        )


async def load(port: int, connections: int, wires: list[bytes]) -> dict[str, float]:
    """Send every payment, and return what was seen."""
    latencies_ms = array("d")
    loop = asyncio.get_running_loop()
    protocols = []
    ends = []
    began, cpu = time.perf_counter(), time.process_time()
    for place in range(connections):
        done = loop.create_future()
        protocol = Connection(iter(wires[place::connections]), latencies_ms, done)
        await loop.create_connection(lambda protocol=protocol: protocol, "127.0.0.1", port)  # type: ignore[misc]
        protocols.append(protocol)
        ends.append(done)
    await asyncio.gather(*ends)
    wall_s = time.perf_counter() - began
    return {
        "wall_s": wall_s,
        "cpu_s": time.process_time() - cpu,
        "settled": sum(protocol.settled for protocol in protocols),
        "p50_ms": percentile(latencies_ms, 0.5),
        "p99_ms": percentile(latencies_ms, 0.99),
    }


if __name__ == "__main__":
    port, connections, file = sys.argv[1:]
    sys.stdout.write(json.dumps(uvloop.run(load(int(port), int(connections), split(Path(file).read_bytes())))))
