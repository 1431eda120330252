"""A ledger over HTTP: every answer of the ledger has its status, and nobody sees what is not theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from dcep.clock import UnixMs
from dcep.http.events import Bell
from dcep.identity.certificates import Subject
from dcep.ids import OperatorId, wallet_id
from dcep.ledger.records import BATCH_ANSWER
from dcep.ledger.routes import ledger_service
from dcep.ledger.timekeeping import tick
from dcep.messages.frames import join
from dcep.messages.layout import Seq
from dcep.messages.outcomes import Status
from dcep.messages.receipts import decode_receipt, verify
from dcep.messages.refusals import NotProcessed
from dcep.messages.signed import command_id, decode
from dcep.money import Fen
from dcep.wallet.payments import Wallet
from tests.docs.routes import served_routes, written_routes
from tests.institutions import COUNTER, LEDGER, ONE, STAFF, TWO, Institutions
from tests.street import Hall, key, later

_MONEY: Final = Fen(10_000)
_BINARY: Final = {"Content-Type": "application/octet-stream"}
_URL: Final = "http://ledger"
_Found = TypeVar("_Found")
Ask = Callable[[httpx.AsyncClient], Awaitable[_Found]]


class Street(Hall):
    """A hall whose shard is served, in a loop of its own."""

    def __init__(self, data: Path, opened: ExitStack) -> None:
        super().__init__(data, opened)
        self.institutions = Institutions(data / "identity")
        self._runner = opened.enter_context(asyncio.Runner())
        self._client = self._runner.run(self._serve())
        opened.callback(lambda: self._runner.run(self._client.aclose()))

    def ask(self, ask: Ask[_Found]) -> _Found:
        """Ask the shard's service."""

        async def main() -> _Found:
            return await ask(self._client)

        return self._runner.run(main())

    async def _serve(self) -> httpx.AsyncClient:
        bell = Bell(asyncio.get_running_loop())
        ids = map(str, count(1))
        askers = self.institutions.askers(_URL)
        edge = ledger_service(self.shard, askers, ids=ids, bell=bell, missing=list, teller=self.teller)
        transport = httpx.ASGITransport(app=edge)  # type: ignore[arg-type]  # an app by another name
        return httpx.AsyncClient(transport=transport, base_url=_URL)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """Return a hall for all of these tests."""
    with ExitStack() as opened:
        made = Street(tmp_path_factory.mktemp("street"), opened)
        made.open_bank(made.tier1, made.shard, made.carry, Fen(10**12))
        # The bakery is the first.
        made.new_wallets(made.shard, 1, _MONEY)
        yield made


@pytest.fixture
def li(street: Street) -> Wallet:
    """Return a wallet with 100 yuan; each test has its own."""
    return street.new_wallets(street.shard, 1, _MONEY)[0]


def get(street: Street, path: str, by: Subject | None = None) -> httpx.Response:
    """Ask as an institution, or as a stranger."""
    auth = None if by is None else street.institutions.signed(by)
    return street.ask(lambda client: client.get(path, auth=auth))


def post(street: Street, path: str, body: bytes, **headers: str) -> httpx.Response:
    """Send bytes."""
    return street.ask(lambda client: client.post(path, content=body, headers={**_BINARY, **headers}))


def test_a_settled_payment_is_answered_with_a_receipt_that_proves_it(street: Street, li: Wallet) -> None:
    """Whoever holds the answer needs nobody to believe it but the genesis."""
    wire = li.pay(street.bakery, Fen(5), expires_at=later())

    told = post(street, "/v1/payments", wire).json()

    receipt = decode_receipt(bytes.fromhex(told["receipt"]))
    proven = verify(receipt, street.network, street.genesis.shard_workers)
    assert (told["answer"], told["final"]) == ("settled", True)
    assert (proven.command.wire, proven.outcome.status) == (wire, Status.SETTLED)
    assert told["command_id"] == proven.command.id.hex()


