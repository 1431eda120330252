"""`AsyncClient`: a wallet in a program's hands; while a call waits, others run. Its stories are those of `Client`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlencode

import httpx

from dcep.client.asking import Ask
from dcep.client.driving import PATIENCE_S, Holding, Patience
from dcep.client.events import SILENCE_S, EventReader
from dcep.client.folder import make_folder
from dcep.client.meeting import meet, open_wallet
from dcep.client.records import Account, Event, Evidence, Movement, OperatorOrder, Page, Payment, Proof, WalletClassName
from dcep.clock import UnixMs
from dcep.crypto.sealed_keys import COST, Cost
from dcep.errors import Unavailable
from dcep.http.caller import MAX_ANSWER, MAX_LINE, Reply, body_of, judged, too_long, unreachable
from dcep.ids import CommandId, NetworkId, WalletId
from dcep.messages.merchants.requests import PaymentRequest
from dcep.money import Fen
from dcep.services import machine
from dcep.wallet.steps import Steps, Wait, drive_async

_End = TypeVar("_End")
_TIMEOUT_S: Final = 10.0


def new_connections() -> httpx.AsyncClient:
    """Return connections as a wallet wants them: kept open, bounded, asking no proxy and following nobody elsewhere."""
    return httpx.AsyncClient(timeout=SILENCE_S, trust_env=False, follow_redirects=False)


class AsyncClient(Holding):
    """A wallet that is kept in a folder, for one event loop. Arguments and errors are those of `Client`.

    Args:
        connections: shared by several wallets of one program, which closes them itself (`new_connections`); None makes
            the wallet's own.
    """

    def __init__(
        self,
        folder: Path,
        password: str | Callable[[], str],
        *,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], UnixMs] | None = None,
        connections: httpx.AsyncClient | None = None,
    ) -> None:
        super().__init__(folder, password, clock=clock)
        self._driver = _Driver(patience_s, self._seals, connections)

    @classmethod
    async def create(
        cls,
        folder: Path,
        operator_url: str,
        password: str,
        *,
        network: NetworkId | None = None,
        seed: bytes | None = None,
        patience_s: float = PATIENCE_S,
        cost: Cost = COST,
        connections: httpx.AsyncClient | None = None,
    ) -> Self:
        """Make a wallet's folder with a key of its own, trusting an operator and the network that it is in."""
        driver = _Driver(patience_s, {"nobody": None}, connections)
        try:
            trust = await driver.walk(meet(operator_url, network))
        finally:
            await driver.close()
        make_folder(folder, trust, password, seed=seed, draw=machine.random_bytes, cost=cost)
        return cls(folder, password, patience_s=patience_s, connections=connections)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections and of the wallet's memory."""
        await self._driver.close()
        self.stories.folder.close()

    async def open(self, wallet_class: WalletClassName, evidence: Evidence) -> OperatorOrder:
        """Ask the operator for the wallet's number, and wait until it is there."""
        return await self._driver.walk(open_wallet(self.stories.folder, wallet_class, evidence, machine.random_bytes))

    async def account(self) -> Account:
        """Ask how the wallet stands."""
        return await self._driver.walk(self.stories.door.account())

    async def order(self, order_id: str) -> OperatorOrder:
        """Ask how an order to the operator stands."""
        return await self._driver.walk(self.stories.door.order(order_id))

    async def history(self, cursor: str | None = None, limit: int = 100) -> Page[Movement]:
        """Ask for a page of what moved, the newest first."""
        return await self._driver.walk(self.stories.door.history(cursor, limit))

    async def name_webhook(self, url: str) -> str:
        """Let a server be told of all that happens to the wallet, and return the key of the messages, `whpk_…`."""
        return await self._driver.walk(self.stories.door.name_webhook(url))

    async def end_webhook(self) -> None:
        """Let nobody be told any more."""
        await self._driver.walk(self.stories.door.end_webhook())

    async def exchange(self, amount: Fen, *, key: str | None = None) -> OperatorOrder:
        """Exchange deposit for digital currency 兑出, and wait for the end."""
        return await self._driver.walk(self.stories.orders.exchange(amount, key))

    async def change_class(
        self, wallet_class: WalletClassName, evidence: Evidence, *, key: str | None = None
    ) -> OperatorOrder:
        """Show evidence for another class, and wait for the end."""
        return await self._driver.walk(self.stories.orders.change_class(wallet_class, evidence, key))

    async def pay(
        self, receiver: WalletId, amount: Fen, *, key: str | None = None, reference: str | None = None
    ) -> Payment:
        """Pay; under one key at most one payment is ever signed."""
        return await self._driver.walk(self.stories.payments.pay(receiver, amount, key, reference))

    async def read_code(self, text: str) -> PaymentRequest:
        """Return what stands behind the code of any operator's app: who is paid, how much, for what."""
        return await self._driver.walk(self.stories.codes.read(text))

    async def show_code(
        self,
        name: str,
        city: str,
        amount: Fen | None = None,
        *,
        reference: str | None = None,
        expires_at: UnixMs | None = None,
    ) -> str:
        """Ask the operator for the code that its own app shows for a request; arguments are those of `request`."""
        story = self.stories.codes.show(name, city, amount, reference=reference, expires_at=expires_at)
        return await self._driver.walk(story)

    async def hold(
        self, receiver: WalletId, amount: Fen, until: UnixMs, *, key: str | None = None, reference: str | None = None
    ) -> Payment:
        """Keep money for a receiver, who may capture or release it `until` then; later anybody may release it."""
        return await self._driver.walk(self.stories.payments.hold(receiver, amount, until, key, reference))

    async def capture(self, hold: CommandId, amount: Fen, *, key: str | None = None) -> Payment:
        """Be paid from a hold, in whole or in part."""
        return await self._driver.walk(self.stories.payments.capture(hold, amount, key))

    async def release(self, hold: CommandId, *, key: str | None = None) -> Payment:
        """Give what is left of a hold back to its payer, and end it."""
        return await self._driver.walk(self.stories.payments.release(hold, key))

    async def redeem(self, amount: Fen, *, key: str | None = None) -> Payment:
        """Redeem digital currency for deposit 兑回, and wait until the deposit is credited."""
        return await self._driver.walk(self.stories.payments.redeem(amount, key))

    async def refund(self, original: CommandId, seq: int, place: int, amount: Fen) -> Payment:
        """Pay back a payment to this wallet, or a part of it."""
        return await self._driver.walk(self.stories.payments.refund(original, seq, place, amount))

    async def proof_of(self, command: CommandId, seq: int, place: int) -> Proof:
        """Ask the ledger for the receipt of a command, such as a line of the history names, and judge it."""
        return await self._driver.walk(self.stories.payments.proof_of(command, seq, place))

    async def rotate(self) -> Payment:
        """Put a new key in the place of the one that signs now."""
        return await self._driver.walk(self.stories.payments.rotate())

    async def recover(self) -> list[Payment]:
        """Make dead whatever a lost device with this key may have signed."""
        return await self._driver.walk(self.stories.payments.recover())

    async def heal(self) -> list[Payment]:
        """Take up whatever has no final answer; return these payments as they stand then."""
        return await self._driver.walk(self.stories.payments.heal())

    async def events(self, after: int | None = None) -> AsyncGenerator[Event, None]:
        """Yield what happens to the wallet, for ever; a stream that breaks goes on behind the last event."""
        reader, door = EventReader(after), self.stories.door
        while True:
            try:
                async for line in self._driver.lines(door.operator, door.path("events"), reader.headers):
                    event = reader.feed(line)
                    if event is not None:
                        yield event
                pause_ms = 0
            except Unavailable as broken:
                pause_ms = broken.retry_after_ms
            await asyncio.sleep(pause_ms / 1_000)


