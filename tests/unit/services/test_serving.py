"""Work beside the requests: trouble is borne, a bug ends the process."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest

from dcep.errors import Unavailable
from dcep.http.events import Bell
from dcep.services.chores import Chore, beside, keep
from dcep.services.serving import Desk, serve_ledger
from dcep.services.settings import LedgerSettings, member
from tests.institutions import Institutions
from tests.street import Hall, free_ports


def _settings(data: Path) -> LedgerSettings:
    trust = Institutions(data / "identity").trust
    return LedgerSettings(data=data, worker_key=data / "nobody's", port=free_ports(1)[0], trust=trust)


def _serve(data: Path, chore: Chore) -> int:
    """Serve a shard with this work beside it, until it ends by itself."""
    with ExitStack() as opened:
        place = Hall(data, opened)
        settings = _settings(data)

        async def main() -> int:
            desk = Desk(place.shard, member(settings), None, [chore])
            return await asyncio.wait_for(serve_ledger(settings, desk, asyncio.Event()), 20)

        return asyncio.run(main())


def test_work_that_cannot_be_done_now_is_tried_again(tmp_path: Path) -> None:
    """Tier 1 may be away for an hour: the relay goes on when it is back. Only then does this one meet its bug."""
    turns = iter(range(3))

    def work() -> None:
        if next(turns, None) is None:
            raise RuntimeError("the end of the test")
        raise Unavailable("ledger_unreachable", "tier 1 is away", retry_after_ms=1)

    with pytest.raises(RuntimeError, match="the end of the test"):
        _serve(tmp_path, Chore("relay", work, 0.01))

    assert next(turns, None) is None


def test_a_bug_beside_the_requests_ends_any_process() -> None:
    """The central bank's work too: a process that only looks alive would send no order any more."""

    def work() -> None:
        raise RuntimeError("a bug")

    async def main() -> None:
        stop = asyncio.Event()
        async with beside(stop, keep(Chore("orders and reserves", work, 0.01), stop)):
            await asyncio.wait_for(stop.wait(), 20)

    with pytest.raises(RuntimeError, match="a bug"):
        asyncio.run(main())


def test_a_bell_lets_work_begin_at_once() -> None:
    """What was ordered waits for no turn; what rings while the work is done is done after it."""

    async def main() -> int:
        loop, stop, turns = asyncio.get_running_loop(), asyncio.Event(), 0
        bell = Bell(loop)

        def work() -> None:
            nonlocal turns
            turns += 1
            if turns < 3:
                bell.ring()
            else:
                loop.call_soon_threadsafe(stop.set)

        # The next turn would come after an hour.
        async with asyncio.timeout(20), beside(stop, keep(Chore("orders", work, 3_600, bell), stop)):
            await stop.wait()
        return turns

    turns = asyncio.run(main())

    assert turns == 3


def test_a_worker_that_has_stopped_is_the_end_of_its_process(tmp_path: Path) -> None:
    """Nothing can be answered any more: whoever watches the process starts it again, and the log tells what counted."""
    with ExitStack() as opened:
        place = Hall(tmp_path, opened)
        settings = _settings(tmp_path)

        async def main() -> int:
            place.shard.close()
            desk = Desk(place.shard, member(settings), None, [])
            return await asyncio.wait_for(serve_ledger(settings, desk, asyncio.Event()), 20)

        code = asyncio.run(main())
        # The shard is closed already, and would be a second time.
        opened.pop_all()
        place.tier1.close()

    assert code == Unavailable.exit_code
