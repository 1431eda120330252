"""The central bank's service, asked over HTTP in a loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cached_property
from itertools import count
from typing import Any, Final

import httpx

from dcep.http.events import Bell
from dcep.identity.certificates import Subject
from dcep.issuance.routes import central_bank_service
from dcep.services import machine
from tests.institutions import STAFF, Institutions
from tests.unit.issuance.realm import Bank

URL: Final = "http://central-bank"


class House:
    """The central bank's service, put together when it is first asked."""

    def __init__(self, bank: Bank, institutions: Institutions, url: str = URL) -> None:
        self.bank, self._institutions, self._url = bank, institutions, url

    def edge(self, bell: Bell) -> Any:
        """Return the service with a bell that rings, or one that is silent: then every stream of events is empty."""
        bank = self.bank
        return central_bank_service(
            bank.central_bank,
            self._institutions.askers(self._url),
            url=self._url,
            draw=machine.random_below,
            bell=bell,
            clock=lambda: bank.realm.now,
            ids=map(str, count(1)),
            missing=list,
        )

    def get(self, path: str, by: Subject | None = STAFF, *, headers: dict[str, str] | None = None) -> httpx.Response:
        """Ask as the staff or another, or as nobody."""
        return self._ask(lambda client: client.get(path, headers=headers, auth=self._signed(by)))

    def post(self, path: str, body: Any = None, *, key: str = "", by: Subject | None = STAFF) -> httpx.Response:
        """Give a body, JSON or bytes."""
        headers = {"Idempotency-Key": key} if key else {}
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self._ask(lambda client: client.post(path, headers=headers, auth=self._signed(by), **content))

    def send(self, request: dict[str, Any]) -> httpx.Response:
        """Send a request of the staff's as it is."""
        return self._ask(lambda client: client.request(**request, auth=self._signed(STAFF)))

    def send_as_it_is(self, method: str, path: str, *, headers: dict[str, str], content: bytes) -> httpx.Response:
        """Send what somebody has signed himself."""
        return self._ask(lambda client: client.request(method, path, headers=headers, content=content))

    @cached_property
    def _edge(self) -> Any:
        return self.edge(silent_bell())

    def _ask(self, ask: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]) -> httpx.Response:
        async def main() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._edge)
            async with httpx.AsyncClient(transport=transport, base_url=self._url) as client:
                return await ask(client)

        return asyncio.run(main())

    def _signed(self, by: Subject | None) -> httpx.Auth:
        return httpx.Auth() if by is None else self._institutions.signed(by)


def silent_bell() -> Bell:
    """Return a bell that has rung for the last time."""
    ended = asyncio.new_event_loop()
    ended.close()
    bell = Bell(ended)
    bell.silence()
    return bell