class _Driver:
    """Walks stories over connections that are shared and kept."""

    def __init__(self, patience_s: float, seals: Any, connections: httpx.AsyncClient | None) -> None:
        self._patience_s, self._seals = patience_s, seals
        self._is_shared, self._http = connections is not None, connections or new_connections()

    async def close(self) -> None:
        if not self._is_shared:
            await self._http.aclose()

    async def walk(self, story: Steps[_End]) -> _End:
        patience = Patience(self._patience_s)

        async def do(step: Ask | Wait) -> Reply | bool:
            match step:
                case Wait(ms):
                    if not patience.allows(ms):
                        return False
                    await asyncio.sleep(ms / 1_000)
                    return True
            return judged(await self._ask(step), step.take)

        return await drive_async(story, do)

    async def _ask(self, ask: Ask) -> Reply:
        body, kind = body_of(ask.json, ask.content)
        url = ask.url.rstrip("/") + ask.path + (f"?{urlencode(ask.query)}" if ask.query else "")
        seal = self._seals[ask.by]
        signed = seal(ask.method, url, body) if seal else {}
        headers = {**kind, **(ask.headers or {}), **signed}
        try:
            async with (
                asyncio.timeout(_TIMEOUT_S),
                self._http.stream(ask.method, url, content=body or None, headers=headers) as answer,
            ):
                return await _whole(answer)
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            raise unreachable(ask.url, error) from error

    async def lines(self, operator: str, path: str, headers: dict[str, str]) -> AsyncIterator[bytes]:
        """Yield the lines of a stream that the wallet asks for."""
        url = operator + path
        signed = self._seals["wallet"]("GET", url, b"")
        try:
            async with self._http.stream("GET", url, headers={**headers, **signed}) as answer:
                if not answer.is_success:
                    async with asyncio.timeout(_TIMEOUT_S):
                        judged(await _whole(answer))
                rest = b""
                async for piece in answer.aiter_bytes():
                    *whole, rest = (rest + piece).split(b"\n")
                    if len(rest) > MAX_LINE:
                        raise too_long()
                    for line in whole:
                        yield line.rstrip(b"\r")
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            raise unreachable(operator, error) from error


async def _whole(answer: httpx.Response) -> Reply:
    whole = bytearray()
    async for piece in answer.aiter_bytes():
        whole += piece
        if len(whole) > MAX_ANSWER:
            raise too_long()
    return Reply(answer.status_code, dict(answer.headers), bytes(whole))
