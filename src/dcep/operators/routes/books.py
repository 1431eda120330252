"""The operator's books, for whoever works there: all orders, those in flight, freezes, and the four books of a day."""

from __future__ import annotations

from typing import Annotated, Any, Final

from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from dcep.clock import day_of_date
from dcep.http.askers import Askers
from dcep.http.pages import DEFAULT_LIMIT, Page, page
from dcep.http.problems import Problem
from dcep.ids import BadWalletId, WalletId, parse_wallet_id
from dcep.money import Fen
from dcep.operators.routes.branch import Branch, Visit, mark_of, page_of
from dcep.operators.routes.orders import Limit
from dcep.operators.routes.records import (
    BreakBody,
    FreezeBody,
    OrderBody,
    ReconciliationBody,
    freeze_body,
)

STAFF: Final[dict[str, Any]] = {"security": [{"institution": []}], "sync_to_thread": True}
Allocated = Annotated[int | None, QueryParameter(ge=0, le=10**18)]


def book_routes(branch: Branch, staff: Askers) -> list[ControllerRouterHandler]:
    """Return the routes that tell of the operator's books."""
    bank = branch.bank

    @get("/v1/orders", summary="Every order, or those of a wallet, the newest first", **STAFF)
    def orders(
        request: Visit,
        wallet: FromQuery[str | None] = None,
        cursor: FromQuery[str | None] = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[OrderBody]:
        staff.require_counter(request, bank.operator)
        of = None if wallet is None else own_wallet(wallet)
        return page_of(bank.book.newest(wallet=of, before=mark_of(cursor), limit=limit + 1), limit)

    @get("/v1/sagas", summary="Orders in flight, the oldest first", **STAFF)
    def sagas(request: Visit, cursor: FromQuery[str | None] = None, limit: Limit = DEFAULT_LIMIT) -> Page[OrderBody]:
        staff.require_counter(request, bank.operator)
        return page_of(bank.book.in_flight(after=mark_of(cursor), limit=limit + 1), limit)

    @get("/v1/freezes", summary="Freezes and their ends, the newest first", **STAFF)
    def freezes(request: Visit, cursor: FromQuery[str | None] = None, limit: Limit = DEFAULT_LIMIT) -> Page[FreezeBody]:
        staff.require_counter(request, bank.operator)
        found = bank.freezes.newest(before=mark_of(cursor), limit=limit + 1)
        return page([freeze_body(each) for each in found], limit, [(each.made_at, each.id) for each in found])

    @get("/v1/reconciliation/{day:str}", summary="The four books of a day", **STAFF)
    def reconciliation(request: Visit, day: FromPath[str], allocated_fen: Allocated = None) -> ReconciliationBody:
        staff.require_counter(request, bank.operator)
        try:
            wanted = day_of_date(day)
        except ValueError as error:
            raise Problem(404, "bad_date", "a day is YYYY-MM-DD") from error
        allocated = _allocated(branch) if allocated_fen is None else Fen(allocated_fen)
        breaks = bank.reconciliation.reconcile(wanted, allocated=allocated, now=branch.clock())
        found = [BreakBody(kind=each.kind, subject=each.subject, says=each.says) for each in breaks]
        return ReconciliationBody(day=day, allocated_fen=allocated, breaks=found)

    return [orders, sagas, freezes, reconciliation]


def _allocated(branch: Branch) -> Fen:
    if branch.allocated is None:
        message = "this operator knows no central bank: say what was allocated"
        raise Problem(400, "allocated_missing", message, next_step="name allocated_fen")
    return branch.allocated()


def own_wallet(text: str) -> WalletId:
    """Return the number of a wallet that staff names; Problem 404 `not_your_customer` if it can be none."""
    try:
        return parse_wallet_id(text)
    except BadWalletId as error:
        raise Problem(404, "not_your_customer", "the wallet belongs to no customer of this operator") from error
