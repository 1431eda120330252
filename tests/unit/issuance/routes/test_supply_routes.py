"""All money over HTTP: the law for everybody, the figures of each operator for those who work at the central bank."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dcep.clock import UnixMs
from dcep.http.events import Bell
from dcep.messages.classes import WalletClass
from dcep.messages.commands.issuance import Allocate
from dcep.messages.layout import Code, Count, Sum
from dcep.messages.reports.holdings import Holdings, HoldingsLine, sign_holdings
from dcep.money import Fen
from tests.institutions import COUNTER, ONE, STAFF, TWO
from tests.unit.issuance.house import House
from tests.unit.issuance.realm import BANK, SHARD, Bank


def _report(bank: Bank, signer: str = "registrar") -> bytes:
    held = HoldingsLine(wallet_class=Code(WalletClass.II), city=Count(440300), wallets=Count(12), held=Sum(30))
    holdings = Holdings(network=bank.realm.network, operator=BANK, at=bank.realm.now, lines=(held,))
    return sign_holdings(holdings, bank.realm.keys.signer(signer, BANK))


@pytest.fixture
def funded(bank: Bank) -> Bank:
    """Return a central bank that has issued 900 fen and allocated them."""
    issued = bank.issue_through("issue", Fen(900))
    bank.carry_through("allocate", Allocate(shard=SHARD, operator=BANK, amount=Fen(900), lock=issued.content.lock))
    bank.realm.carry()
    return bank


def test_everybody_sees_all_money_and_whether_the_law_holds(house: House, funded: Bank) -> None:
    """And no figure of one operator."""
    house.post("/v1/holdings", _report(funded), by=None)

    told = house.get("/v1/supply", by=None).json()

    assert told["supply"] == {
        "issued_fen": 900,
        "withdrawn_fen": 0,
        "issuing_vault_fen": 0,
        "bank_vaults_fen": 900,
        "wallets_fen": 0,
        "in_transit_fen": 0,
        "reserve_fen": 900,
        "law_holds": True,
    }
    assert told["classes"] == [{"wallet_class": "II", "wallets": 12, "held_fen": 30}]
    assert told["cities"] == [{"city": "440300", "wallets": 12, "held_fen": 30}]
    assert (sorted(told["frames"]), told["reserve_assurance"]) == (["shard-000", "tier1"], "assurance: simulated")
    assert not {"operators", "holdings"} & set(told)


def test_an_operator_learns_what_was_allocated_to_it_and_to_nobody_else(house: House, funded: Bank) -> None:
    """It holds its vault against what the central bank says, and not against what it says itself."""
    path = "/v1/operators/1/allocated"

    assert house.get(path, by=ONE).json() == {"operator": "001", "allocated_fen": 900}
    assert house.get("/v1/operators/2/allocated", by=TWO).json() == {"operator": "002", "allocated_fen": 0}
    assert [house.get(path, by=by).status_code for by in (TWO, COUNTER, STAFF, None)] == [403, 403, 403, 401]


def test_the_figures_of_an_operator_are_for_the_staff(house: House, funded: Bank) -> None:
    """What it was issued, what it reports: an operator's business is not its competitors'."""
    house.post("/v1/holdings", _report(funded), by=None)

    stranger = house.get("/v1/supply/operators", by=None)
    told = house.get("/v1/supply/operators").json()

    assert (stranger.status_code, stranger.json()["code"]) == (401, "unsigned_request")
    assert told["operators"] == [
        {
            "operator": "001",
            "status": {"shard-000": "admitted"},
            "issued_fen": 900,
            "allocated_fen": 900,
            "withdrawn_fen": 0,
            "reserve_fen": 900,
            "vault_fen": 900,
        }
    ]
    assert [line["held_fen"] for line in told["holdings"]] == [30]


def test_a_report_proves_itself_or_is_refused(house: House, funded: Bank) -> None:
    """The registrar's signature is all that an operator brings; another key reports nothing."""
    good = house.post("/v1/holdings", _report(funded), by=None)
    bad = house.post("/v1/holdings", _report(funded, "vault"), by=None)
    nothing = house.post("/v1/holdings", b"", by=None)

    assert (good.status_code, good.json()) == (
        200,
        {"operator": "001", "at_ms": funded.realm.now, "wallets": 12, "held_fen": 30},
    )
    assert {(each.status_code, each.json()["code"]) for each in (bad, nothing)} == {(400, "bad_report")}


