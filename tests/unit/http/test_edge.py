"""What passes the edge: bounded bodies, ids on every answer, and problems instead of traces."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from litestar import get, post
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler
from prometheus_client import CollectorRegistry

from dcep.errors import BadInput, Unavailable
from dcep.http import patience
from dcep.http.app import Service, build
from dcep.http.bodies import MAX_BODY, Strict
from dcep.http.edge import Edge, RawAnswer, RawRequest
from dcep.http.problems import Problem


class Order(Strict, frozen=True):
    """An order of a test."""

    amount_fen: int


@post("/v1/orders", sync_to_thread=False)
def order(data: JSONBody[Order]) -> Order:
    """Answer with the order."""
    return data


@get("/v1/busy", sync_to_thread=False)
def busy() -> None:
    """Say that it cannot be done now."""
    raise Unavailable("busy", "too much at /srv/secret", retry_after_ms=1_500)


@get("/v1/wrong", sync_to_thread=False)
def wrong() -> None:
    """Say that the input is wrong."""
    raise BadInput("bad_number", "no such number", next_step="count again")


@get("/v1/broken", sync_to_thread=False)
def broken() -> None:
    """Fail as nobody foresaw."""
    raise RuntimeError("a secret of the inside")


@get("/v1/denied", sync_to_thread=False)
def denied() -> None:
    """Say that it is not allowed."""
    raise Problem(403, "not_allowed", "not yours")


class Answer:
    """An answer as a client sees it."""

    def __init__(self, messages: Sequence[dict[str, Any]]) -> None:
        self.status = messages[0]["status"] if messages else 0
        self.headers = {name.decode().lower(): value.decode() for name, value in messages[0]["headers"]}
        self.body = b"".join(message.get("body", b"") for message in messages[1:])

    @property
    def problem(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/problem+json"
        told: dict[str, Any] = msgspec.json.decode(self.body)
        return told


def ask(
    method: str, path: str, *parts: bytes, headers: Sequence[tuple[bytes, bytes]] = (), stalls: bool = False
) -> Answer:
    """Send a request whose body comes in parts, perhaps without an end, to a service with the routes above."""
    routes: list[ControllerRouterHandler] = [order, busy, wrong, broken, denied]
    service = Service(
        title="A test",
        kind="test",
        network="00",
        routes=routes,
        missing=lambda: ["time"],
        warnings=lambda: ["certificate_ends_soon"],
        ids=iter(["id-1"]),
        open_to_pages=["/v1/busy", "/v1/things/*"],
    )
    sent: list[dict[str, Any]] = []
    waiting = list(parts)
    lines = [(b"content-length", b"%d" % min(sum(map(len, parts)), MAX_BODY))] if parts else []

    async def receive() -> dict[str, Any]:
        if waiting:
            more = len(waiting) > 1 or stalls
            return {"type": "http.request", "body": waiting.pop(0), "more_body": more}
        await asyncio.Event().wait()
        raise AssertionError("never")

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [*lines, (b"content-type", b"application/json"), *headers],
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(build(service)(scope, receive, send))  # type: ignore[arg-type]  # what a server hands over
    return Answer(sent)


def test_a_good_body_is_read_and_its_answer_carries_the_request_id() -> None:
    """The id is how a client's complaint finds the line in the service's log."""
    answer = ask("POST", "/v1/orders", b'{"amount_', b'fen": 5}')

    assert (answer.status, answer.body) == (201, b'{"amount_fen":5}')
    assert answer.headers["x-request-id"] == "id-1"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_misspelt_field_is_refused() -> None:
    """A key that nobody knows must never mean "without"."""
    answer = ask("POST", "/v1/orders", b'{"amount_fen": 5, "memmo": "x"}')

    assert (answer.status, answer.problem["code"]) == (400, "unknown_field")


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"amount_fen": "x"}', b"\xff\xfe", b'{"amount_fen": 5} x'])
def test_what_is_no_such_record_is_malformed(body: bytes) -> None:
    """Hostile bytes are an answer of 400, whatever they are."""
    answer = ask("POST", "/v1/orders", body)

    assert (answer.status, answer.problem["code"]) == (400, "malformed_body")


def test_a_body_that_says_it_is_too_long_is_not_read() -> None:
    """Its length alone is enough: no byte of it takes memory."""
    length = (b"content-length", str(MAX_BODY + 1).encode())

    answer = ask("POST", "/v1/orders", headers=[length])

    assert (answer.status, answer.problem["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("length", [b"-1", b"", b"1e3", b"\xb2"])
def test_a_length_that_is_none_is_refused(length: bytes) -> None:
    """The server in front reads lengths too; what it lets through must still not be a fault of the service."""
    answer = ask("POST", "/v1/orders", headers=[(b"content-length", length)])

    assert (answer.status, answer.problem["code"]) == (400, "malformed_body")


def test_a_body_that_turns_out_too_long_is_cut_off() -> None:
    """What is declared is held against what comes, whatever the server has let through."""
    answer = ask("POST", "/v1/orders", bytes(MAX_BODY), b"x", b"never looked at", stalls=True)

    assert (answer.status, answer.problem["code"]) == (413, "body_too_large")
    assert answer.headers["connection"] == "close"


def test_a_body_that_declares_no_length_is_not_read() -> None:
    """Half of it could not be told from all of it."""
    answer = ask("POST", "/v1/orders", headers=[(b"transfer-encoding", b"chunked")])

    assert (answer.status, answer.problem["code"]) == (411, "length_required")
    assert answer.headers["connection"] == "close"


def test_a_body_that_stalls_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that sends a byte and waits must not hold a place for ever."""
    monkeypatch.setattr(patience, "BODY_S", 0.05)
    monkeypatch.setattr(patience, "LOOK_S", 0.01)

    answer = ask("POST", "/v1/orders", b"{", stalls=True)

    assert (answer.status, answer.problem["code"]) == (408, "slow_body")


