"""What a holder asks of his operator: a wallet, another class, an exchange, a redemption, what he has arranged."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.types import ControllerRouterHandler

from dcep.clock import Day, date_text, day_of, day_of_date
from dcep.errors import BadInput, DcepError
from dcep.http import bodies
from dcep.http.problems import Problem
from dcep.ids import NetworkId, WalletId
from dcep.messages.layout import Malformed, Reader
from dcep.messages.policies import Policy, read_policy
from dcep.messages.signed import decode
from dcep.money import Fen
from dcep.operators.customers import desk
from dcep.operators.exchange import saga
from dcep.operators.mandates import Mandate
from dcep.operators.order_ids import order_id
from dcep.operators.routes.branch import ACCEPTED, Branch, TakesCommand, Visit, command_in, key_in, problems
from dcep.operators.routes.holders import Door, Holder
from dcep.operators.routes.records import (
    MandateBody,
    NewClass,
    NewExchange,
    NewWallet,
    OrderBody,
    SweepBody,
    WalletBody,
    class_of,
    wallet_body,
)

By = NamedDependency[SkipValidation[Holder]]
_SIGNED: Final[list[dict[str, list[str]]]] = [{"holder": []}]
_FIRST_RULES: Final = 1


def signed_by_holder(door: Door) -> dict[str, Any]:
    """Return what a route of holders says of itself: who has signed is known before it begins."""
    return {"dependencies": {"holder": Provide(door.holder)}, "security": _SIGNED}


def opening_routes(branch: Branch, door: Door) -> list[ControllerRouterHandler]:
    """Return the routes by which a wallet comes to be and changes its class or its guard."""
    bank, signed = branch.bank, signed_by_holder(door)

    @post("/v1/wallets", summary="Ask for a wallet", status_code=ACCEPTED, sync_to_thread=True, **signed)
    def open_wallet(request: Visit, holder: By, data: JSONBody[NewWallet]) -> Response[OrderBody]:
        key, policy = key_in(request), _policy(data.policy)
        if not holder.is_among(policy):
            raise Problem(403, "not_allowed", "the policy has not the key that signed the request")
        _require_admitted(branch)
        order = order_id(desk.TOPIC, holder.name, key)
        is_known = bank.book.knows(order)
        with problems():
            customer = bank.customers.register(data.evidence.evidence(), now=branch.clock())
            wallet_class = class_of(data.wallet_class)
            bank.desk.open_wallet(customer, wallet_class, policy, key=key, now=branch.clock(), asker=holder.name)
        return branch.accepted(order, is_known=is_known)

    @post(
        "/v1/wallets/{wallet:str}/class",
        summary="Ask for another class",
        status_code=ACCEPTED,
        sync_to_thread=True,
        **signed,
    )
    def set_class(request: Visit, wallet: FromPath[str], holder: By, data: JSONBody[NewClass]) -> Response[OrderBody]:
        own, key = holder.require_own(wallet), key_in(request)
        order = order_id(desk.TOPIC, holder.name, key)
        is_known = bank.book.knows(order)
        with problems():
            wallet_class, evidence = class_of(data.wallet_class), data.evidence.evidence()
            bank.desk.upgrade(own, evidence, wallet_class, key=key, now=branch.clock(), asker=holder.name)
        return branch.accepted(order, is_known=is_known)

    @post(
        "/v1/wallets/{wallet:str}/policy",
        summary="Bring the command that has changed the policy",
        status_code=204,
        operation_class=TakesCommand,
    )
    async def learn(request: Visit, wallet: FromPath[str]) -> None:
        wire = command_in(request, await request.body())
        _require_account(wire, wallet, bank.network)
        with problems():
            bank.guards.learn(wire)

    return [open_wallet, set_class, learn]


def money_routes(branch: Branch, door: Door) -> list[ControllerRouterHandler]:
    """Return the routes that move money between a wallet and the deposit."""
    bank, signed = branch.bank, signed_by_holder(door)

    @post(
        "/v1/wallets/{wallet:str}/exchanges",
        summary="Exchange deposit for digital currency",
        status_code=ACCEPTED,
        sync_to_thread=True,
        **signed,
    )
    def exchange(request: Visit, wallet: FromPath[str], holder: By, data: JSONBody[NewExchange]) -> Response[OrderBody]:
        own, key = holder.require_own(wallet), key_in(request)
        with problems():
            order = order_id(saga.EXCHANGE, bank.customers.own(own).customer, key)
            is_known = bank.book.knows(order)
            bank.saga.exchange(own, data.amount_fen, key=key, now=branch.clock())
        return branch.accepted(order, is_known=is_known)

    @post(
        "/v1/wallets/{wallet:str}/redemptions",
        summary="Redeem digital currency to the deposit",
        status_code=ACCEPTED,
        sync_to_thread=True,
        operation_class=TakesCommand,
        **signed,
    )
    def redeem(request: Visit, wallet: FromPath[str], holder: By) -> Response[OrderBody]:
        wire = _own_command(request, holder, wallet, bank.network)
        with problems():
            return branch.accepted(bank.saga.redeem(wire, now=branch.clock()))

    @post(
        "/v1/wallets/{wallet:str}/top-ups",
        summary="Exchange what a refused payment lacked",
        status_code=ACCEPTED,
        sync_to_thread=True,
        operation_class=TakesCommand,
        **signed,
    )
    def top_up(request: Visit, wallet: FromPath[str], holder: By) -> Response[OrderBody]:
        wire = _own_command(request, holder, wallet, bank.network)
        with problems():
            order = bank.mandates.top_up(wire, now=branch.clock())
        if order is None:
            step = "sign the payment anew"
            raise DcepError("payment_lacked_nothing", "by now there is enough in the wallet", next_step=step)
        return branch.accepted(order)

    return [exchange, redeem, top_up]


def arrangement_routes(branch: Branch, door: Door) -> list[ControllerRouterHandler]:
    """Return the routes that tell of a wallet and its deposit, and of what is arranged between them."""
    bank, signed = branch.bank, signed_by_holder(door)

    @get("/v1/wallets/{wallet:str}", summary="A wallet as it stands", sync_to_thread=True, **signed)
    def view(wallet: FromPath[str], holder: By) -> WalletBody:
        account = bank.line.account(holder.require_own(wallet))
        if account is None:
            raise Problem(404, "unknown_wallet", "no wallet of yours has this number")
        is_known = bank.line.standing().rules == _FIRST_RULES
        return wallet_body(account, branch.classes[account.wallet_class - 1] if is_known else None)

    @put("/v1/wallets/{wallet:str}/mandate", summary="Arrange top-ups and sweeps", sync_to_thread=True, **signed)
    def agree(wallet: FromPath[str], holder: By, data: JSONBody[MandateBody]) -> SweepBody:
        own = holder.require_own(wallet)
        above = None if data.sweep_above_fen is None else Fen(data.sweep_above_fen)
        mandate = Mandate(wallet=own, top_up_daily=Fen(data.top_up_fen_daily), sweep_above=above)
        with problems():
            if not mandate.top_up_daily and above is None:
                bank.mandates.revoke(own)
            else:
                bank.mandates.agree(mandate, now=branch.clock())
            return _mandate(branch, own)

    @get("/v1/wallets/{wallet:str}/mandate", summary="What is arranged, and due", sync_to_thread=True, **signed)
    def mandate(wallet: FromPath[str], holder: By) -> SweepBody:
        own = holder.require_own(wallet)
        with problems():
            return _mandate(branch, own)

    @get(
        "/v1/wallets/{wallet:str}/statements/{month:str}",
        summary="A month of the deposit, camt.053",
        media_type="application/xml",
        sync_to_thread=True,
        **signed,
    )
    def statement(wallet: FromPath[str], month: FromPath[str], holder: By) -> Response[bytes]:
        own, now = holder.require_own(wallet), branch.clock()
        first, last = _days(month, day_of(now))
        from dcep.operators import statements  # noqa: PLC0415  it knows all of ISO 20022, and is loaded for the first

        with problems():
            account = bank.customers.own(own).deposit_account
            if account is None:
                raise DcepError("no_deposit_account", "the holder has shown no bank account")
            written = statements.statement(bank.core, account, first, last, now=now)
        return Response(written, media_type="application/xml")

    return [view, agree, mandate, statement]


def _require_admitted(branch: Branch) -> None:
    """Return only if the central bank has admitted the operator: nobody else opens a wallet."""
    if branch.bank.line.account(branch.bank.registrar) is None:
        raise DcepError("not_admitted", "the central bank has not admitted this operator", next_step="ask another one")


def _policy(text: str) -> Policy:
    data = bodies.unhex(text, "policy")
    try:
        reader = Reader(data)
        policy = read_policy(reader)
        reader.finish()
    except Malformed as error:
        raise BadInput("bad_policy", f"these bytes are no policy: {error}") from error
    return policy


def _own_command(request: Visit, holder: Holder, wallet: str, network: NetworkId) -> bytes:
    """Return the signed command that a holder brings, if it is one of the wallet's."""
    holder.require_own(wallet)
    wire = command_in(request, holder.body)
    _require_account(wire, wallet, network)
    return wire


def _require_account(wire: bytes, wallet: str, network: NetworkId) -> None:
    try:
        command = decode(wire, network)
    except Malformed as error:
        raise BadInput("other_command", f"these bytes are no command of this network: {error}") from error
    if f"{command.body.account:016}" != wallet:
        raise BadInput("other_command", "these bytes are a command of another wallet")


def _mandate(branch: Branch, wallet: WalletId) -> SweepBody:
    found = branch.bank.mandates.of(wallet)
    return SweepBody(
        top_up_fen_daily=found.top_up_daily,
        sweep_above_fen=found.sweep_above,
        due_fen=branch.bank.mandates.due(wallet),
    )


def _days(month: str, today: Day) -> tuple[Day, Day]:
    """Return the first day of a month and its last one, or today in the month that goes on."""
    try:
        first = day_of_date(f"{month}-01")
    except ValueError as error:
        raise Problem(404, "bad_date", "a month is YYYY-MM") from error
    if first > today:
        raise Problem(404, "bad_date", "this month has not begun")
    # No month has more days than 31, and every one has the first 28.
    last = max(day for day in range(first + 27, first + 31) if date_text(Day(day))[:7] == month)
    return first, Day(min(last, today))