def test_whoever_asks_again_at_once_hears_the_same_cut(house: House, funded: Bank) -> None:
    """A cut costs every ledger a statement: a crowd must cost no more than one reader."""
    first = house.get("/v1/supply").json()
    funded.issue_through("more", Fen(5))
    soon = house.get("/v1/supply").json()
    funded.realm.now = UnixMs(funded.realm.now + 100)
    later = house.get("/v1/supply").json()

    assert first == soon
    assert (later["supply"]["issued_fen"], later["at_ms"]) == (905, first["at_ms"] + 100)


def test_the_history_of_the_supply_comes_in_pages(house: House, bank: Bank) -> None:
    """Each change once, the oldest first; the cursor goes on behind the last one that was seen."""
    watch = bank.central_bank.watch
    for number in range(3):
        bank.issue_through(f"issue-{number}", Fen(1))
        watch.look(now=bank.realm.now)

    first = house.get("/v1/supply/history?limit=2", by=None).json()
    second = house.get(f"/v1/supply/history?limit=2&cursor={first['next']}", by=None).json()

    told = [(each["id"], each["supply"]["issued_fen"]) for each in first["items"] + second["items"]]
    assert told == [(1, 1), (2, 2), (3, 3)]
    assert second["next"] is None


@pytest.mark.parametrize(("seen", "heard"), [("", [2, 3]), ("1", [2, 3]), ("0", [1, 2, 3]), ("2", [3])])
def test_events_go_on_behind_the_last_one_that_was_seen(house: House, bank: Bank, seen: str, heard: list[int]) -> None:
    """Without one they begin with how it stands; a change that comes while somebody listens is told to him."""
    watch = bank.central_bank.watch
    for number in range(2):
        bank.issue_through(f"issue-{number}", Fen(1))
        watch.look(now=bank.realm.now)

    text = asyncio.run(_listen(house, seen))

    ids = [int(line.removeprefix("id: ")) for line in text.splitlines() if line.startswith("id: ")]
    assert ids == heard
    assert text.count("event: supply\n") == len(heard)
    assert '"law_holds":true' in text


def test_an_id_that_is_none_is_refused(house: House) -> None:
    """Nobody hears the wrong half of a history because of a misspelt header."""
    refused = house.get("/v1/events", headers={"Last-Event-ID": "two"})

    assert (refused.status_code, refused.json()["code"]) == (400, "bad_cursor")


async def _listen(house: House, seen: str) -> str:
    """Return what a reader hears until the third change, which comes when he has heard of the second."""
    bell = Bell(asyncio.get_running_loop())
    edge, heard, changed, ended = house.edge(bell), bytearray(), asyncio.Event(), asyncio.Event()
    requests = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for request in requests:
            return request
        # The reader stays as long as there is something to hear.
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        heard.extend(message.get("body", b""))
        if b"id: 2\n" in heard or seen == "2":
            changed.set()
        if b"id: 3\n" in heard:
            bell.silence()
        if not message.get("more_body", True):
            ended.set()

    async def change() -> None:
        await changed.wait()
        house.bank.issue_through("issue-2", Fen(1))
        house.bank.central_bank.watch.look(now=house.bank.realm.now)
        bell.ring()

    headers = [(b"last-event-id", seen.encode())] if seen else []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/v1/events",
        "raw_path": b"/v1/events",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "state": {},
    }
    async with asyncio.timeout(60):
        await asyncio.gather(edge(scope, receive, send), change())
    return heard.decode()
