"""Codes: what stands behind one that a wallet has scanned, and, for another operator, behind one that was made here."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from dcep.http.askers import Askers
from dcep.http.bodies import Strict
from dcep.messages.merchants.requests import PaymentRequest, encode_request
from dcep.operators.routes.branch import Branch, Visit, problems
from dcep.operators.routes.holders import Door
from dcep.operators.routes.wallets import By, signed_by_holder

# Longer ones are told what is wrong with them; beyond this nobody means it.
_MOST_CHARACTERS: Final = 4_096


class ScannedCode(Strict, frozen=True):
    """The text of a code."""

    text: Annotated[str, msgspec.Meta(max_length=_MOST_CHARACTERS)]


class CodeBody(Strict, frozen=True):
    """What stands behind a code; `text` is the plain request, which a wallet reads, shows and signs for."""

    receiver: str
    name: str
    city: str
    amount_fen: int | None
    reference: str | None
    expires_at_ms: int | None
    text: str


class OwnCode(Strict, frozen=True):
    """What stands behind a code that was made here: the plain request."""

    text: str


def code_routes(branch: Branch, door: Door, askers: Askers) -> list[ControllerRouterHandler]:
    """Return the routes of codes."""
    interconnection = branch.interconnection

    @post("/v1/codes", summary="Read a code", status_code=200, sync_to_thread=True, **signed_by_holder(door))
    def read(holder: By, data: JSONBody[ScannedCode]) -> CodeBody:
        holder.require_wallet()
        with problems():
            return _code_body(interconnection.resolve(data.text, now=branch.clock()))

    @post(
        "/v1/codes/own",
        summary="What stands behind a code of this operator's",
        status_code=200,
        sync_to_thread=True,
        security=[{"institution": []}],
    )
    def tell(request: Visit, data: JSONBody[ScannedCode]) -> OwnCode:
        askers.require_any_operator(request)
        with problems():
            return OwnCode(text=encode_request(interconnection.own(data.text, now=branch.clock())))

    return [read, tell]


def _code_body(it: PaymentRequest) -> CodeBody:
    return CodeBody(
        receiver=f"{it.receiver:016}",
        name=it.name,
        city=it.city,
        amount_fen=it.amount,
        reference=it.reference,
        expires_at_ms=it.expires_at,
        text=encode_request(it),
    )
