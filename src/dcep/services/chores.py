"""Work beside the requests: done again and again in a thread of its own, until the process ends.

What cannot be done now is tried again at the next turn. Work that ends for another reason has met a bug, and the
process ends with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from dcep.errors import DcepError
from dcep.http.events import Bell

LOG: Final = logging.getLogger("dcep.services")


class Chore(NamedTuple):
    """Work beside the requests, in a thread of its own: what to do, and how long to wait between two turns.

    A bell that rings lets the next turn begin at once.
    """

    name: str
    work: Callable[[], object]
    every_s: float
    bell: Bell | None = None


@asynccontextmanager
async def beside(stop: asyncio.Event, *works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Do works beside what stands in the block; after it they are told to stop, and their bugs come out here.

    Work that ends before the process does has met a bug: better started again than a relay that is silently dead.
    """
    tasks = [asyncio.create_task(work) for work in works]
    for task in tasks:
        task.add_done_callback(lambda _: stop.set())
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def keep(chore: Chore, stop: asyncio.Event) -> None:
    """Do a chore again and again until the end; the same trouble is told once."""
    trouble = ""
    while not stop.is_set():
        # Taken before the work: what rings while it is done has come too late for it.
        rung = chore.bell.next() if chore.bell else stop
        try:
            await asyncio.to_thread(chore.work)
        except DcepError as error:
            # The same trouble is told once, however often it is met.
            if str(error) != trouble:
                trouble = str(error)
                LOG.warning("%s: %s", chore.name, trouble)
        else:
            if trouble:
                LOG.info("%s: again as it should be", chore.name)
            trouble = ""
        await _wait_for_either(stop, rung, chore.every_s)


async def silence(bell: Bell, stop: asyncio.Event) -> None:
    """End every stream of events when the process is told to stop."""
    await stop.wait()
    bell.silence()


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """Return after so many seconds, or when the process is told to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def _wait_for_either(stop: asyncio.Event, rung: asyncio.Event, seconds: float) -> None:
    if rung is stop:
        await wait(stop, seconds)
        return
    waits = [asyncio.create_task(each.wait()) for each in (stop, rung)]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for each in waits:
        each.cancel()
