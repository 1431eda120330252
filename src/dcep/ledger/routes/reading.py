"""The routes that ask: receipts and headers, where the money is, accounts for their operators, the channel for relays.

Handlers wait for the engine or the disk, so each runs in a thread of its own beside the loop.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from itertools import islice
from threading import Lock
from typing import Annotated, Any, Final

from litestar import Request, get
from litestar.params import FromPath, FromQuery, PathParameter, QueryParameter
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from dcep.errors import BadInput
from dcep.http import bodies
from dcep.http.askers import Askers
from dcep.http.events import PASSED_ON, Bell, Event, Readers, last_seen, stream
from dcep.http.pages import DEFAULT_LIMIT, MAX_LIMIT, Page, key_of, page
from dcep.http.problems import Problem
from dcep.ids import TIER1, BadWalletId, LedgerId, WalletId, parse_wallet_id
from dcep.ledger.client import Statement, WorkerLine
from dcep.ledger.log import Archived
from dcep.ledger.records import (
    AccountBody,
    AckBody,
    CreditBody,
    CrossingBody,
    GenesisBody,
    HeaderBody,
    ReceiptBody,
    StandingBody,
    StatementBody,
    SumsBody,
    TickBody,
    WindowBody,
    account_body,
    bits,
    crossing_body,
    header_body,
    standing_body,
    statement_body,
    sums_body,
)
from dcep.ledger.timekeeping import Teller
from dcep.ledger.worker.crossings import Crossing
from dcep.messages.genesis import encode_genesis
from dcep.messages.headers import decode_signed_header
from dcep.messages.layout import Lane, Number, Seq
from dcep.messages.receipts import encode_receipt
from dcep.messages.signed import decode

_SHARD: Final = re.compile(r"shard-([0-9]{3})")
_LANES: Final = 1 << 16
_EVENTS_AT_ONCE: Final = 100
_READERS: Final = 64
_CREDITS_AT_ONCE: Final = 64
_COUNT_EVERY_S: Final = 0.05

_Any = Request[Any, Any, Any]
Place = Annotated[int, PathParameter(ge=0, lt=2**32)]
OneLane = Annotated[int, PathParameter(ge=0, lt=_LANES)]
Frame = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
# Each page of credits is made of proofs that are read back, so it is short.
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)]


def header_routes(line: WorkerLine, bell: Bell) -> list[ControllerRouterHandler]:
    """Return what everybody may know and check: the genesis, headers as they come, the receipt of one's own command."""
    readers = Readers(_READERS)

    @get("/v1/genesis", summary="What the network is", sync_to_thread=True)
    def genesis() -> GenesisBody:
        return GenesisBody(network=line.network.hex(), genesis=encode_genesis(line.ledger.genesis).hex())

    @get("/v1/headers/latest", summary="The newest signed header", sync_to_thread=True)
    def latest() -> HeaderBody:
        return _header(line, line.ledger.headers.count)

    @get("/v1/headers/{seq:int}", summary="The signed header after a frame", sync_to_thread=True)
    def header(seq: Frame) -> HeaderBody:
        return _header(line, Seq(seq))

    @get("/v1/receipts/{seq:int}/{place:int}", summary="The receipt of a command", sync_to_thread=True)
    def receipt(seq: Frame, place: Place, command_id: FromQuery[str]) -> ReceiptBody:
        return _receipt(line, Seq(seq), place, bodies.unhex(command_id, "command_id"))

    @get(
        "/v1/events",
        summary="Each header when it is signed",
        media_type="text/event-stream",
        response_headers=PASSED_ON,
    )
    async def events(request: _Any) -> Stream:
        readers.require_room()
        after = last_seen(request.headers.get("last-event-id"))
        begin = line.ledger.headers.count if after is None else after
        told = stream(begin, lambda seen: asyncio.to_thread(_events, line, seen), bell)
        return Stream(readers.admitted(told))

    return [genesis, latest, header, receipt, events]


def standing_routes(line: WorkerLine, teller: Teller | None) -> list[ControllerRouterHandler]:
    """Return what a ledger says of itself."""
    recently = _Recently(line).statement

    @get("/v1/standing", summary="What the ledger says of itself", sync_to_thread=True)
    def standing() -> StandingBody:
        return line.ledger.ask(lambda engine: standing_body(line.ledger.seq, engine.standing()))

    @get("/v1/sums", summary="Where the money is", sync_to_thread=True)
    def sums() -> SumsBody:
        return sums_body(recently().sums)

    @get("/v1/statement", summary="What the ledger says of itself, and where its money is", sync_to_thread=True)
    def statement() -> StatementBody:
        return statement_body(recently())

    @get("/v1/tick", summary="The newest time that tier 1 has told", sync_to_thread=False)
    def tick() -> TickBody:
        if teller is None or teller.newest is None:
            raise Problem(404, "no_tick", "no time was told here yet", next_step="ask tier 1")
        return TickBody(height=teller.newest.height, time_ms=teller.newest.time, tick=teller.newest.wire.hex())

    return [standing, sums, statement, tick]


