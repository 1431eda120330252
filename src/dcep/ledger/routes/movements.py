"""The route of movements: an operator hears what happened to its wallets, and waits without asking again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated, Any, Final

from litestar import Request, get
from litestar.params import FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from dcep.http.askers import Asker, Askers, Part
from dcep.http.events import Bell, Readers
from dcep.http.pages import DEFAULT_LIMIT, MAX_LIMIT
from dcep.http.problems import Problem
from dcep.ids import OperatorId
from dcep.ledger.client import MovementPage, WorkerLine
from dcep.ledger.log import Archived
from dcep.ledger.movements import START
from dcep.ledger.records import MovementsBody, movements_body

_WAITING: Final = 64
_LONGEST_WAIT_MS: Final = 20_000

_Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)]
_Wait = Annotated[int, QueryParameter(ge=0, le=_LONGEST_WAIT_MS)]
_Operator = Annotated[int | None, QueryParameter(ge=1, le=999)]


def movement_routes(line: WorkerLine, askers: Askers, bell: Bell) -> list[ControllerRouterHandler]:
    """Return what operators follow their wallets by."""
    waiting = Readers(_WAITING)

    @get("/v1/movements", summary="What happened to an operator's wallets", security=[{"institution": []}])
    async def movements(
        request: Request[Any, Any, Any],
        after: FromQuery[str] = START,
        limit: _Limit = DEFAULT_LIMIT,
        wait_ms: _Wait = 0,
        operator: _Operator = None,
    ) -> MovementsBody:
        sees = _sees(askers.require(request), operator)

        async def read(behind: str) -> MovementPage:
            return await _page(line, behind, limit, sees)

        if not wait_ms:
            return movements_body(await read(after))
        waiting.require_room()
        with waiting.reading():
            return movements_body(await _page_in_time(read, bell, after, wait_ms))

    return [movements]


def _sees(asker: Asker, operator: int | None) -> OperatorId | None:
    """Return whose wallets are asked for; None for all."""
    if asker.part is Part.NETWORK:
        return None if operator is None else OperatorId(operator)
    if asker.part is not Part.OPERATOR or operator not in (None, asker.operator):
        raise Problem(403, "not_allowed", "an operator sees its own wallets")
    return asker.operator


async def _page(line: WorkerLine, after: str, limit: int, sees: OperatorId | None) -> MovementPage:
    try:
        return await asyncio.to_thread(line.movements, after, limit=limit, operator=sees)
    except Archived as error:
        raise Problem(410, "archived", error.message, next_step="ask whoever keeps the archive") from error


async def _page_in_time(
    read: Callable[[str], Awaitable[MovementPage]], bell: Bell, after: str, wait_ms: int
) -> MovementPage:
    """Return the first page that tells something, or where one has come to in vain."""
    clock = asyncio.get_running_loop()
    end = clock.time() + wait_ms / 1_000
    while True:
        rung = bell.next()
        page = await read(after)
        if page.items or bell.is_silent or clock.time() >= end:
            return page
        after = page.next
        if not page.has_more:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(end):
                    await rung.wait()
