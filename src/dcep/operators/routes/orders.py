"""Orders as their askers see them: one of them, and those of a wallet."""

from __future__ import annotations

import asyncio
from typing import Annotated

from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from dcep.http.askers import Askers
from dcep.http.pages import DEFAULT_LIMIT, MAX_LIMIT, Page
from dcep.http.problems import Problem
from dcep.operators.routes.branch import Branch, Visit, mark_of, page_of, problems
from dcep.operators.routes.holders import Door
from dcep.operators.routes.records import OrderBody, order_body
from dcep.operators.routes.wallets import By, signed_by_holder

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)]


def order_routes(branch: Branch, door: Door, staff: Askers) -> list[ControllerRouterHandler]:
    """Return the routes that tell of orders. Whoever works at the counter sees each, a holder his own."""
    bank = branch.bank

    @get(
        "/v1/orders/{order_id:str}",
        summary="An order as it stands",
        security=[{"holder": []}, {"institution": []}],
    )
    async def one(request: Visit, order_id: FromPath[str]) -> OrderBody:
        holder = await door.holder(request) if door.is_holders(request) else None
        if holder is None:
            staff.require_counter(request, bank.operator)
        with problems():
            entry = await asyncio.to_thread(bank.book.entry, order_id)
        if holder is not None and not holder.may_see(entry):
            # The very words in which an order is told of that is nobody's.
            raise Problem(404, "order_unknown", "this operator has no order of this id")
        return order_body(entry)

    @get(
        "/v1/wallets/{wallet:str}/orders",
        summary="A wallet's orders, the newest first",
        sync_to_thread=True,
        **signed_by_holder(door),
    )
    def of_wallet(
        wallet: FromPath[str], holder: By, cursor: FromQuery[str | None] = None, limit: Limit = DEFAULT_LIMIT
    ) -> Page[OrderBody]:
        own = holder.require_own(wallet)
        return page_of(bank.book.of_wallet(own, before=mark_of(cursor), limit=limit + 1), limit)

    return [one, of_wallet]
