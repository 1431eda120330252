"""The pilot for everybody to watch: the score-board as it stands, the gate, the draw. The office alone may publish."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from litestar import Request, get, post
from litestar.params import FromQuery
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from dcep.clock import UnixMs
from dcep.http import bodies
from dcep.http.bodies import Strict
from dcep.http.events import PASSED_ON, Bell, Event, Readers, last_seen, stream
from dcep.http.pages import DEFAULT_LIMIT, Page, key_of, page
from dcep.http.problems import Problem
from dcep.issuance.pilot import PilotBoard, PublishedBoard, PublishedDraw
from dcep.issuance.routes.orders import STAFF, Limit, RequireStaff
from dcep.messages.layout import Hash
from dcep.messages.reports.draws import Reveal
from dcep.messages.reports.gate import judge
from dcep.messages.reports.scores import ranking

_Any = Request[Any, Any, Any]
_READERS: Final = 64
_AT_ONCE: Final = 100
_OK: Final = 200
# A list of a hundred thousand tickets.
MAX_DRAW: Final = 8 << 20
LIMITS: Final = {"/v1/pilot/draws": MAX_DRAW}


class NewBoard(Strict, frozen=True):
    """A signed score-board, hex, and the certificate of the key that signed it, PEM."""

    board: str
    certificate: str


class NewDraw(Strict, frozen=True):
    """A draw: what is committed to, and what shows it once that is there. All but the certificate is hex."""

    commitment: str
    certificate: str
    tickets: list[str] | None = None
    seed: str | None = None
    header: str | None = None
    genesis: str | None = None


class LineBody(Strict, frozen=True):
    """How one operator does; place and points are nobody's opinion, but computed from the lines. Times are us."""

    operator: str
    place: int | None
    points: int
    wallets: int
    active: int
    settled: int
    moved_fen: int
    conflicts: int
    attempts: int
    kept: int
    payment_p50_us: int
    payment_p95_us: int
    order_p50_us: int
    order_p95_us: int
    cost_us: int


class CriterionBody(Strict, frozen=True):
    """What the gate wants, and what was seen."""

    name: str
    wanted: str
    seen: str
    passed: bool


class BoardBody(Strict, frozen=True):
    """A score-board in words, and as it was signed; `criteria` are the gate's, judged by this board."""

    id: int
    taken_at_ms: int
    phase: int
    is_final: bool
    began_at_ms: int
    at_ms: int
    law_holds: bool
    wallets_agree: bool
    movements: int
    upto: int
    lines: list[LineBody]
    criteria: list[CriterionBody]
    board: str
    certificate: str


class DrawBody(Strict, frozen=True):
    """A draw as it stands; what shows it is null until it is shown."""

    committed_at_ms: int
    shown_at_ms: int | None
    tickets_count: int
    winners_count: int
    amount_fen: int
    frame: int
    commitment: str
    certificate: str
    genesis: str
    tickets: list[str] | None
    seed: str | None
    header: str | None
    winners: list[str]


class PilotBody(Strict, frozen=True):
    """How the pilot stands: the newest board, the last ones of phases that have ended, the draw without its list."""

    newest: BoardBody | None
    ended: list[BoardBody]
    gate_passed: bool
    draw: DrawBody | None


def pilot_routes(
    pilot: PilotBoard, require_staff: RequireStaff, bell: Bell, clock: Callable[[], UnixMs]
) -> list[ControllerRouterHandler]:
    """Return how a pilot is published and watched."""
    return [*_publishing(pilot, require_staff, bell, clock), *_reading(pilot), *_watching(pilot, bell)]


def _publishing(
    pilot: PilotBoard, require_staff: RequireStaff, bell: Bell, clock: Callable[[], UnixMs]
) -> list[ControllerRouterHandler]:
    @post("/v1/pilot/boards", summary="Publish a score-board", status_code=_OK, **STAFF)
    async def boards(request: _Any) -> BoardBody:
        require_staff(request)
        asked = bodies.read(NewBoard, await request.body())
        message = _hex(asked.board)
        taken = await asyncio.to_thread(pilot.take_board, message, asked.certificate, now=clock())
        bell.ring()
        return _board(taken)

    @post("/v1/pilot/draws", summary="Commit to a draw, or show it", status_code=_OK, **STAFF)
    async def draws(request: _Any) -> DrawBody:
        require_staff(request)
        asked = bodies.read(NewDraw, await request.body())
        told = await asyncio.to_thread(_take_draw, pilot, asked, clock())
        bell.ring()
        return _draw(told, pilot, whole=False)

    return [boards, draws]


