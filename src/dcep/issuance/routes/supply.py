"""All money there is, and whether the law holds: everybody's to know.

The figures of each operator are for those who work at the central bank; an operator's report of what its customers hold
proves itself by its signature.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Final

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from dcep.clock import UnixMs
from dcep.http.askers import Askers
from dcep.http.bodies import Strict
from dcep.http.events import PASSED_ON, Bell, Event, Readers, last_seen, stream
from dcep.http.pages import DEFAULT_LIMIT, Page, key_of, page
from dcep.ids import OperatorId
from dcep.issuance.board import SupplyBoard
from dcep.issuance.central_bank import CentralBank
from dcep.issuance.routes.orders import STAFF, Limit
from dcep.issuance.watch import Change, Watch

_Any = Request[Any, Any, Any]
_READERS: Final = 64
_EVENTS_AT_ONCE: Final = 100
# A cut costs every ledger a statement: whoever asks more often hears the same one.
_FRESH_MS: Final = 100
_OK: Final = 200


# What no types describe: the report's own bytes.
PATHS: Final = {
    "/v1/holdings": {
        "post": {
            "summary": "Bring an operator's report",
            "operationId": "BringAnOperatorsReport",
            "requestBody": {
                "required": True,
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            },
            "responses": {
                "200": {
                    "description": "What was taken of it.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ReportBody"}}},
                }
            },
        }
    }
}


class FiguresBody(Strict, frozen=True):
    """All money, fen, and where it is; `law_holds` says that not a fen is missing or too many, and each is backed."""

    issued_fen: int
    withdrawn_fen: int
    issuing_vault_fen: int
    bank_vaults_fen: int
    wallets_fen: int
    in_transit_fen: int
    reserve_fen: int
    law_holds: bool


class ClassBody(Strict, frozen=True):
    """What wallets of a class hold together, as operators report it."""

    wallet_class: str
    wallets: int
    held_fen: int


class CityBody(Strict, frozen=True):
    """What wallets of a city hold together, as operators report it; a code of GB/T 2260, 000000 is everywhere else."""

    city: str
    wallets: int
    held_fen: int


class SupplyBody(Strict, frozen=True):
    """How all money stands, true together behind these frames of the ledgers."""

    at_ms: int
    frames: dict[str, int]
    supply: FiguresBody
    reserve_assurance: str
    classes: list[ClassBody]
    cities: list[CityBody]
    unreported_fen: int


class OperatorFiguresBody(Strict, frozen=True):
    """How one operator stands with the central bank, fen; `status` by ledger."""

    operator: str
    status: dict[str, str]
    issued_fen: int
    allocated_fen: int
    withdrawn_fen: int
    reserve_fen: int
    vault_fen: int


class HoldingBody(Strict, frozen=True):
    """A line of an operator's report."""

    operator: str
    wallet_class: str
    city: str
    wallets: int
    held_fen: int
    reported_at_ms: int


class OperatorsSupplyBody(SupplyBody, frozen=True):
    """How all money stands, with the figures of each operator."""

    operators: list[OperatorFiguresBody]
    holdings: list[HoldingBody]


class ChangeBody(Strict, frozen=True):
    """How the supply stood from a moment on, until the next change."""

    id: int
    at_ms: int
    supply: FiguresBody


class AllocatedBody(Strict, frozen=True):
    """What was allocated to an operator's vaults since the beginning, fen."""

    operator: str
    allocated_fen: int


class ReportBody(Strict, frozen=True):
    """What was taken of an operator's report."""

    operator: str
    at_ms: int
    wallets: int
    held_fen: int


