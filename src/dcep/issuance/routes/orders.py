"""Orders: asked for by those who work there, read and approved by officers, one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.http import bodies, orders
from dcep.http.bodies import Strict
from dcep.http.pages import DEFAULT_LIMIT, MAX_LIMIT, Page, key_of, page
from dcep.http.problems import Problem
from dcep.ids import CommandId
from dcep.issuance.central_bank import CentralBank
from dcep.issuance.desk import Desk
from dcep.issuance.records import order_record, proposal_record
from dcep.issuance.routes.wanted import NewOrder, enter
from dcep.issuance.states import State
from dcep.issuance.store import Order, Proposed

_Any = Request[Any, Any, Any]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)]
# The framework keeps the word `state` for itself.
InState = Annotated[State | None, QueryParameter(name="state")]
# Raises a problem for whoever does not work there.
RequireStaff = Callable[[_Any], object]
# How the service's description says that a request must be signed.
STAFF: Final[dict[str, Any]] = {"security": [{"institution": []}]}
_ACCEPTED: Final = 202


class Approval(Strict, frozen=True):
    """An officer's signature over the bytes that the command id names."""

    command_id: str
    key: str
    signature: str


class OrderBody(Strict, frozen=True):
    """An order as it stands, what it has not got null; `order` has the fields of its command by their names."""

    id: str
    kind: str
    state: State
    code: str
    operator: int | None
    amount_fen: int | None
    ledger: str
    lane: int
    number: int | None
    command_id: str | None
    order: dict[str, Any]
    requested_at_ms: int
    changed_at_ms: int


class ProposalBody(Strict, frozen=True):
    """The bytes that officers sign, the order that they say, whose signatures are wanted, and whose are there."""

    order: dict[str, Any]
    command_id: str
    body: str
    epoch: int
    expires_at_ms: int
    policy: dict[str, Any]
    seats: list[str]
    signed: list[str]
    is_approved: bool


def order_routes(
    bank: CentralBank, require_staff: RequireStaff, clock: Callable[[], UnixMs]
) -> list[ControllerRouterHandler]:
    """Return how orders are asked for, read, proposed and given up."""
    desk = bank.desk

    @post("/v1/orders", summary="Ask for an order", status_code=_ACCEPTED, **STAFF)
    async def ask(request: _Any, data: JSONBody[NewOrder]) -> Response[OrderBody]:
        require_staff(request)
        order_id = orders.key_of(request.headers.get(orders.HEADER))
        is_known = await asyncio.to_thread(desk.store.knows, order_id)
        try:
            order = await asyncio.to_thread(enter, bank, order_id, data, clock())
        except BadInput as error:
            if error.code == "order_id_reused":
                raise Problem(422, "idempotency_key_reused", "this key belongs to another order") from error
            raise
        return Response(_order(order), headers={orders.REPLAYED: "true"} if is_known else {})

    @get("/v1/orders", summary="Orders, the oldest first", sync_to_thread=True, **STAFF)
    def listed(
        request: _Any,
        in_state: InState = None,
        cursor: FromQuery[str | None] = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[OrderBody]:
        require_staff(request)
        found = desk.orders(state=in_state, after=key_of(cursor, int) or 0, limit=limit + 1)
        return page([_order(order) for order in found], limit, [order.place for order in found])

    @get("/v1/orders/{order_id:str}", summary="An order as it stands", sync_to_thread=True, **STAFF)
    def one(request: _Any, order_id: FromPath[str]) -> OrderBody:
        require_staff(request)
        return _order(desk.order(order_id))

    return [ask, listed, one, *_carrying_routes(desk, require_staff, clock)]


def _carrying_routes(
    desk: Desk, require_staff: RequireStaff, clock: Callable[[], UnixMs]
) -> list[ControllerRouterHandler]:
    @post(
        "/v1/orders/{order_id:str}/proposal", summary="Fix the bytes that officers sign", sync_to_thread=True, **STAFF
    )
    def propose(request: _Any, order_id: FromPath[str]) -> ProposalBody:
        require_staff(request)
        proposed = desk.propose(order_id, now=clock())
        return _proposal(desk.order(order_id), proposed)

    @post(
        "/v1/orders/{order_id:str}/abandonment",
        summary="Give an order up",
        sync_to_thread=True,
        status_code=200,
        **STAFF,
    )
    def abandon(request: _Any, order_id: FromPath[str]) -> OrderBody:
        require_staff(request)
        return _order(desk.abandon(order_id, now=clock()))

    return [propose, abandon]


def approval_routes(desk: Desk, clock: Callable[[], UnixMs]) -> list[ControllerRouterHandler]:
    """Return how an officer reads what he signs, and brings his signature."""

    @get("/v1/orders/{order_id:str}/proposal", summary="The bytes that officers sign", sync_to_thread=True)
    def proposal(order_id: FromPath[str]) -> ProposalBody:
        return _proposal(desk.order(order_id), desk.proposed(order_id))

    @post("/v1/approvals", summary="Bring an officer's signature", sync_to_thread=True, status_code=200)
    def approve(data: JSONBody[Approval]) -> OrderBody:
        command = CommandId(bodies.unhex(data.command_id, "command_id"))
        key, signature = bodies.unhex(data.key, "key"), bodies.unhex(data.signature, "signature")
        return _order(desk.approve(command, key, signature, now=clock()))

    return [proposal, approve]


def _order(order: Order) -> OrderBody:
    content = order.content
    operator, amount = getattr(content, "operator", None), getattr(content, "amount", None)
    return OrderBody(**order_record(order), operator=operator, amount_fen=amount)


def _proposal(order: Order, proposed: Proposed) -> ProposalBody:
    seats = [key.hex() for _, key in proposed.proposal.policy.keys()]
    return ProposalBody(**proposal_record(order, proposed), seats=seats)
