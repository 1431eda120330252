"""The bank's own counter: who a customer is, freezes on a legal basis, money returned to the issuing vault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from dcep.http.askers import Askers, Part
from dcep.ids import WalletId
from dcep.operators import returns
from dcep.operators.customers import desk
from dcep.operators.order_ids import OrderId, order_id
from dcep.operators.routes.books import STAFF, own_wallet
from dcep.operators.routes.branch import ACCEPTED, Branch, Visit, key_in, problems
from dcep.operators.routes.records import (
    CustomerBody,
    CustomersBody,
    NewFreeze,
    NewReturn,
    NewSearch,
    NewUnfreeze,
    OrderBody,
    class_name,
    frozen_name,
    scope_of,
)

_OK: Final = 200


def counter_routes(branch: Branch, staff: Askers) -> list[ControllerRouterHandler]:
    """Return the routes by which the operator's staff look after wallets."""
    bank = branch.bank

    @get("/v1/customers/{wallet:str}", summary="Who holds a wallet", **STAFF)
    def who(request: Visit, wallet: FromPath[str]) -> CustomerBody:
        staff.require_counter(request, bank.operator)
        with problems():
            return _customer(branch, own_wallet(wallet))

    @post("/v1/customers/search", summary="Find customers by what they have shown", status_code=_OK, **STAFF)
    def search(request: Visit, data: JSONBody[NewSearch]) -> CustomersBody:
        staff.require_counter(request, bank.operator)
        found = bank.names.find(phone=data.phone, document=data.document, credit_code=data.credit_code)
        return CustomersBody(items=[_customer(branch, each) for each in found])

    @post("/v1/wallets/{wallet:str}/freeze", summary="Freeze a wallet", status_code=ACCEPTED, **STAFF)
    def freeze(request: Visit, wallet: FromPath[str], data: JSONBody[NewFreeze]) -> Response[OrderBody]:
        by, scope = staff.require_counter(request, bank.operator).name, scope_of(data.scope)

        def ask(own: WalletId, key: str) -> OrderId:
            return bank.desk.freeze(own, scope, data.basis, by=by, key=key, now=branch.clock())

        return _order(branch, request, wallet, ask)

    @post("/v1/wallets/{wallet:str}/unfreeze", summary="Lift every freeze", status_code=ACCEPTED, **STAFF)
    def unfreeze(request: Visit, wallet: FromPath[str], data: JSONBody[NewUnfreeze]) -> Response[OrderBody]:
        by = staff.require_counter(request, bank.operator).name

        def ask(own: WalletId, key: str) -> OrderId:
            return bank.desk.unfreeze(own, data.basis, by=by, key=key, now=branch.clock())

        return _order(branch, request, wallet, ask)

    @post("/v1/returns", summary="Return money to the issuing vault", status_code=ACCEPTED, **STAFF)
    def give_back(request: Visit, data: JSONBody[NewReturn]) -> Response[OrderBody]:
        # A page of staff freezes and reads: what moves the bank's own money needs the counter's certificate.
        by = staff.require_certificate(request, Part.COUNTER, bank.operator).name
        key = key_in(request)
        with problems():
            is_known = bank.book.knows(order_id(returns.TOPIC, f"{bank.vault:016}", key))
            order = bank.returns.order(data.amount_fen, by=by, key=key, now=branch.clock())
            return branch.accepted(order, is_known=is_known)

    return [who, search, freeze, unfreeze, give_back]


def _order(branch: Branch, request: Visit, wallet: str, ask: Callable[[WalletId, str], OrderId]) -> Response[OrderBody]:
    key, own = key_in(request), own_wallet(wallet)
    with problems():
        asked = order_id(desk.TOPIC, branch.bank.customers.own(own).customer, key)
        is_known = branch.bank.book.knows(asked)
        return branch.accepted(ask(own, key), is_known=is_known)


def _customer(branch: Branch, wallet: WalletId) -> CustomerBody:
    own, known = branch.bank.customers.own(wallet), branch.bank.names.holder_of(wallet)
    account = branch.bank.line.account(wallet)
    return CustomerBody(
        wallet=f"{wallet:016}",
        wallet_class=class_name(own.wallet_class),
        closed=own.is_closed,
        frozen=None if account is None else frozen_name(account),
        identity=known.identity,
        name=known.name,
        phone=known.phone,
        bank_account=known.deposit_account,
        best_class=class_name(known.best_class),
        assurance=known.assurance,
        checked_at_ms=known.checked_at,
        wallets=[f"{each:016}" for each in known.wallets],
    )