def _reading(pilot: PilotBoard) -> list[ControllerRouterHandler]:
    @get("/v1/pilot", summary="How the pilot stands", sync_to_thread=True)
    def standing() -> PilotBody:
        newest, draw = pilot.newest(), pilot.draw()
        ended = [board for board in map(pilot.last_of, (1, 2)) if board is not None]
        bodies_of = [_board(board) for board in ended]
        return PilotBody(
            newest=None if newest is None else _board(newest),
            ended=bodies_of,
            gate_passed=any(body.phase == 1 and all(each.passed for each in body.criteria) for body in bodies_of),
            draw=None if draw is None else _draw(draw, pilot, whole=False),
        )

    @get("/v1/pilot/draw", summary="The draw, with all that shows it", sync_to_thread=True)
    def draw() -> DrawBody | None:
        found = pilot.draw()
        return None if found is None else _draw(found, pilot, whole=True)

    @get("/v1/pilot/boards", summary="Boards as they came, the oldest first", sync_to_thread=True)
    def history(cursor: FromQuery[str | None] = None, limit: Limit = DEFAULT_LIMIT) -> Page[BoardBody]:
        found = pilot.boards(after=key_of(cursor, int) or 0, limit=limit + 1)
        return page([_board(each) for each in found], limit, [each.place for each in found])

    return [standing, draw, history]


def _watching(pilot: PilotBoard, bell: Bell) -> list[ControllerRouterHandler]:
    readers = Readers(_READERS)

    def behind(after: int) -> Sequence[Event]:
        return [Event(each.place, "board", _board(each)) for each in pilot.boards(after=after, limit=_AT_ONCE)]

    @get(
        "/v1/pilot/events",
        summary="Each board when it comes",
        media_type="text/event-stream",
        response_headers=PASSED_ON,
    )
    async def events(request: _Any) -> Stream:
        readers.require_room()
        after = last_seen(request.headers.get("last-event-id"))
        if after is None:
            newest = await asyncio.to_thread(pilot.newest)
            after = 0 if newest is None else newest.place - 1
        told = stream(after, lambda seen: asyncio.to_thread(behind, seen), bell)
        return Stream(readers.admitted(told))

    return [events]


def _take_draw(pilot: PilotBoard, asked: NewDraw, now: UnixMs) -> PublishedDraw:
    taken = pilot.commit(_hex(asked.commitment), asked.certificate, now=now)
    if asked.tickets is None or asked.seed is None or asked.header is None:
        return taken
    tickets = tuple(Hash(_hex(ticket)) for ticket in asked.tickets)
    return pilot.show(Reveal(tickets=tickets, seed=_hex(asked.seed), header=_hex(asked.header)), now=now)


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise Problem(400, "malformed_body", "hex digits are wanted") from error


def _board(published: PublishedBoard) -> BoardBody:
    board = published.board
    places = {rank.operator: rank for rank in ranking(board.lines)}
    lines = [
        LineBody(
            operator=f"{line.operator:03}",
            place=places[line.operator].place if line.operator in places else None,
            points=places[line.operator].points if line.operator in places else 0,
            wallets=line.wallets,
            active=line.active,
            settled=line.settled,
            moved_fen=line.moved,
            conflicts=line.conflicts,
            attempts=line.attempts,
            kept=line.kept,
            payment_p50_us=line.payment_p50,
            payment_p95_us=line.payment_p95,
            order_p50_us=line.order_p50,
            order_p95_us=line.order_p95,
            cost_us=line.cost,
        )
        for line in board.lines
    ]
    return BoardBody(
        id=published.place,
        taken_at_ms=published.taken_at,
        phase=board.phase,
        is_final=bool(board.is_final),
        began_at_ms=board.began_at,
        at_ms=board.at,
        law_holds=bool(board.law_holds),
        wallets_agree=bool(board.wallets_agree),
        movements=board.movements,
        upto=board.upto,
        lines=lines,
        criteria=[CriterionBody(**criterion._asdict()) for criterion in judge(board)],
        board=published.message.hex(),
        certificate=published.certificate,
    )


def _draw(draw: PublishedDraw, pilot: PilotBoard, *, whole: bool) -> DrawBody:
    commitment, reveal = draw.commitment, draw.reveal if whole else None
    return DrawBody(
        committed_at_ms=draw.committed_at,
        shown_at_ms=draw.shown_at,
        tickets_count=commitment.tickets,
        winners_count=commitment.winners,
        amount_fen=commitment.amount,
        frame=commitment.frame,
        commitment=draw.message.hex(),
        certificate=draw.certificate,
        genesis=pilot.genesis.hex(),
        tickets=None if reveal is None else [ticket.hex() for ticket in reveal.tickets],
        seed=None if reveal is None else reveal.seed.hex(),
        header=None if reveal is None else reveal.header.hex(),
        winners=[ticket.hex() for ticket in draw.winners],
    )
