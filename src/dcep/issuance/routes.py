"""The central bank over HTTP: orders are asked for, proposed, approved by officers one by one; the reserves are told.

Whoever works there signs each request. An officer need not: an approval is a signature, and proves itself. The
reference is docs/reference/http-central-bank.md. What waits for the database runs in a thread beside the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.http import bodies, orders
from dcep.http.app import Service, build
from dcep.http.askers import Askers
from dcep.http.bodies import Strict
from dcep.http.edge import Edge
from dcep.http.pages import DEFAULT_LIMIT, MAX_LIMIT, Page, key_of, page
from dcep.http.problems import Problem
from dcep.ids import CommandId, LedgerId, OperatorId
from dcep.issuance.desk import Desk
from dcep.issuance.records import order_record, proposal_record
from dcep.issuance.reserves.account import Reserve
from dcep.issuance.states import State
from dcep.issuance.store import Order, Proposed
from dcep.messages import layout
from dcep.messages.commands.issuance import Allocate, Issue, Withdraw
from dcep.messages.kinds import KINDS
from dcep.messages.layout import Malformed
from dcep.money import Fen

_Any = Request[Any, Any, Any]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)]
# The framework keeps the word `state` for itself.
InState = Annotated[State | None, QueryParameter(name="state")]
Amount = Annotated[int, msgspec.Meta(ge=1, le=10**15)]
Operator = Annotated[int, msgspec.Meta(ge=1, le=999)]
_ACCEPTED: Final = 202
# Everything the boards order that is no money: its record comes in the bytes of docs/reference/commands.md.
_OF_BOARDS: Final = {
    kind.name: kind.record
    for kind in KINDS.values()
    if kind.name in {"rules", "workers", "set_board", "set_operator", "freeze", "unfreeze"}
}


class NewIssue(Strict, frozen=True, tag_field="kind", tag="issue"):
    """Ask for an issue: the operator's reserves are locked first."""

    operator: Operator
    amount_fen: Amount


class NewAllocation(Strict, frozen=True, tag_field="kind", tag="allocate"):
    """Ask for an allocation of what an order of this central bank has issued."""

    issue: str
    amount_fen: Amount
    shard: Annotated[int, msgspec.Meta(ge=0, le=254)] = 0


class NewWithdrawal(Strict, frozen=True, tag_field="kind", tag="withdraw"):
    """Ask for a withdrawal of what an operator has returned."""

    operator: Operator
    amount_fen: Amount


class NewBoardOrder(Strict, frozen=True, tag_field="kind", tag="board"):
    """Ask for any other order of a board: the command's name, and its fields as bytes."""

    command: str
    fields: str


NewOrder = NewIssue | NewAllocation | NewWithdrawal | NewBoardOrder


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


class ReserveBody(Strict, frozen=True):
    """The reserves that back the money, fen; `assurance` says who told of them."""

    booked_fen: int
    released_fen: int
    locked_fen: int
    assurance: str


def central_bank_service(
    desk: Desk,
    reserve: Reserve,
    askers: Askers,
    *,
    clock: Callable[[], UnixMs],
    ids: Iterator[str],
    missing: Callable[[], Sequence[str]],
    warnings: Callable[[], Sequence[str]] = list,
) -> Edge:
    """Return the service of the central bank.

    Args:
        askers: says who asks; the staff works there.
        clock: the time of this process.
        ids: the ids of requests.
        missing: what it lacks to do its work, by name.
        warnings: what it will lack if nobody sees to it.
    """
    service = Service(
        title="Central bank",
        kind="central-bank",
        network=desk.store.network.hex(),
        routes=[*_order_routes(desk, askers, clock), *_approval_routes(desk, clock), *_reserve_routes(reserve, askers)],
        missing=missing,
        warnings=warnings,
        ids=ids,
    )
    return build(service)