def account_routes(line: WorkerLine, askers: Askers) -> list[ControllerRouterHandler]:
    """Return what an operator may know of its own wallets."""

    @get(
        "/v1/accounts/{wallet:str}",
        summary="An account as it stands",
        sync_to_thread=True,
        security=[{"institution": []}],
    )
    def account(request: _Any, wallet: FromPath[str]) -> AccountBody:
        view = line.account(_seen(request, askers, wallet))
        if view is None:
            raise _unknown_wallet()
        return account_body(view)

    @get(
        "/v1/accounts/{wallet:str}/windows/{lane:int}",
        summary="The numbers of a lane",
        sync_to_thread=True,
        security=[{"institution": []}],
    )
    def window(
        request: _Any, wallet: FromPath[str], lane: Annotated[int, PathParameter(ge=0, lt=_LANES)]
    ) -> WindowBody:
        number = _seen(request, askers, wallet)
        if line.account(number) is None:
            raise _unknown_wallet()
        high, used, settled = line.window(number, Lane(lane))
        return WindowBody(high=high, used=bits(used), settled=bits(settled), next_number=high + 1)

    return [account, window]


def channel_routes(line: WorkerLine, askers: Askers) -> list[ControllerRouterHandler]:
    """Return what a relay carries; whoever reads it may see the whole ledger, for messages name wallets."""

    @get(
        "/v1/channel/{peer:str}",
        summary="This end of a channel",
        sync_to_thread=True,
        security=[{"institution": []}],
    )
    def crossing(request: _Any, peer: FromPath[str]) -> CrossingBody:
        askers.require_network(request)
        return crossing_body(_crossing(line, peer))

    @get(
        "/v1/channel/{peer:str}/credits",
        summary="Messages to a peer, each with its proof",
        sync_to_thread=True,
        security=[{"institution": []}],
    )
    def credits_to(
        request: _Any,
        peer: FromPath[str],
        after: Annotated[int, QueryParameter(ge=0, le=2**63 - 1)] = 0,
        limit: Limit = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[CreditBody]:
        askers.require_network(request)
        behind, count = key_of(cursor, int) or after, min(limit, _CREDITS_AT_ONCE)
        found = line.credits(_crossing(line, peer).peer, after=Number(behind), limit=count + 1)
        items = [CreditBody(n=n, credit=credit.hex()) for n, credit in found]
        return page(items, count, [n for n, _ in found])

    @get(
        "/v1/channel/{peer:str}/ack",
        summary="What was taken in from a peer, as an acknowledgement",
        sync_to_thread=True,
        security=[{"institution": []}],
    )
    def acknowledgement(request: _Any, peer: FromPath[str]) -> AckBody:
        askers.require_network(request)
        wire = line.acknowledgement(_crossing(line, peer).peer)
        return AckBody(ack=None if wire is None else wire.hex())

    return [crossing, credits_to, acknowledgement]


class _Recently:
    """Counts the money at most so often: every account is looked at, and payments wait meanwhile."""

    def __init__(self, line: WorkerLine) -> None:
        self._line, self._lock = line, Lock()
        self._statement: Statement | None = None
        self._made_at = 0.0

    def statement(self) -> Statement:
        """Return the statement of this moment, or of one shortly before."""
        with self._lock:
            if self._statement is None or time.monotonic() - self._made_at > _COUNT_EVERY_S:
                self._statement = self._line.statement()
                self._made_at = time.monotonic()
            return self._statement


def _header(line: WorkerLine, seq: Seq) -> HeaderBody:
    if not 1 <= seq <= line.ledger.headers.count:
        raise Problem(404, "no_such_place", f"the ledger has no header {seq}")
    try:
        return header_body(decode_signed_header(line.ledger.headers.at(seq)[0]))
    except Archived as error:
        raise _archived(error) from error


def _receipt(line: WorkerLine, seq: Seq, place: int, command: bytes) -> ReceiptBody:
    nowhere = Problem(404, "no_such_place", "this command does not stand there")
    if not 1 <= seq <= line.ledger.headers.count:
        raise nowhere
    try:
        found = line.find_receipt(seq, place)
    except Archived as error:
        raise _archived(error) from error
    # Who does not know the command hears the same as if nothing stood there.
    if found is None or decode(found.command, line.network).id != command:
        raise nowhere
    return ReceiptBody(receipt=encode_receipt(found).hex())


def _events(line: WorkerLine, after: int) -> Sequence[Event]:
    newest = line.ledger.headers.count
    if after >= newest:
        return []
    begin = Seq(max(after + 1, line.ledger.headers.first))
    stored = islice(line.ledger.headers.read(begin), _EVENTS_AT_ONCE)
    return [Event(each.seq, "header", header_body(decode_signed_header(each.header))) for each in stored]


def _seen(request: _Any, askers: Askers, text: str) -> WalletId:
    """Return the wallet that is asked for, if whoever asks may see it."""
    asker = askers.require(request)
    try:
        wallet = parse_wallet_id(text)
    except BadWalletId as error:
        raise Problem(400, "bad_wallet_id", str(error)) from error
    if not asker.may_see(wallet):
        raise _unknown_wallet()
    return wallet


def _crossing(line: WorkerLine, name: str) -> Crossing:
    found = _SHARD.fullmatch(name)
    if name != "tier1" and found is None:
        raise Problem(404, "no_such_channel", "a peer is tier1 or shard-NNN")
    try:
        return line.crossing(TIER1 if found is None else LedgerId(int(found[1])))
    except BadInput as error:
        raise Problem(404, error.code, error.message) from error


def _unknown_wallet() -> Problem:
    return Problem(404, "unknown_wallet", "no wallet of yours has this number")


def _archived(error: Archived) -> Problem:
    return Problem(410, "archived", error.message, next_step="ask whoever keeps the archive")
