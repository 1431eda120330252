"""Server-sent events: ids grow, and a reader that was cut off goes on behind the last one that it saw.

Nothing waits in memory for a slow reader: what it has not seen is read from where it is kept, piece by piece.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

import msgspec

from dcep.http.problems import Problem

# A line that says nothing, so that both ends notice a dead connection.
_STILL_HERE: Final = b": still here\n\n"
_STILL_HERE_S: Final = 15.0
_MAX_ID: Final = 2**63


class Event(NamedTuple):
    """One event: its place, its name, and a record."""

    id: int
    name: str
    data: object

    def encode(self) -> bytes:
        return b"id: %d\nevent: %b\ndata: %b\n\n" % (self.id, self.name.encode(), msgspec.json.encode(self.data))


def last_seen(header: str | None) -> int | None:
    """Return the id behind which a reader goes on, None for one that comes for the first time.

    Raises:
        Problem: 400 `bad_cursor`.
    """
    if header is None or not header:
        return None
    if not (header.isascii() and header.isdigit()) or int(header[:20]) >= _MAX_ID:
        raise Problem(400, "bad_cursor", "Last-Event-ID is the id of an event")
    return int(header)


class Bell:
    """Wakes every reader when there is something new; may be rung from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._next = asyncio.Event()
        self.is_silent = False

    def silence(self) -> None:
        """Ring for the last time: every stream ends."""
        self.is_silent = True
        self._ring()

    def ring(self) -> None:
        """Wake whoever waits; where the loop has ended nobody does, and whoever rings has better things to do."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._ring)

    def next(self) -> asyncio.Event:
        """Return what is set when it rings next: taken before one looks, so that no ring is missed."""
        return self._next

    def _ring(self) -> None:
        self._next.set()
        self._next = asyncio.Event()


async def stream(after: int, read: Callable[[int], Awaitable[Sequence[Event]]], bell: Bell) -> AsyncIterator[bytes]:
    """Yield the events behind `after` until the bell is silenced.

    Args:
        after: the last id that the reader saw.
        read: return the next events behind an id, a bounded number; none if there is nothing new.
        bell: rings when there may be more.
    """
    yield _STILL_HERE
    while not bell.is_silent:
        rung = bell.next()
        events = await read(after)
        for event in events:
            yield event.encode()
        if events:
            after = events[-1].id
            continue
        try:
            async with asyncio.timeout(_STILL_HERE_S):
                await rung.wait()
        except TimeoutError:
            yield _STILL_HERE
