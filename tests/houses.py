"""A town with houses: its ledger and its bank are served over HTTP on this machine, in the town's own time.

Both are the real services on real sockets, each in a loop of one thread. Between a holder and the ledger stands a door
that a test can hold shut: there a request, or its answer, is lost, or the holder is killed.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

from dcep.crypto.suites import Signer
from dcep.http.askers import Asked, Asker, Askers
from dcep.http.edge import Edge
from dcep.http.events import Bell
from dcep.http.server import serve
from dcep.ledger.routes import ledger_service
from dcep.messages.http_signatures import UnsignedRequest
from dcep.messages.merchants.webhooks import public_key_text
from dcep.money import Fen
from dcep.operators.bank import Bank
from dcep.operators.channels.asking import asking
from dcep.operators.channels.interconnection import Interconnection
from dcep.operators.channels.opening import open_channel
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from dcep.operators.routes import operator_service
from dcep.operators.routes.branch import Branch
from dcep.operators.routes.records import OperatorBody
from dcep.operators.routes.webhooks import Dispatch
from tests.town import Town, open_town, resident_number, rest

FUNDS: Final = Fen(1_000_000)
_HOST: Final = "127.0.0.1"
_PAYMENTS: Final = "/v1/payments"
_WAIT_S: Final = 0.01
_CLOSE: Final = (b"connection", b"close")


def _turned_away(_: Asked) -> Asker:
    raise UnsignedRequest("Signature")


# No institution calls at these houses.
_NOBODY: Final = Askers(_turned_away)


class Houses:
    """The services of a town, as long as they are open.

    Args:
        losses: what befalls the next requests of a holder to the ledger, one each: `request` and `answer` are lost,
            anything else passes; a test fills it.
    """

    def __init__(self, town: Town, bank: Bank, core: SimulatedCoreBanking) -> None:
        self.town, self.bank, self.core = town, bank, core
        self.losses: list[str] = []
        self.when_lost: Callable[[], None] = lambda: None
        self.payments_heard = 0
        # What the central bank tells of boards and workers.
        self.worker_orders: list[str] = []
        ledger, operator = _free_port(), _free_port()
        self.ledger_url, self.operator_url = f"http://{_HOST}:{ledger}", f"http://{_HOST}:{operator}"
        self._ports = ledger, operator
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._bell: Bell | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()))
        self._thread.start()
        self._ready.wait()

    def wake(self) -> None:
        """Let the bank hear of what moved at the ledger."""
        assert self._bell is not None
        self._bell.ring()

    def close(self) -> None:
        """Close both houses; the second time nothing happens."""
        if not self._thread.is_alive():
            return
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _live(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._bell = bell = Bell(self._loop)
        ids = (f"{number:x}" for number in count(1))
        ledger = ledger_service(self.town.line, _NOBODY, ids=ids, bell=Bell(self._loop), missing=list)
        about = OperatorBody(
            operator=self.bank.operator,
            name="icbc",
            network=self.bank.network.hex(),
            url=self.operator_url,
            ledger_url=self.ledger_url,
            tier1_url=self.ledger_url,
            vault=f"{self.bank.vault:016}",
            registrar=f"{self.bank.registrar:016}",
        )
        classes = self.town.economy.genesis.rules.classes
        told = Bell(self._loop)
        channel = open_channel("alipay", self.bank.made_codes)
        branch = Branch(
            bank=self.bank,
            clock=lambda: self.town.now,
            wake=bell.ring,
            told=told,
            classes=classes,
            interconnection=Interconnection(self.bank.network, channel, [], asking(lambda *_: {})),
            worker_orders=lambda: self.worker_orders,
        )
        dispatch = Dispatch(key=public_key_text(Signer(bytes(32))), may_be_inside=True)
        operator = operator_service(branch, about, self.operator_url, _NOBODY, ids=ids, missing=list, dispatch=dispatch)
        serving = [
            asyncio.create_task(serve(edge, _HOST, port, self._stop))
            for edge, port in zip((_Door(self, ledger), operator), self._ports, strict=True)
        ]
        work = asyncio.create_task(self._work(bell, told))
        await self._answering()
        self._ready.set()
        await self._stop.wait()
        told.silence()
        await asyncio.gather(*serving)
        work.cancel()

    async def _work(self, bell: Bell, told: Bell) -> None:
        """Let the bank carry on what was ordered, and hear of what moved, when it is woken, in one thread."""
        with ThreadPoolExecutor(1) as hand:
            while True:
                rung = bell.next()
                await asyncio.get_running_loop().run_in_executor(hand, rest, self.bank, self.town.now)
                told.ring()
                await rung.wait()

    async def _answering(self) -> None:
        for port in self._ports:
            while True:
                try:
                    _, writer = await asyncio.open_connection(_HOST, port)
                except OSError:
                    await asyncio.sleep(_WAIT_S)
                    continue
                writer.close()
                break


class _Door(Edge):
    """Stands before the ledger, and loses what it is told to lose."""

    def __init__(self, houses: Houses, edge: Edge) -> None:
        self._houses, self._edge = houses, edge

    def raw_route(self, _path: str) -> None:
        """Let nothing go past the door."""

    async def drain(self, patience_s: float) -> bool:
        return await self._edge.drain(patience_s)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        houses = self._houses
        loss = ""
        if scope["type"] == "http" and scope["path"] == _PAYMENTS:
            houses.payments_heard += 1
            loss = houses.losses.pop(0) if houses.losses else ""
        if loss == "request":
            houses.when_lost()
            await _lose(send)
        elif loss == "answer":
            await self._edge(scope, receive, _nowhere)
            houses.when_lost()
            await _lose(send)
        else:
            await self._edge(scope, receive, send)


async def _nowhere(_: Any) -> None:
    """Take what is sent to nobody."""


async def _lose(send: Callable[[Any], Awaitable[None]]) -> None:
    # Half an answer is none.
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000"), _CLOSE]})
    await send({"type": "http.response.body", "body": b"{", "more_body": False})


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as door:
        return int(door.getsockname()[1])


@contextmanager
def open_houses(town: Town, bank: Bank, core: SimulatedCoreBanking) -> Iterator[Houses]:
    """Open the houses of a town."""
    houses = Houses(town, bank, core)
    try:
        yield houses
    finally:
        houses.close()


@contextmanager
def open_town_with_houses(folder: Path) -> Iterator[Houses]:
    """Open a town whose bank keeps its databases in a folder, and its houses."""
    urls = (f"sqlite:///{folder / name}.db" for name in ("bank", "core"))
    with open_town(*urls) as (town, bank, core), open_houses(town, bank, core) as houses:
        yield houses


def account_of(person: int) -> str:
    """Return the deposit account of person number so and so."""
    return f"ACCT{person:06}"


def evidence_of(person: int) -> dict[str, str]:
    """Return what a person shows for a wallet of class II."""
    return {
        "phone": f"+86138{person:08}",
        "name": f"Person {person}",
        "document": resident_number(person),
        "bank_account": account_of(person),
    }


def fund(core: SimulatedCoreBanking, town: Town, person: int) -> None:
    """Open the deposit account of a person, with money on it."""
    core.open_account(account_of(person))
    core.fund(f"fund-{person}", account_of(person), FUNDS, now=town.now)
