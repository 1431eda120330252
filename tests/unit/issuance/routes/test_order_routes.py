"""The central bank over HTTP: who works there asks and proposes, officers prove themselves by their signatures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from dcep.identity.certificates import Subject
from dcep.issuance.reserves.iso20022 import answer
from dcep.messages import layout
from tests.docs.routes import served_routes, written_routes
from tests.institutions import LEDGER, ONE
from tests.unit.issuance.house import URL, House
from tests.unit.issuance.realm import Bank, Realm


@pytest.fixture
def bank(tmp_path: Path, tables: Path) -> Iterator[Bank]:
    """Return a central bank in its first life: it has admitted nobody."""
    realm = Realm(tmp_path, tables=tables)
    bank = realm.bank()
    yield bank
    bank.close()
    realm.close()


def _lock(bank: Bank) -> None:
    """Let the settlement answer what was asked of it."""
    accounts = bank.reserve.accounts
    bank.reserve.send_due(lambda message: answer(bank.realm.settlement, message, accounts), now=bank.realm.now)


def _approve(house: House, bank: Bank, order: str, officers: int) -> httpx.Response:
    told = house.get(f"/v1/orders/{order}/proposal").json()
    answers = [
        house.post(
            "/v1/approvals",
            {
                "command_id": told["command_id"],
                "key": officer.signer.public.hex(),
                "signature": officer.signer.sign(bytes.fromhex(told["body"])).hex(),
            },
            by=None,
        )
        for officer in bank.realm.officers[:officers]
    ]
    return answers[-1]


def test_money_is_issued_and_allocated_through_the_house(house: House, bank: Bank) -> None:
    """Asked for, reserves locked, proposed, approved one by one, sent: each step is seen, and the money is there."""
    admission = layout.encode(bank.realm.admission()).hex()
    steps: list[tuple[str, dict[str, Any]]] = [
        ("admit", {"kind": "board", "command": "set_operator", "fields": admission}),
        ("issue", {"kind": "issue", "operator": 1, "amount_fen": 5_000}),
        ("allocate", {"kind": "allocate", "issue": "issue", "amount_fen": 5_000}),
    ]
    states = []
    for order, wanted in steps:
        states.append(house.post("/v1/orders", wanted, key=order).json()["state"])
        _lock(bank)
        house.post(f"/v1/orders/{order}/proposal")
        states.append(_approve(house, bank, order, 2).json()["state"])
        states.append(_approve(house, bank, order, 3).json()["state"])
        bank.send()
        states.append(house.get(f"/v1/orders/{order}").json()["state"])
    bank.realm.carry()

    through = ["proposed", "approved", "settled"]
    assert states == ["requested", *through, "awaiting_reserves", *through, "requested", *through]
    assert bank.realm.shard.sums().vaults == 5_000
    reserves = house.get("/v1/reserves").json()
    assert reserves == {
        "booked_fen": 5_000,
        "released_fen": 0,
        "locked_fen": 5_000,
        "assurance": "assurance: simulated",
    }


def test_the_same_order_asked_again_is_the_same_order_and_says_so(house: House) -> None:
    """A lost answer is healed by asking again; another order under the same key is none."""
    wanted = {"kind": "issue", "operator": 1, "amount_fen": 5_000}

    first, again = (house.post("/v1/orders", wanted, key="i") for _ in range(2))
    other = house.post("/v1/orders", wanted | {"amount_fen": 5_001}, key="i")
    keyless = house.post("/v1/orders", wanted)

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"kind": "issue", "operator": 1}, "malformed_body"),
        ({"kind": "issue", "operator": 1, "amount_fen": 0}, "malformed_body"),
        ({"kind": "issue", "operator": 1, "amount_fen": 5, "amount": 5}, "unknown_field"),
        ({"kind": "print", "operator": 1, "amount_fen": 5}, "malformed_body"),
        ({"kind": "allocate", "issue": "nobody's", "amount_fen": 5}, "unknown_order"),
        ({"kind": "board", "command": "issue", "fields": ""}, "bad_order"),
        ({"kind": "board", "command": "freeze", "fields": "00"}, "bad_order"),
        ({"kind": "board", "command": "freeze", "fields": "XY"}, "malformed_body"),
    ],
)
def test_an_order_that_is_none_is_refused_with_a_code(house: House, wanted: dict[str, Any], code: str) -> None:
    """Nothing was entered."""
    answered = house.post("/v1/orders", wanted, key="i")

    assert answered.status_code in (400, 422)
    assert answered.json()["code"] == code
    assert house.get("/v1/orders").json() == {"items": [], "next": None}


def test_whoever_does_not_work_there_sees_no_order(house: House) -> None:
    """A stranger is asked for a signature; a bank and a ledger have one, and are told that it is none of theirs."""
    house.post("/v1/orders", {"kind": "issue", "operator": 1, "amount_fen": 5_000}, key="i")

    def heard(by: Subject | None) -> set[tuple[int, str]]:
        answers = [
            house.get("/v1/orders", by=by),
            house.get("/v1/orders/i", by=by),
            house.get("/v1/reserves", by=by),
            house.post("/v1/orders/i/proposal", by=by),
            house.post("/v1/orders", {"kind": "withdraw", "operator": 1, "amount_fen": 5}, key="w", by=by),
            house.post("/v1/orders/i/abandonment", by=by),
        ]
        return {(answered.status_code, answered.json()["code"]) for answered in answers}

    assert heard(None) == {(401, "unsigned_request")}
    assert heard(ONE) == heard(LEDGER) == {(403, "not_allowed")}


def test_an_officer_reads_what_the_bytes_say_before_he_signs(house: House, bank: Bank) -> None:
    """Operator, amount and lock by their names, and who must sign, beside the bytes themselves."""
    house.post("/v1/orders", {"kind": "issue", "operator": 1, "amount_fen": 5_000}, key="i")
    _lock(bank)
    house.post("/v1/orders/i/proposal")

    told = house.get("/v1/orders/i/proposal", by=None).json()

    lock = bank.desk.order("i").content.lock.hex()
    assert told["order"]["order"] == {"operator": "001", "amount_fen": 5_000, "lock": lock}
    assert lock in told["body"]
    assert (told["policy"]["needed"], told["policy"]["sites"], len(told["seats"])) == (3, 2, 5)


def test_a_strangers_signature_counts_nothing(house: House, bank: Bank) -> None:
    """A key without a seat, a signature of other bytes, a proposal that nobody made."""
    house.post("/v1/orders", {"kind": "issue", "operator": 1, "amount_fen": 5_000}, key="i")
    _lock(bank)
    told = house.post("/v1/orders/i/proposal").json()
    officer = bank.realm.officers[0].signer
    good = {"command_id": told["command_id"], "key": officer.public.hex(), "signature": officer.sign(b"other").hex()}

    codes = [
        house.post("/v1/approvals", good | changed, by=None).json()["code"]
        for changed in ({}, {"key": bytes(32).hex()}, {"command_id": bytes(32).hex()}, {"signature": "00"})
    ]

    assert codes == ["bad_signature", "no_seat", "unknown_proposal", "bad_signature"]
    assert house.get("/v1/orders/i/proposal").json()["signed"] == []


def test_orders_come_in_pages_and_by_state(house: House) -> None:
    """The cursor goes on behind the last one that was seen."""
    for number in range(5):
        house.post("/v1/orders", {"kind": "withdraw", "operator": 1, "amount_fen": 1 + number}, key=f"w{number}")
    house.post("/v1/orders/w4/abandonment")

    first = house.get("/v1/orders?state=requested&limit=3").json()
    second = house.get(f"/v1/orders?state=requested&limit=3&cursor={first['next']}").json()

    assert [order["id"] for order in first["items"] + second["items"]] == ["w0", "w1", "w2", "w3"]
    assert second["next"] is None
    assert house.get("/v1/orders?cursor=x").json()["code"] == "bad_cursor"
    assert house.get("/v1/orders?state=lost").status_code == 400


def test_the_reference_has_a_row_for_each_route_and_no_other(house: House) -> None:
    """Who reads the page knows all that is answered."""
    document = house.get("/openapi.json", by=None).json()

    assert served_routes(document) == written_routes("http-central-bank.md")


def test_no_request_makes_the_house_fall(house: House) -> None:
    """Whatever the document allows, and what it does not: an answer in words, never a fault of the service."""
    schema = schemathesis.openapi.from_dict(house.get("/openapi.json", by=None).json())

    @given(case=schema.as_strategy())
    @settings(
        max_examples=60,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    def ask(case: Any) -> None:
        request = case.as_transport_kwargs(base_url=URL)
        request.pop("cookies", None)
        if isinstance(request.get("data"), bytes):
            request["content"] = request.pop("data")
        answered = house.send(request)
        assert answered.status_code < 500, answered.text

    ask()
