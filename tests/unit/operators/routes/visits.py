"""Visits to an operator over HTTP: through its whole service, with requests that are signed as a holder signs them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

from dcep.crypto.suites import Signer
from dcep.http.events import Bell
from dcep.identity.certificates import Subject
from dcep.ids import WalletId
from dcep.messages.http_signatures import Request, sign_request
from dcep.messages.merchants.webhooks import public_key_text
from dcep.messages.policies import encode_policy
from dcep.messages.signatory import single_key
from dcep.money import Fen
from dcep.operators.bank import Bank
from dcep.operators.channels.interconnection import Interconnection, Peer
from dcep.operators.channels.plain import PlainChannel
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from dcep.operators.routes import operator_service
from dcep.operators.routes.branch import Branch
from dcep.operators.routes.records import OperatorBody
from dcep.operators.routes.webhooks import Dispatch
from tests.institutions import COUNTER, Institutions
from tests.town import Town, rest

_Found = TypeVar("_Found")
ADDRESS: Final = "http://bank.invalid:8821"


def asks_nobody(peer: Peer, _: str) -> str:
    """Ask no other operator: this house has none."""
    raise AssertionError(f"nobody is to ask operator {peer.operator}")


class House:
    """An operator's service over a bank of the town, asked in a loop of its own; `address` is what requests sign."""

    def __init__(
        self, town: Town, bank: Bank, core: SimulatedCoreBanking, folder: Path, address: str = ADDRESS
    ) -> None:
        self.town, self.bank, self.core, self.address = town, bank, core, address
        self.institutions = Institutions(folder, clock=lambda: town.now)
        self._nonces = count(1)
        self.woken = 0
        self._loop = asyncio.new_event_loop()
        self._threads = ThreadPoolExecutor()
        self._loop.set_default_executor(self._threads)
        self.told = Bell(self._loop)
        self.dispatch: Dispatch | None = Dispatch(key=public_key_text(Signer(b"h" * 32)), may_be_inside=False)
        self.allocated: Callable[[], Fen] | None = None
        self.interconnection = Interconnection(bank.network, PlainChannel(), [], asks_nobody)
        self.edge = self._open()

    def _open(self) -> Any:
        about = OperatorBody(
            operator=self.bank.operator,
            name="icbc",
            network=self.bank.network.hex(),
            url="http://operator.invalid",
            ledger_url="http://ledger.invalid",
            tier1_url="http://tier1.invalid",
            vault=f"{self.bank.vault:016}",
            registrar=f"{self.bank.registrar:016}",
        )
        branch = Branch(
            bank=self.bank,
            clock=lambda: self.town.now,
            wake=self._wake,
            told=self.told,
            classes=self.town.economy.genesis.rules.classes,
            allocated=self.allocated,
            interconnection=self.interconnection,
        )
        return operator_service(
            branch,
            about,
            self.address,
            self.institutions.askers(self.address),
            ids=map(str, count(1)),
            missing=list,
            dispatch=self.dispatch,
        )

    def open_again(self) -> None:
        """Let the service begin anew, as after a restart."""
        self.edge = self._open()

    def _wake(self) -> None:
        self.woken += 1

    def rest(self) -> None:
        """Let the bank carry on all that was ordered."""
        rest(self.bank, self.town.now)

    def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, content: bytes = b""
    ) -> httpx.Response:
        """Ask as somebody who signs nothing but what the headers say."""

        async def main() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.edge)
            async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
                return await client.request(method, path, headers=headers, content=content)

        return self.run(main())

    def run(self, work: Coroutine[Any, Any, _Found]) -> _Found:
        """Do something in the loop in which the service is asked."""
        return self._loop.run_until_complete(work)

    async def threads_end(self) -> None:
        """Return when no thread beside the loop works any more."""
        self._threads.shutdown(wait=True)
        self._threads = ThreadPoolExecutor()
        self._loop.set_default_executor(self._threads)

    def close(self) -> None:
        """End the loop in which the service is asked."""
        self._loop.close()

    def at_the_counter(
        self, method: str, path: str, body: Any = None, *, key: str = "", by: Subject = COUNTER
    ) -> httpx.Response:
        """Ask as the operator's own staff, or as another institution."""
        content = b"" if body is None else json.dumps(body).encode()
        headers = dict(self.institutions.seal(by)(method, ADDRESS + path, content))
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {} if body is None else {"Content-Type": "application/json"}
        return self.ask(method, path, headers=headers, content=content)

    def seal(
        self, signer: Signer, keyid: str, method: str, path: str, body: bytes = b"", *, address: str = ADDRESS
    ) -> dict[str, str]:
        """Return the headers that sign a request."""
        request = Request(method=method, target=address + path, body=body)
        nonce = f"nonce-of-a-test-{next(self._nonces):06}"
        return sign_request(request, signer, keyid=keyid, nonce=nonce, now=self.town.now)


