"""Who asks is proven from the request as it came, once, and told in the codes of the page."""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from litestar import Request, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from dcep.http.app import Service, build
from dcep.http.askers import Askers
from dcep.ids import OperatorId
from tests.institutions import COUNTER, LEDGER, ONE, STAFF, TWO, Institutions

_URL: Final = "http://service"
_Any = Request[Any, Any, Any]


class Asked:
    """A service with a route for everybody who has a part, asked in a loop of its own."""

    def __init__(self, folder: Path) -> None:
        self.institutions = Institutions(folder)
        service = Service(
            title="A test",
            kind="test",
            network="00",
            routes=_routes(self.institutions.askers(_URL)),
            missing=list,
            ids=map(str, count(1)),
        )
        self._edge = build(service)

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def main() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._edge)  # type: ignore[arg-type]  # an app by another name
            async with httpx.AsyncClient(transport=transport, base_url=_URL) as client:
                return await client.request(method, path, **more)

        return asyncio.run(main())


def _routes(askers: Askers) -> list[ControllerRouterHandler]:
    @get("/v1/names/{name:str}", sync_to_thread=True)
    def twice(request: _Any, name: FromPath[str]) -> list[str]:
        return [askers.require(request).name, askers.require(request).name, name]

    @post("/v1/names", sync_to_thread=True, status_code=200)
    def posted(request: _Any) -> str:
        return askers.require(request).name

    @get("/v1/network", sync_to_thread=True)
    def network(request: _Any) -> str:
        return askers.require_network(request).name

    @get("/v1/staff", sync_to_thread=True)
    def staff(request: _Any) -> str:
        return askers.require_staff(request).name

    @get("/v1/counter", sync_to_thread=True)
    def counter(request: _Any) -> str:
        return askers.require_counter(request, OperatorId(1)).name

    return [twice, posted, network, staff, counter]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Return the service of these tests."""
    return Asked(tmp_path_factory.mktemp("asked"))


def test_a_handler_may_ask_twice_who_is_there(asked: Asked) -> None:
    """The nonce is taken once, and the request is still the same."""
    answer = asked.send("GET", "/v1/names/li", auth=asked.institutions.signed(ONE))

    assert answer.json() == [ONE.name, ONE.name, "li"]


@pytest.mark.parametrize("path", ["/v1/names/a%21b%20c?x=%E4%B8%AD&y=", "/v1/names/%E4%B8%AD", "/v1/names/li?a=1&a=2"])
def test_the_address_is_proven_as_it_stood_in_the_request(asked: Asked, path: str) -> None:
    """Whatever a service makes of escapes, both ends sign the same letters."""
    assert asked.send("GET", path, auth=asked.institutions.signed(ONE)).status_code == 200


def test_a_body_is_proven_with_its_request(asked: Asked) -> None:
    """Somebody on the way could else put another order under the same name."""
    headers = dict(asked.institutions.seal(ONE)("POST", f"{_URL}/v1/names", b"one"))

    changed = asked.send("POST", "/v1/names", content=b"two", headers=headers)
    right = asked.send("POST", "/v1/names", content=b"one", headers=headers)
    again = asked.send("POST", "/v1/names", content=b"one", headers=headers)

    assert (changed.status_code, changed.json()["code"]) == (401, "bad_request_signature")
    assert right.status_code == 200
    assert (again.status_code, again.json()["code"]) == (401, "bad_request_signature")


def test_each_part_has_its_own_doors(asked: Asked) -> None:
    """A ledger has nothing to do at a counter, nor one bank's counter at another's."""
    doors = ("/v1/network", "/v1/staff", "/v1/counter")

    opened = {
        by.name: [asked.send("GET", door, auth=asked.institutions.signed(by)).status_code for door in doors]
        for by in (LEDGER, STAFF, COUNTER, ONE, TWO)
    }

    assert opened == {
        LEDGER.name: [200, 403, 403],
        STAFF.name: [403, 200, 403],
        COUNTER.name: [403, 403, 200],
        ONE.name: [403, 403, 403],
        TWO.name: [403, 403, 403],
    }


def test_an_unsigned_request_is_told_what_a_signature_must_cover(asked: Asked) -> None:
    """By the header that the standard has for it (RFC 9421, section 5.1)."""
    answer = asked.send("GET", "/v1/network")

    assert (answer.status_code, answer.json()["code"]) == (401, "unsigned_request")
    assert '("@method" "@target-uri" "content-digest")' in answer.headers["accept-signature"]
    assert answer.json()["next_step"]


@pytest.mark.parametrize("name", ["content-digest", "signature-input", "signature"])
def test_a_header_that_stands_twice_proves_nothing(asked: Asked, name: str) -> None:
    """Each end could read another one of them."""
    headers = asked.institutions.seal(ONE)("GET", f"{_URL}/v1/names/li", b"")
    doubled = [*headers.items(), *[(key, value) for key, value in headers.items() if key.lower() == name]]

    answer = asked.send("GET", "/v1/names/li", headers=doubled)

    assert (answer.status_code, answer.json()["code"]) == (401, "bad_request_signature")
