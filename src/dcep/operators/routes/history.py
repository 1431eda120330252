"""What happened to a wallet, for its holder: pages of its history, and events as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Final

from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from dcep.http.events import PASSED_ON, Event, Readers, last_seen, stream
from dcep.http.pages import DEFAULT_LIMIT, MAX_LIMIT, Page, key_of, page
from dcep.http.problems import Problem
from dcep.ids import WalletId
from dcep.operators.history import HistoryLine, News
from dcep.operators.routes.branch import Branch, Visit
from dcep.operators.routes.holders import Door
from dcep.operators.routes.records import HistoryBody, OrderBody, history_body, order_body
from dcep.operators.routes.wallets import By, signed_by_holder

_READERS: Final = 1_024
_READERS_OF_A_WALLET: Final = 4
_EVENTS_AT_ONCE: Final = 100
# Whoever reads proves himself again after so long: his key may have been changed meanwhile.
_LONGEST_S: Final = 600.0

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)]


def history_routes(branch: Branch, door: Door) -> list[ControllerRouterHandler]:
    """Return the routes by which a holder hears of what happened to his wallet."""
    bank, signed, readers = branch.bank, signed_by_holder(door), Readers(_READERS, _READERS_OF_A_WALLET)

    @get("/v1/wallets/{wallet:str}/history", summary="What moved, the newest first", sync_to_thread=True, **signed)
    def history(
        wallet: FromPath[str], holder: By, cursor: FromQuery[str | None] = None, limit: Limit = DEFAULT_LIMIT
    ) -> Page[HistoryBody]:
        own, before = holder.require_own(wallet), key_of(cursor, int)
        if before is not None and not 0 < before < 2**63:
            raise Problem(400, "bad_cursor", "no page of this list ends with this cursor")
        lines = bank.history.page(own, before=before, limit=limit + 1)
        return page([history_body(line) for line in lines], limit, [line.number for line in lines])

    @get(
        "/v1/wallets/{wallet:str}/events",
        summary="What moves and what ends, as it comes",
        media_type="text/event-stream",
        response_headers=PASSED_ON,
        **signed,
    )
    async def events(request: Visit, wallet: FromPath[str], holder: By) -> Stream:
        own, seen = holder.require_own(wallet), last_seen(request.headers.get("last-event-id"))
        begin = await asyncio.to_thread(bank.history.newest) if seen is None else seen
        readers.require_room(own)

        async def read(after: int) -> list[Event]:
            return await asyncio.to_thread(events_behind, branch, own, after)

        async def told() -> AsyncIterator[bytes]:
            end = asyncio.get_running_loop().time() + _LONGEST_S
            async for event in stream(begin, read, branch.told):
                yield event
                if asyncio.get_running_loop().time() > end:
                    return

        return Stream(readers.admitted(told(), own))

    return [history, events]


def events_behind(branch: Branch, wallet: WalletId, after: int) -> list[Event]:
    """Return what a wallet's holder hears of next, as events."""
    found = branch.bank.history.news(wallet, after=after, limit=_EVENTS_AT_ONCE)
    return [Event(each.number, *event_of(branch, each)) for each in found]


def event_of(branch: Branch, news: News) -> tuple[str, HistoryBody | OrderBody]:
    """Return the name and the record of an event: `payment` with a line, or `order` with the order as it stands."""
    if isinstance(news, HistoryLine):
        return "payment", history_body(news)
    return "order", order_body(branch.bank.book.entry(news.order_id))