def supply_routes(
    bank: CentralBank, askers: Askers, bell: Bell, clock: Callable[[], UnixMs]
) -> list[ControllerRouterHandler]:
    """Return how the supply is read, and how operators report."""
    recently, require_staff = _Recently(bank.board, clock).report, askers.require_staff

    @get("/v1/supply", summary="All money, and whether the law holds", sync_to_thread=True)
    def supply() -> SupplyBody:
        return SupplyBody(**_public(recently()))

    @get("/v1/supply/operators", summary="The same, with the figures of each operator", sync_to_thread=True, **STAFF)
    def operators(request: _Any) -> OperatorsSupplyBody:
        require_staff(request)
        report = recently()
        return OperatorsSupplyBody(
            **_public(report),
            operators=[OperatorFiguresBody(**each) for each in report["operators"]],
            holdings=[HoldingBody(**each) for each in report["holdings"]],
        )

    @get(
        "/v1/operators/{operator:int}/allocated",
        summary="What was allocated to an operator",
        sync_to_thread=True,
        **STAFF,
    )
    def allocated(request: _Any, operator: FromPath[int]) -> AllocatedBody:
        askers.require_operator(request, OperatorId(operator))
        return AllocatedBody(operator=f"{operator:03}", allocated_fen=bank.board.allocated(OperatorId(operator)))

    @post("/v1/holdings", summary="Bring an operator's report", status_code=_OK)
    async def holdings(request: _Any) -> ReportBody:
        taken = await asyncio.to_thread(bank.board.take_holdings, await request.body(), now=clock())
        return ReportBody(
            operator=f"{taken.operator:03}",
            at_ms=taken.at,
            wallets=sum(line.wallets for line in taken.lines),
            held_fen=sum(line.held for line in taken.lines),
        )

    return [supply, operators, allocated, holdings, *_change_routes(bank.watch, bell)]


def _change_routes(watch: Watch, bell: Bell) -> list[ControllerRouterHandler]:
    readers = Readers(_READERS)

    @get("/v1/supply/history", summary="What changed, the oldest first", sync_to_thread=True)
    def history(cursor: FromQuery[str | None] = None, limit: Limit = DEFAULT_LIMIT) -> Page[ChangeBody]:
        found = watch.changes(after=key_of(cursor, int) or 0, limit=limit + 1)
        return page([_change(each) for each in found], limit, [each.place for each in found])

    @get(
        "/v1/events",
        summary="Each change of the supply when it is seen",
        media_type="text/event-stream",
        response_headers=PASSED_ON,
    )
    async def events(request: _Any) -> Stream:
        readers.require_room()
        after = last_seen(request.headers.get("last-event-id"))
        # Whoever comes for the first time hears how it stands.
        begin = max(await asyncio.to_thread(watch.newest) - 1, 0) if after is None else after
        told = stream(begin, lambda seen: asyncio.to_thread(_events, watch, seen), bell)
        return Stream(readers.admitted(told))

    return [history, events]


class _Recently:
    """Takes a cut at most so often, whoever asks."""

    def __init__(self, board: SupplyBoard, clock: Callable[[], UnixMs]) -> None:
        self._board, self._clock, self._lock = board, clock, Lock()
        self._report: dict[str, Any] = {}

    def report(self) -> dict[str, Any]:
        """Return the board's report of this moment, or of one shortly before."""
        with self._lock:
            now = self._clock()
            # A clock that was turned back makes nothing fresh.
            if not 0 <= now - self._report.get("at_ms", -_FRESH_MS) < _FRESH_MS:
                self._report = self._board.report(now=now)
            return self._report


def _public(report: dict[str, Any]) -> dict[str, Any]:
    return {
        "at_ms": report["at_ms"],
        "frames": report["frames"],
        "supply": FiguresBody(**report["supply"]),
        "reserve_assurance": report["reserve_assurance"],
        "classes": [ClassBody(**each) for each in report["classes"]],
        "cities": [CityBody(**each) for each in report["cities"]],
        "unreported_fen": report["unreported_fen"],
    }


def _change(change: Change) -> ChangeBody:
    return ChangeBody(id=change.place, at_ms=change.at, supply=FiguresBody(**change.supply))


def _events(watch: Watch, after: int) -> Sequence[Event]:
    changes = watch.changes(after=after, limit=_EVENTS_AT_ONCE)
    return [Event(each.place, "supply", _change(each)) for each in changes]