def test_the_same_bytes_again_get_the_same_answer_whichever_way_they_come(street: Street, li: Wallet) -> None:
    """A lost answer is healed by sending again, as bytes or as hex, and by asking history."""
    wire = li.pay(street.bakery, Fen(5), expires_at=later())

    first = post(street, "/v1/payments", wire).json()
    again = street.ask(lambda client: client.post("/v1/payments", json={"command": wire.hex()})).json()
    known = post(street, "/v1/history", wire).json()

    assert first == again == known


def test_a_client_that_wants_little_gets_no_receipt(street: Street, li: Wallet) -> None:
    """Most of the answer is proof; whoever reads it later can ask for it then."""
    wire = li.pay(street.bakery, Fen(5), expires_at=later())

    told = post(street, "/v1/payments", wire, Prefer="return=minimal").json()
    receipt = get(street, f"/v1/receipts/{told['seq']}/{told['place']}?command_id={told['command_id']}")

    assert "receipt" not in told
    assert decode_receipt(bytes.fromhex(receipt.json()["receipt"])).command == wire


def test_a_page_of_an_operator_sends_commands_and_reads_proofs(street: Street) -> None:
    """A wallet in a browser sends its own bytes to the ledger and verifies what comes back, past its operator."""
    payments = post(street, "/v1/payments", b"no command", **_BINARY)
    others = [get(street, path) for path in ("/v1/genesis", "/v1/standing", "/v1/headers/latest", "/v1/receipts/9/9")]
    asked = street.ask(lambda client: client.options(f"{_URL}/v1/payments"))

    allowed = [answer.headers.get("access-control-allow-origin") for answer in (payments, *others, asked)]
    assert allowed == ["*"] * 6
    assert asked.status_code == 204
    closed = [get(street, path) for path in ("/v1/accounts/0010000000010008", "/v1/movements", "/v1/sums")]
    assert [answer.headers.get("access-control-allow-origin") for answer in closed] == [None] * 3


def test_a_receipt_is_shown_to_who_knows_the_command(street: Street, li: Wallet) -> None:
    """A receipt names payer, receiver and amount: counting through places must show nobody's."""
    told = post(street, "/v1/payments", li.pay(street.bakery, Fen(5), expires_at=later())).json()
    place = f"/v1/receipts/{told['seq']}/{told['place']}"

    strange = get(street, f"{place}?command_id={'00' * 32}")
    nameless = get(street, place)

    assert (strange.status_code, strange.json()["code"]) == (404, "no_such_place")
    assert nameless.status_code == 400


def test_a_refusal_is_a_problem_with_the_code_of_the_rules(street: Street, li: Wallet) -> None:
    """It is final, it stands in the log, and no receipt calls it settled."""
    wire = li.pay(street.bakery, Fen(_MONEY + 1), expires_at=later())

    answer = post(street, "/v1/payments", wire)

    told = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert (told["code"], told["answer"], told["final"]) == ("insufficient_funds", "refused", True)
    assert told["command_id"] == decode(wire, street.network).id.hex()
    assert "receipt" not in told


@pytest.mark.parametrize("path", ["/v1/payments", "/v1/history"])
@pytest.mark.parametrize("wire", [b"", b"dcmd", bytes(200)])
def test_what_is_no_command_is_not_processed(street: Street, path: str, wire: bytes) -> None:
    """Hostile bytes change nothing, and the answer is not final for anything."""
    answer = post(street, path, wire)

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def test_a_forged_payment_is_not_processed(street: Street, li: Wallet) -> None:
    """The signature is looked at before the log."""
    wire = li.pay(street.bakery, Fen(5), expires_at=later())

    answer = post(street, "/v1/payments", wire[:-1] + bytes([wire[-1] ^ 1]))

    assert (answer.status_code, answer.json()["code"]) == (422, "bad_signature")
    assert answer.json()["seq"] is None