def _order_routes(desk: Desk, known: Askers, clock: Callable[[], UnixMs]) -> list[ControllerRouterHandler]:
    @post("/v1/orders", summary="Ask for an order", status_code=_ACCEPTED)
    async def ask(request: _Any, data: JSONBody[NewOrder]) -> Response[OrderBody]:
        known.require_staff(request)
        order_id = orders.key_of(request.headers.get(orders.HEADER))
        is_known = await asyncio.to_thread(desk.store.knows, order_id)
        try:
            order = await asyncio.to_thread(_enter, desk, order_id, data, clock())
        except BadInput as error:
            if error.code == "order_id_reused":
                raise Problem(422, "idempotency_key_reused", "this key belongs to another order") from error
            raise
        return Response(_order(order), headers={orders.REPLAYED: "true"} if is_known else {})

    @get("/v1/orders", summary="Orders, the oldest first", sync_to_thread=True)
    def listed(
        request: _Any,
        in_state: InState = None,
        cursor: FromQuery[str | None] = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[OrderBody]:
        known.require_staff(request)
        found = desk.orders(state=in_state, after=key_of(cursor, int) or 0, limit=limit + 1)
        return page([_order(order) for order in found], limit, [order.place for order in found])

    @get("/v1/orders/{order_id:str}", summary="An order as it stands", sync_to_thread=True)
    def one(request: _Any, order_id: FromPath[str]) -> OrderBody:
        known.require_staff(request)
        return _order(desk.order(order_id))

    @post("/v1/orders/{order_id:str}/proposal", summary="Fix the bytes that officers sign", sync_to_thread=True)
    def propose(request: _Any, order_id: FromPath[str]) -> ProposalBody:
        known.require_staff(request)
        proposed = desk.propose(order_id, now=clock())
        return _proposal(desk.order(order_id), proposed)

    @post("/v1/orders/{order_id:str}/abandonment", summary="Give an order up", sync_to_thread=True, status_code=200)
    def abandon(request: _Any, order_id: FromPath[str]) -> OrderBody:
        known.require_staff(request)
        return _order(desk.abandon(order_id, now=clock()))

    return [ask, listed, one, propose, abandon]


def _approval_routes(desk: Desk, clock: Callable[[], UnixMs]) -> list[ControllerRouterHandler]:
    @get("/v1/orders/{order_id:str}/proposal", summary="The bytes that officers sign", sync_to_thread=True)
    def proposal(order_id: FromPath[str]) -> ProposalBody:
        return _proposal(desk.order(order_id), desk.proposed(order_id))

    @post("/v1/approvals", summary="Bring an officer's signature", sync_to_thread=True, status_code=200)
    def approve(data: JSONBody[Approval]) -> OrderBody:
        command = CommandId(bodies.unhex(data.command_id, "command_id"))
        key, signature = bodies.unhex(data.key, "key"), bodies.unhex(data.signature, "signature")
        return _order(desk.approve(command, key, signature, now=clock()))

    return [proposal, approve]


def _reserve_routes(reserve: Reserve, known: Askers) -> list[ControllerRouterHandler]:
    @get("/v1/reserves", summary="The reserves that back the money", sync_to_thread=True)
    def reserves(request: _Any) -> ReserveBody:
        known.require_staff(request)
        locked = reserve.locked()
        return ReserveBody(
            booked_fen=locked.booked_fen,
            released_fen=locked.released_fen,
            locked_fen=locked.locked_fen,
            assurance=locked.assurance,
        )

    return [reserves]


def _enter(desk: Desk, order_id: str, wanted: NewOrder, now: UnixMs) -> Order:
    match wanted:
        case NewIssue():
            return desk.issue(order_id, OperatorId(wanted.operator), Fen(wanted.amount_fen), now=now)
        case NewAllocation():
            issued = desk.order(wanted.issue).content
            if not isinstance(issued, Issue):
                raise Problem(422, "bad_order", f"{wanted.issue} is no issue")
            allocation = Allocate(
                shard=LedgerId(wanted.shard),
                operator=issued.operator,
                amount=Fen(wanted.amount_fen),
                lock=issued.lock,
            )
            return desk.request(order_id, allocation, now=now)
        case NewWithdrawal():
            content = Withdraw(operator=OperatorId(wanted.operator), amount=Fen(wanted.amount_fen))
            return desk.request(order_id, content, now=now)
        case NewBoardOrder():
            return desk.request(order_id, _content(wanted), now=now)


def _content(wanted: NewBoardOrder) -> Any:
    record = _OF_BOARDS.get(wanted.command)
    if record is None:
        raise Problem(422, "bad_order", f"a board gives no order {wanted.command!r} here")
    try:
        return layout.decode(record, bodies.unhex(wanted.fields, "fields"))
    except Malformed as error:
        raise Problem(422, "bad_order", f"no fields of {wanted.command}: {error}") from error


def _order(order: Order) -> OrderBody:
    content = order.content
    operator, amount = getattr(content, "operator", None), getattr(content, "amount", None)
    return OrderBody(**order_record(order), operator=operator, amount_fen=amount)


def _proposal(order: Order, proposed: Proposed) -> ProposalBody:
    seats = [key.hex() for _, key in proposed.proposal.policy.keys()]
    return ProposalBody(**proposal_record(order, proposed), seats=seats)