def test_unavailable_says_when_to_come_again_and_nothing_of_the_inside() -> None:
    """Seconds are rounded up: whoever comes too early would only hear it again."""
    answer = ask("GET", "/v1/busy")

    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert answer.problem["retry_after_ms"] == 1_500
    assert b"/srv" not in answer.body


def test_an_unforeseen_fault_tells_only_its_request_id() -> None:
    """What the fault was stands in the service's own log."""
    answer = ask("GET", "/v1/broken")

    assert (answer.status, answer.problem["code"], answer.problem["request_id"]) == (500, "internal", "id-1")
    assert b"secret" not in answer.body


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/wrong", 400, "bad_number"),
        ("GET", "/v1/denied", 403, "not_allowed"),
        ("GET", "/v1/nowhere", 404, "no_such_route"),
        ("DELETE", "/v1/orders", 405, "method_not_allowed"),
    ],
)
def test_every_error_is_a_problem_with_its_code(method: str, path: str, status: int, code: str) -> None:
    """Programs read codes, whoever said no: the framework, a family of errors or the route."""
    answer = ask(method, path)

    assert (answer.status, answer.problem["code"], answer.problem["status"]) == (status, code, status)


def test_readiness_names_what_is_missing() -> None:
    """Whoever waits for the service learns what it waits for, and somebody what he must see to."""
    answer = ask("GET", "/readyz")

    assert (answer.status, msgspec.json.decode(answer.body)) == (
        503,
        {"ready": False, "missing": ["time"], "warnings": ["certificate_ends_soon"]},
    )


def test_the_document_and_its_explorer_name_no_other_host() -> None:
    """A page that loads a script from elsewhere hands its visitors to whoever is there."""
    pages = [ask("GET", path) for path in ("/docs", "/docs/explorer.js", "/docs/explorer.css", "/openapi.json")]

    assert [page.status for page in pages] == [200] * 4
    assert not any(word in page.body for page in pages for word in (b"http://", b"https://", b"//cdn"))


def test_the_document_describes_the_body_of_a_route() -> None:
    """The document is made from the types that the handlers themselves read."""
    described = msgspec.json.decode(ask("GET", "/openapi.json").body)

    schema = described["paths"]["/v1/orders"]["post"]["requestBody"]["content"]["application/json"]["schema"]

    assert schema["$ref"].endswith("Order")
    assert "default" in described["paths"]["/v1/orders"]["post"]["responses"]


def test_a_route_with_a_name_in_it_may_take_more_than_others() -> None:
    """`*` stands for one segment, and for no more: the paths beside it keep the usual limit."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def status(path: str) -> int:
        edge = Edge(
            app,
            ids=iter(["id-1"]),
            registry=CollectorRegistry(),
            raw={},
            limits={"/v1/wallets/*/payrolls": 2 * MAX_BODY},
        )
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": bytes(MAX_BODY + 1), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"content-length", str(MAX_BODY + 1).encode())]
        await edge({"type": "http", "method": "POST", "path": path, "headers": headers}, receive, send)
        return int(sent[0]["status"])

    paths = ["/v1/wallets/1/payrolls", "/v1/wallets/1/2/payrolls", "/v1/wallets/payrolls", "/v1/wallets/1/payrolls/"]

    statuses = [asyncio.run(status(path)) for path in paths]

    assert statuses == [200, 413, 413, 413]


def test_a_page_of_another_service_may_ask_what_is_open_to_pages() -> None:
    """Nothing is open by a cookie: whoever reads the answer could have asked for it without a browser."""
    allowed = ask("OPTIONS", "/v1/busy")

    assert (allowed.status, allowed.body) == (204, b"")
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert allowed.headers["access-control-allow-methods"] == "GET, POST"
    assert allowed.headers["access-control-allow-headers"] == "content-type, prefer"
    assert ask("GET", "/v1/busy").headers["access-control-allow-origin"] == "*"
    assert ask("GET", "/v1/things/7").headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/v1/denied", "/v1/orders", "/v1/things", "/v1/things/7/parts", "/v1/busy/"])
def test_a_page_of_another_service_reads_nothing_else(path: str) -> None:
    """What is not named stays closed, also when it is asked for in advance."""
    assert "access-control-allow-origin" not in ask("GET", path).headers
    assert "access-control-allow-origin" not in ask("OPTIONS", path).headers


class Word(str):
    """A word whose end can be seen."""


def test_a_method_that_nobody_speaks_is_counted_and_not_remembered() -> None:
    """Whoever sends another word each time fills neither the page of the numbers nor the memory."""

    async def never(*_: Any) -> Any:
        raise AssertionError("never")

    async def answer(_: RawRequest) -> RawAnswer:
        return RawAnswer(200, "text/plain", b"")

    registry, word = CollectorRegistry(), Word("QUUX")
    end = weakref.ref(word)
    edge = Edge(never, ids=iter(["id-1"]), registry=registry, raw={"/v1/raw": answer}, limits={})

    asyncio.run(edge.answer_raw(answer, "/v1/raw", word, lambda _: None, never))

    del word
    gc.collect()
    assert registry.get_sample_value("dcep_http_requests_total", {"method": "other", "status": "200"}) == 1
    assert end() is None
