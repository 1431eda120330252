"""Server-sent events: ids grow, and a reader that was cut off goes on behind the last one that it saw.

Nothing waits in memory for a slow reader: what it has not seen is read from where it is kept, piece by piece.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

import msgspec
from litestar.datastructures import ResponseHeader

from dcep.http.problems import Problem

# A line that says nothing, so that both ends notice a dead connection.
_STILL_HERE: Final = b": still here\n\n"
_STILL_HERE_S: Final = 15.0
_MAX_ID: Final = 2**63
# A proxy in between must not gather events.
PASSED_ON: Final = (ResponseHeader(name="X-Accel-Buffering", value="no", description="Pass each on at once."),)


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


class Readers:
    """Who reads a stream, or waits for its next event: a bounded number, and of one kind perhaps fewer.

    Args:
        most: how many at once.
        most_of_a_kind: how many of one kind; None is `most`.
    """

    def __init__(self, most: int, most_of_a_kind: int | None = None) -> None:
        self._most, self._most_of_a_kind = most, most if most_of_a_kind is None else most_of_a_kind
        self._of: Counter[Hashable] = Counter()

    def require_room(self, kind: Hashable = None) -> None:
        """Return only if one more may read; Problem 429 `too_many_readers`."""
        if not self._has_room(kind):
            raise Problem(429, "too_many_readers", "as many read already as may", headers={"Retry-After": "5"})

    @contextmanager
    def reading(self, kind: Hashable = None) -> Iterator[None]:
        """Count a reader while he reads."""
        self._of[kind] += 1
        try:
            yield
        finally:
            self._of[kind] -= 1
            if not self._of[kind]:
                del self._of[kind]

    async def admitted(self, events: AsyncIterator[bytes], kind: Hashable = None) -> AsyncIterator[bytes]:
        """Pass a reader's events on; nothing to one of several who came at once for the last place."""
        if self._has_room(kind):
            with self.reading(kind):
                async for event in events:
                    yield event

    def _has_room(self, kind: Hashable) -> bool:
        return self._of[kind] < self._most_of_a_kind and self._of.total() < self._most


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