class Visitor:
    """A person with a key, and perhaps a wallet."""

    def __init__(
        self, house: House, name: str, *, wallet: WalletId | None = None, signer: Signer | None = None
    ) -> None:
        self.house, self.signer = house, signer or house.town.holder(name)
        self.wallet = wallet

    @property
    def keyid(self) -> str:
        return f"{self.signer.suite:d}:{self.signer.public.hex()}" if self.wallet is None else f"{self.wallet:016}"

    @property
    def policy(self) -> str:
        return encode_policy(single_key(self.signer)).hex()

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str = "", wire: bytes | None = None
    ) -> httpx.Response:
        """Send a signed request: a record, or the bytes of a signed command."""
        content = wire if wire is not None else b"" if body is None else json.dumps(body).encode()
        headers = self.house.seal(self.signer, self.keyid, method, path, content)
        headers |= {"Idempotency-Key": key} if key else {}
        if content:
            headers["Content-Type"] = "application/json" if wire is None else "application/octet-stream"
        return self.house.ask(method, path, headers=headers, content=content)

    def mine(self, what: str = "") -> str:
        """Return the path of what is his."""
        return f"/v1/wallets/{self.wallet:016}{what}"

    def open_wallet(self, evidence: dict[str, Any], wallet_class: str) -> None:
        """Ask for a wallet, let the bank work, and learn its number."""
        wanted = {"wallet_class": wallet_class, "evidence": evidence, "policy": self.policy}
        order = self.ask("POST", "/v1/wallets", wanted, key="open").json()["id"]
        self.house.rest()
        self.wallet = WalletId(int(self.ask("GET", f"/v1/orders/{order}").json()["wallet"]))

    def hear(
        self, *, after: int | None, count: int, meanwhile: Callable[[], None] | None = None
    ) -> list[tuple[int, str, Any]]:
        """Return the next events of his stream: id, name, record.

        Args:
            after: what he has heard of last; None if he comes for the first time.
            count: how many are waited for.
            meanwhile: what happens when he has begun to listen; the bell rings behind it.
        """
        path = self.mine("/events")
        headers = self.house.seal(self.signer, self.keyid, "GET", path)
        headers |= {} if after is None else {"Last-Event-ID": str(after)}
        return self.house.run(_hear(self.house, path, headers, count, meanwhile))


async def _hear(
    house: House, path: str, headers: dict[str, str], count: int, meanwhile: Callable[[], None] | None
) -> list[tuple[int, str, Any]]:
    """Read a stream that does not end, which a client of httpx without a network would wait for."""
    pieces: asyncio.Queue[bytes] = asyncio.Queue()
    asked: list[dict[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        return asked.pop() if asked else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            await pieces.put(message["body"])

    serving = asyncio.create_task(house.edge(_scope(path, headers), receive, send))
    # The first line says nothing: whoever reads has come in.
    await pieces.get()
    if meanwhile is not None:
        await asyncio.to_thread(meanwhile)
        house.told.ring()
    found: list[tuple[int, str, Any]] = []
    while len(found) < count:
        number, _, rest_of = (await pieces.get()).decode().removeprefix("id: ").partition("\nevent: ")
        name, _, data = rest_of.partition("\ndata: ")
        found += [(int(number), name, json.loads(data))] if data else []
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    # What it was reading in a thread goes on to its end, before anybody closes the database.
    await house.threads_end()
    return found


def _scope(path: str, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("bank.invalid", 8821),
        "state": {},
    }
