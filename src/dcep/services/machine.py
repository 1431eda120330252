"""The machine under a process: its clock, its chance and its signals, read here and nowhere else."""

from __future__ import annotations

import gc
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from itertools import count
from typing import TYPE_CHECKING, Final

from dcep.clock import UnixMs

if TYPE_CHECKING:
    import asyncio

# The variable by which a supervisor tells its services which pipe to watch.
PARENT: Final = "DCEP_PARENT_PIPE"
_NS_A_MS: Final = 1_000_000
_SWITCH_S: Final = 0.001
# So many objects more than were let go, before the collector looks for cycles.
_SEARCH_AFTER: Final = 50_000


def now() -> UnixMs:
    """Return the time of the machine's clock."""
    return UnixMs(time.time_ns() // _NS_A_MS)


def random_bytes(size: int) -> bytes:
    """Return bytes that nobody can foresee."""
    return secrets.token_bytes(size)


def random_below(bound: int) -> int:
    """Return a number below a bound that nobody can foresee."""
    return secrets.randbelow(bound)


def request_ids() -> Iterator[str]:
    """Yield ids, each another, and none that another start of any process has given out."""
    beginning = secrets.token_hex(6)
    return (f"{beginning}{number:x}" for number in count(1))


def run(main: Callable[[asyncio.Event], Coroutine[None, None, int]]) -> int:
    """Run a process until it is done, and return its exit code.

    Args:
        main: the process; it is given the event that SIGTERM, SIGINT and the end of its supervisor set, and then stops
            cleanly.
    """
    # Who wants the time and no loop does not wait for them.
    import asyncio  # noqa: PLC0415

    import uvloop  # noqa: PLC0415

    # The worker's threads need the interpreter for microseconds each; the loop would keep it for 5 ms every time, and a
    # payment passes through four of them. Measured: the slowest hundredth at half the time.
    sys.setswitchinterval(_SWITCH_S)
    # What was imported lives as long as the process, and requests leave little behind that only a search finds: seldom
    # searched, the slowest hundredth waits half as long.
    gc.freeze()
    gc.set_threshold(_SEARCH_AFTER)

    async def begin() -> int:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        if PARENT in os.environ:
            # Nothing is ever written into the pipe: it is readable when the supervisor at its other end has gone.
            loop.add_reader(int(os.environ[PARENT]), stop.set)
        return await main(stop)

    return uvloop.run(begin())
