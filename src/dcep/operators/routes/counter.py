"""The bank's own counter: who a customer is, freezes on a legal basis, orders in flight, the books of a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from dcep.clock import day_of_date
from dcep.http.askers import Askers
from dcep.http.pages import DEFAULT_LIMIT, Page
from dcep.http.problems import Problem
from dcep.ids import BadWalletId, WalletId, parse_wallet_id
from dcep.money import Fen
from dcep.operators.customers import desk
from dcep.operators.order_ids import OrderId, order_id
from dcep.operators.routes.branch import ACCEPTED, Branch, Visit, key_in, mark_of, page_of, problems
from dcep.operators.routes.orders import Limit
from dcep.operators.routes.records import (
    BreakBody,
    CustomerBody,
    NewFreeze,
    NewUnfreeze,
    OrderBody,
    ReconciliationBody,
    class_name,
    scope_of,
)

_STAFF: Final[dict[str, Any]] = {"security": [{"institution": []}], "sync_to_thread": True}
Allocated = Annotated[int, QueryParameter(ge=0, le=10**18)]


def counter_routes(branch: Branch, staff: Askers) -> list[ControllerRouterHandler]:
    """Return the routes by which the operator's staff look after wallets."""
    bank = branch.bank

    @get("/v1/customers/{wallet:str}", summary="Who holds a wallet", **_STAFF)
    def who(request: Visit, wallet: FromPath[str]) -> CustomerBody:
        staff.require_counter(request, bank.operator)
        with problems():
            return _customer(branch, _wallet(wallet))

    @post("/v1/wallets/{wallet:str}/freeze", summary="Freeze a wallet", status_code=ACCEPTED, **_STAFF)
    def freeze(request: Visit, wallet: FromPath[str], data: JSONBody[NewFreeze]) -> Response[OrderBody]:
        staff.require_counter(request, bank.operator)
        return _order(
            branch,
            request,
            wallet,
            lambda own, key: bank.desk.freeze(own, scope_of(data.scope), data.basis, key=key, now=branch.clock()),
        )

    @post("/v1/wallets/{wallet:str}/unfreeze", summary="Lift every freeze", status_code=ACCEPTED, **_STAFF)
    def unfreeze(request: Visit, wallet: FromPath[str], data: JSONBody[NewUnfreeze]) -> Response[OrderBody]:
        staff.require_counter(request, bank.operator)
        return _order(
            branch,
            request,
            wallet,
            lambda own, key: bank.desk.unfreeze(own, data.basis, key=key, now=branch.clock()),
        )

    return [who, freeze, unfreeze]


def book_routes(branch: Branch, staff: Askers) -> list[ControllerRouterHandler]:
    """Return the routes that tell of the operator's books."""
    bank = branch.bank

    @get("/v1/sagas", summary="Orders in flight, the oldest first", **_STAFF)
    def sagas(request: Visit, cursor: FromQuery[str | None] = None, limit: Limit = DEFAULT_LIMIT) -> Page[OrderBody]:
        staff.require_counter(request, bank.operator)
        return page_of(bank.book.in_flight(after=mark_of(cursor), limit=limit + 1), limit)

    @get("/v1/reconciliation/{day:str}", summary="The four books of a day", **_STAFF)
    def reconciliation(request: Visit, day: FromPath[str], allocated_fen: Allocated) -> ReconciliationBody:
        staff.require_counter(request, bank.operator)
        try:
            wanted = day_of_date(day)
        except ValueError as error:
            raise Problem(404, "bad_date", "a day is YYYY-MM-DD") from error
        breaks = bank.reconciliation.reconcile(wanted, allocated=Fen(allocated_fen), now=branch.clock())
        found = [BreakBody(kind=each.kind, subject=each.subject, says=each.says) for each in breaks]
        return ReconciliationBody(day=day, breaks=found)

    return [sagas, reconciliation]


def _order(branch: Branch, request: Visit, wallet: str, ask: Callable[[WalletId, str], OrderId]) -> Response[OrderBody]:
    key, own = key_in(request), _wallet(wallet)
    with problems():
        asked = order_id(desk.TOPIC, branch.bank.customers.own(own).customer, key)
        is_known = branch.bank.book.knows(asked)
        return branch.accepted(ask(own, key), is_known=is_known)


def _wallet(text: str) -> WalletId:
    try:
        return parse_wallet_id(text)
    except BadWalletId as error:
        raise Problem(404, "not_your_customer", "the wallet belongs to no customer of this operator") from error


def _customer(branch: Branch, wallet: WalletId) -> CustomerBody:
    own, known = branch.bank.customers.own(wallet), branch.bank.names.holder_of(wallet)
    return CustomerBody(
        wallet=f"{wallet:016}",
        wallet_class=class_name(own.wallet_class),
        closed=own.is_closed,
        identity=known.identity,
        name=known.name,
        phone=known.phone,
        bank_account=known.deposit_account,
        best_class=class_name(known.best_class),
        assurance=known.assurance,
        checked_at_ms=known.checked_at,
        wallets=[f"{each:016}" for each in known.wallets],
    )
