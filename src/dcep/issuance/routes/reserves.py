"""The reserves that back the money, as those who work there read them: sums, transfers, entries, messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import FromQuery, PathParameter
from litestar.types import ControllerRouterHandler

from dcep.http.bodies import Strict
from dcep.http.pages import DEFAULT_LIMIT, Page, key_of, page
from dcep.http.problems import Problem
from dcep.issuance.reserves import books
from dcep.issuance.reserves.account import Reserve
from dcep.issuance.reserves.books import KeptEntry, KeptTransfer
from dcep.issuance.routes.orders import STAFF, Limit, RequireStaff

_Any = Request[Any, Any, Any]
Place = Annotated[int, PathParameter(ge=0, le=2**63 - 1)]


class ReserveBody(Strict, frozen=True):
    """The reserves that back the money, fen; `assurance` says who told of them."""

    booked_fen: int
    released_fen: int
    locked_fen: int
    assurance: str


class TransferBody(Strict, frozen=True):
    """A transfer of reserves: which order asked for it, and the place of the entry that booked it."""

    place: int
    reference: str
    order: str
    direction: str
    operator: int
    amount_fen: int
    ordered_at_ms: int
    sent_at_ms: int | None
    entry: int | None


class EntryBody(Strict, frozen=True):
    """An entry on the reserve account as its keeper told it, and what was made of it."""

    place: int
    entry: str
    reference: str
    account: str
    amount_fen: int
    currency: str
    is_credit: bool
    assurance: str
    verdict: str
    taken_at_ms: int


def reserve_routes(reserve: Reserve, require_staff: RequireStaff) -> list[ControllerRouterHandler]:
    """Return how the reserves are read."""

    @get("/v1/reserves", summary="The reserves that back the money", sync_to_thread=True, **STAFF)
    def reserves(request: _Any) -> ReserveBody:
        require_staff(request)
        locked = reserve.locked()
        return ReserveBody(
            booked_fen=locked.booked_fen,
            released_fen=locked.released_fen,
            locked_fen=locked.locked_fen,
            assurance=locked.assurance,
        )

    @get("/v1/reserves/transfers", summary="Transfers of reserves, the oldest first", sync_to_thread=True, **STAFF)
    def transfers(
        request: _Any, cursor: FromQuery[str | None] = None, limit: Limit = DEFAULT_LIMIT
    ) -> Page[TransferBody]:
        require_staff(request)
        found = books.transfers(reserve.store, after=key_of(cursor, int) or 0, limit=limit + 1)
        return page([_transfer(each) for each in found], limit, [each.place for each in found])

    @get(
        "/v1/reserves/entries", summary="Entries on the reserve account, the oldest first", sync_to_thread=True, **STAFF
    )
    def entries(
        request: _Any,
        odd: FromQuery[bool] = False,
        cursor: FromQuery[str | None] = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[EntryBody]:
        require_staff(request)
        found = books.entries(reserve.store, is_odd=odd, after=key_of(cursor, int) or 0, limit=limit + 1)
        return page([_entry(each) for each in found], limit, [each.place for each in found])

    return [reserves, transfers, entries, *_message_routes(reserve, require_staff)]


def _message_routes(reserve: Reserve, require_staff: RequireStaff) -> list[ControllerRouterHandler]:
    def message(request: _Any, find: Callable[..., bytes | None], place: int) -> Response[bytes]:
        require_staff(request)
        found = find(reserve.store, place)
        if found is None:
            raise Problem(404, "no_such_message", "no message is kept of this place")
        return Response(found, media_type="application/xml")

    @get(
        "/v1/reserves/transfers/{place:int}/message",
        summary="The pacs.009 of a transfer",
        sync_to_thread=True,
        media_type="application/xml",
        **STAFF,
    )
    def transfer_message(request: _Any, place: Place) -> Response[bytes]:
        return message(request, books.message_of_transfer, place)

    @get(
        "/v1/reserves/entries/{place:int}/message",
        summary="The camt.054 that told of an entry",
        sync_to_thread=True,
        media_type="application/xml",
        **STAFF,
    )
    def entry_message(request: _Any, place: Place) -> Response[bytes]:
        return message(request, books.message_of_entry, place)

    return [transfer_message, entry_message]


def _transfer(kept: KeptTransfer) -> TransferBody:
    return TransferBody(
        place=kept.place,
        reference=kept.reference,
        order=kept.order,
        direction=kept.direction.value,
        operator=kept.operator,
        amount_fen=kept.amount,
        ordered_at_ms=kept.ordered_at,
        sent_at_ms=kept.sent_at,
        entry=kept.entry,
    )


def _entry(kept: KeptEntry) -> EntryBody:
    return EntryBody(
        place=kept.place,
        entry=kept.entry,
        reference=kept.reference,
        account=kept.account,
        amount_fen=kept.amount,
        currency=kept.currency,
        is_credit=kept.is_credit,
        assurance=kept.assurance,
        verdict=kept.verdict.value,
        taken_at_ms=kept.taken_at,
    )
