"""How long a body may take to come: one look at all that are being read, where a timer for each would cost more.

1. Whoever reads is written down with the moment at which his patience ends.
2. While anybody reads, all are looked at again and again; who is over his time is woken with an error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Final, TypeVar

from dcep.http.problems import Problem

BODY_S: Final = 10.0
# A body is waited for so much longer at most.
LOOK_S: Final = 1.0

_Read = TypeVar("_Read")


class Patience:
    """Those who read a body now, and until when."""

    def __init__(self) -> None:
        self._ends: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._is_looking = False

    async def wait_for(self, reading: Awaitable[_Read]) -> _Read:
        """Return what is read.

        Raises:
            Problem: 408 `slow_body`.
        """
        task = asyncio.current_task()
        assert task is not None, "a request is answered in a task of its own"
        # 1.
        loop = asyncio.get_running_loop()
        self._ends[task] = loop.time() + BODY_S
        if not self._is_looking:
            self._is_looking = True
            loop.call_later(LOOK_S, self._look, loop)
        try:
            return await reading
        except asyncio.CancelledError:
            if task not in self._late:
                raise
            task.uncancel()
            raise Problem(408, "slow_body", f"the body did not come within {BODY_S:.0f} s") from None
        finally:
            del self._ends[task]
            self._late.discard(task)

    # 2.

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task, end in self._ends.items():
            if end <= now and task not in self._late:
                self._late.add(task)
                task.cancel()
        self._is_looking = bool(self._ends)
        if self._is_looking:
            loop.call_later(LOOK_S, self._look, loop)