def test_an_expired_payment_is_gone(street: Street, li: Wallet) -> None:
    """It never happened and never will: the sender may sign anew."""
    wire = li.pay(street.bakery, Fen(5), expires_at=type(later())(1))

    answer = post(street, "/v1/payments", wire)

    assert (answer.status_code, answer.json()["answer"], answer.json()["final"]) == (410, "expired", True)


def test_a_batch_has_one_answer_for_each_command(street: Street, li: Wallet) -> None:
    """Good and bad stand side by side; the order is that of the question."""
    good = [li.pay(street.bakery, Fen(1), expires_at=later()) for _ in range(3)]
    wires = [good[0], b"nothing" * 20, good[1], good[2][:-1] + bytes((good[2][-1] ^ 1,))]

    packed = post(street, "/v1/payments:batch", join(wires)).content

    answers = list(BATCH_ANSWER.iter_unpack(packed))
    assert [status for status, *_ in answers] == [
        Status.SETTLED,
        Status.NOT_PROCESSED,
        Status.SETTLED,
        Status.NOT_PROCESSED,
    ]
    assert answers[1][1:] == (NotProcessed.MALFORMED, 0, 0)


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"\0", {}, 400, "malformed_body"),
        (b"", {}, 400, "malformed_body"),
        (b"\0\1x", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        (bytes(400 * 1024 + 1), {}, 413, "body_too_large"),
    ],
)
def test_a_batch_that_is_none_is_refused_whole(
    street: Street, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    """Nothing of it is sent."""
    answer = post(street, "/v1/payments:batch", body, **headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_operator_sees_its_own_wallets_and_no_others(street: Street, li: Wallet) -> None:
    """A stranger's wallet looks like one that is not there, and nobody sees a balance without a signature."""
    own, strange = f"/v1/accounts/{li.id:016}", f"/v1/accounts/{wallet_id(OperatorId(2), 7):016}"

    assert get(street, own, ONE).json()["balance_fen"] == _MONEY
    assert get(street, own, LEDGER).json()["balance_fen"] == _MONEY
    for by in (TWO, COUNTER, STAFF):
        hidden = get(street, own, by)
        assert (hidden.status_code, hidden.json()["code"]) == (404, "unknown_wallet")
    for by in (ONE, LEDGER):
        assert get(street, strange, by).json()["code"] == "unknown_wallet"
    for path in (own, f"{own}/windows/0"):
        unsigned = get(street, path)
        assert (unsigned.status_code, unsigned.json()["code"]) == (401, "unsigned_request")


def test_a_window_tells_the_next_number(street: Street, li: Wallet) -> None:
    """A device that lost its memory goes on behind what the ledger has seen."""
    post(street, "/v1/payments", li.pay(street.bakery, Fen(1), expires_at=later()))

    told = get(street, f"/v1/accounts/{li.id:016}/windows/0", ONE).json()

    assert (told["high"], told["next_number"]) == (1, 2)
    assert told["used"].endswith("3")


def test_the_channel_is_the_networks_own(street: Street) -> None:
    """Messages between ledgers will name wallets: an operator does not read them."""
    for by in (ONE, COUNTER, STAFF):
        assert get(street, "/v1/channel/tier1", by).status_code == 403
    assert get(street, "/v1/channel/tier1/credits").status_code == 401
    assert get(street, "/v1/channel/tier1", LEDGER).json()["received"] == 2
    for nowhere in ("shard-007", "shard-000", "moon"):
        answer = get(street, f"/v1/channel/{nowhere}", LEDGER)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_channel")


def test_a_worker_whose_clock_is_beyond_the_bound_appends_nothing(street: Street, li: Wallet) -> None:
    """The frame would be void; the sender hears `unavailable`, and a newer tick heals it."""
    wire = li.pay(street.bakery, Fen(5), expires_at=later())
    before = street.shard.ledger.seq

    street.ahead_ms = 120_000
    refused = post(street, "/v1/payments", wire)
    stood_still = street.shard.ledger.seq == before
    street.tell()
    street.ahead_ms = 0
    settled = post(street, "/v1/payments", wire)

    assert (refused.status_code, refused.json()["code"]) == (503, "clock_ahead_of_tier1")
    assert stood_still
    assert settled.json()["answer"] == "settled"


def test_a_false_tick_does_not_let_a_worker_beyond_the_bound_go_on(street: Street, li: Wallet) -> None:
    """Anyone can sign a tick: it stands in its own frame, which is void, and nobody else's command does."""
    wire = li.pay(street.bakery, Fen(5), expires_at=later())
    false = tick(street.network, key("a stranger"), Seq(1), UnixMs(street.now() + 240_000))

    async def both(client: httpx.AsyncClient) -> list[httpx.Response]:
        sent = [client.post("/v1/payments", content=each, headers=_BINARY) for each in [wire, false] * 4]
        return list(await asyncio.gather(*sent))

    street.ahead_ms = 600_000
    answers = street.ask(both)
    street.ahead_ms = 0
    street.tell()
    settled = post(street, "/v1/payments", wire)

    assert {answer.json()["code"] for answer in answers[::2]} == {"clock_ahead_of_tier1"}
    assert {answer.status_code for answer in answers[1::2]} == {422}
    assert settled.json()["answer"] == "settled"


def test_the_id_of_a_command_is_told_even_where_it_was_not_appended(street: Street, li: Wallet) -> None:
    """The sender keeps books by ids, and a refusal before the log is booked too."""
    body = li.signatory.body(decode(li.pay(li.id, Fen(1), expires_at=later()), street.network).body.order, later())
    wire = li.signatory.attach(body, bytes(64))

    assert post(street, "/v1/payments", wire).json()["command_id"] == command_id(body).hex()


def test_the_reference_has_a_row_for_each_route_and_no_other(street: Street) -> None:
    """Who reads the page knows all that is answered."""
    document = street.ask(lambda client: client.get("/openapi.json")).json()

    assert served_routes(document) == written_routes("http-ledger.md")


def test_no_route_answers_a_stranger_with_a_fault_of_its_own(street: Street) -> None:
    """Whatever is asked, by whoever has read the document: never 500."""
    _try_every_route(street, examples=3)


@pytest.mark.long
def test_no_route_answers_a_persistent_stranger_with_a_fault_of_its_own(street: Street) -> None:
    """The same for longer."""
    _try_every_route(street, examples=300)


def _try_every_route(street: Street, *, examples: int) -> None:
    street.ask(lambda client: _try(street, client, examples=examples))


async def _try(street: Street, client: httpx.AsyncClient, *, examples: int) -> None:
    document: dict[str, Any] = (await client.get("/openapi.json")).json()
    del document["paths"]["/v1/events"]  # it never ends
    schema = schemathesis.openapi.from_dict(document)
    tried = 0
    loop = asyncio.get_running_loop()

    def ask(case: Any) -> None:
        nonlocal tried
        tried += 1
        request = case.as_transport_kwargs(base_url=_URL)
        request.pop("cookies", None)
        if isinstance(request.get("data"), bytes):
            request["content"] = request.pop("data")
        if tried % 2:
            request["auth"] = street.institutions.signed(LEDGER)
        response = asyncio.run_coroutine_threadsafe(_send(client, request), loop).result()
        assert response.status_code != 500, (request, response.text)

    def run() -> None:
        profile = settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        for found in schema.get_all_operations():
            operation: Any = found
            profile(given(case=operation.ok().as_strategy())(ask))()

    await asyncio.to_thread(run)
    # Routes that take nothing have one example.
    assert tried >= len(document["paths"])


async def _send(client: httpx.AsyncClient, request: dict[str, Any]) -> httpx.Response:
    return await client.request(**request)
