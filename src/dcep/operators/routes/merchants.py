"""What a merchant asks of his operator: a code for the till, refunds, payrolls."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.http import bodies, orders
from dcep.http.pages import DEFAULT_LIMIT, key_of, page
from dcep.http.problems import Problem
from dcep.ids import WalletId
from dcep.messages.merchants.requests import BadRequest, PaymentRequest
from dcep.money import Fen
from dcep.operators import payroll
from dcep.operators.order_ids import OrderId, order_id
from dcep.operators.payroll import Line
from dcep.operators.routes.branch import ACCEPTED, Branch, Visit, key_in, problems
from dcep.operators.routes.holders import Door
from dcep.operators.routes.orders import Limit
from dcep.operators.routes.records import (
    NewPayroll,
    NewRefund,
    NewRequest,
    OrderBody,
    PayrollBody,
    PayrollItem,
    RequestBody,
)
from dcep.operators.routes.wallets import By, signed_by_holder

# 10,000 lines as JSON.
LIMITS: Final = {"/v1/wallets/*/payrolls": 1 << 20}


def merchant_routes(branch: Branch, door: Door) -> list[ControllerRouterHandler]:
    """Return the routes of the till."""
    bank, signed = branch.bank, signed_by_holder(door)

    @post(
        "/v1/wallets/{wallet:str}/requests",
        summary="A code for the till",
        status_code=200,
        sync_to_thread=True,
        **signed,
    )
    def request_payment(wallet: FromPath[str], holder: By, data: JSONBody[NewRequest]) -> RequestBody:
        from dcep.http.codes import as_svg  # noqa: PLC0415  what draws pictures is loaded for the first

        wanted = PaymentRequest(
            receiver=holder.require_own(wallet),
            network=bank.network,
            name=data.name,
            city=data.city,
            reference=data.reference,
            expires_at=None if data.expires_at_ms is None else UnixMs(data.expires_at_ms),
            amount=None if data.amount_fen is None else Fen(data.amount_fen),
        )
        try:
            text = branch.interconnection.channel.make(wanted, now=branch.clock())
        except BadRequest as error:
            raise BadInput("bad_request", str(error)) from error
        return RequestBody(text=text, svg=as_svg(text))

    @post(
        "/v1/wallets/{wallet:str}/refunds",
        summary="Refund a payment",
        status_code=ACCEPTED,
        sync_to_thread=True,
        **signed,
    )
    def refund(wallet: FromPath[str], holder: By, data: JSONBody[NewRefund]) -> Response[OrderBody]:
        own = holder.require_own(wallet)
        payment, wire = bodies.unhex(data.payment, "payment"), bodies.unhex(data.refund, "refund")
        with problems():
            return branch.accepted(bank.refunds.refund(payment, wire, merchant=own, now=branch.clock()))

    return [request_payment, refund]


def payroll_routes(branch: Branch, door: Door) -> list[ControllerRouterHandler]:
    """Return the routes of payrolls."""
    bank, signed = branch.bank, signed_by_holder(door)

    @post(
        "/v1/wallets/{wallet:str}/payrolls",
        summary="Pay many wallets from one deposit",
        status_code=ACCEPTED,
        sync_to_thread=True,
        **signed,
    )
    def submit(request: Visit, wallet: FromPath[str], holder: By, data: JSONBody[NewPayroll]) -> Response[PayrollBody]:
        own, key = holder.require_own(wallet), key_in(request)
        lines = [Line(WalletId(int(item.wallet)), Fen(item.amount_fen)) for item in data.items]
        with problems():
            is_known = bank.book.knows(order_id(payroll.TOPIC, bank.customers.own(own).customer, key))
            taken = bank.payrolls.submit(own, lines, key=key, now=branch.clock())
            branch.wake()
            told = _payroll(branch, taken, own, after=-1, limit=DEFAULT_LIMIT)
        return Response(told, status_code=ACCEPTED, headers={orders.REPLAYED: "true"} if is_known else {})

    @get("/v1/payrolls/{payroll_id:str}", summary="A payroll and its lines", sync_to_thread=True, **signed)
    def standing(
        payroll_id: FromPath[str], holder: By, cursor: FromQuery[str | None] = None, limit: Limit = DEFAULT_LIMIT
    ) -> PayrollBody:
        after = key_of(cursor, int)
        with problems():
            return _payroll(
                branch, OrderId(payroll_id), holder.wallet, after=-1 if after is None else after, limit=limit
            )

    return [submit, standing]


def _payroll(branch: Branch, payroll_id: OrderId, asker: WalletId | None, *, after: int, limit: int) -> PayrollBody:
    payrolls = branch.bank.payrolls
    employer, state, line_count = payrolls.employer_of(payroll_id)
    if asker is None or employer != asker:
        raise Problem(404, "order_unknown", "this operator has no payroll of this id")
    lines = payrolls.lines(payroll_id, after=after, limit=limit + 1)
    items = [
        PayrollItem(
            line=each.number, wallet=f"{each.wallet:016}", amount_fen=each.amount, state=each.state, code=each.code
        )
        for each in lines
    ]
    shown = page(items, limit, [item.line for item in items])
    settled, refused = payrolls.ended(payroll_id)
    return PayrollBody(
        id=payroll_id,
        state=state,
        line_count=line_count,
        settled=settled,
        refused=refused,
        items=shown.items,
        next=shown.next,
    )
