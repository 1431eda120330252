"""The bank's own counter, and what everybody may ask; no request makes the house fall."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from dcep.money import Fen
from tests.docs.routes import served_routes, written_routes
from tests.institutions import COUNTER, LEDGER, ONE, STAFF, TWO
from tests.town import resident_number
from tests.unit.operators.routes.visits import ADDRESS, House, Visitor


def test_everybody_may_know_who_the_operator_is(house: House) -> None:
    """Where its ledger is, and the numbers of its vault and its registrar."""
    told = house.ask("GET", "/v1/operator").json()

    assert told == {
        "operator": 1,
        "name": "icbc",
        "network": house.bank.network.hex(),
        "url": "http://operator.invalid",
        "ledger_url": "http://ledger.invalid",
        "tier1_url": "http://tier1.invalid",
        "vault": f"{house.bank.vault:016}",
        "registrar": f"{house.bank.registrar:016}",
    }


def test_whoever_does_not_work_there_learns_no_name(house: House, li: Visitor) -> None:
    """A holder's signature opens no counter, his own name included."""
    paths = [f"/v1/customers/{li.keyid}", "/v1/sagas", "/v1/reconciliation/2020-12-31?allocated_fen=0"]
    paths += ["/v1/orders", f"/v1/orders?wallet={li.keyid}", "/v1/freezes"]
    frozen = ("POST", li.mine("/freeze"), {"scope": "both", "basis": "b"})

    unsigned = [house.ask("GET", path) for path in paths]
    by_a_holder = [*(li.ask("GET", path) for path in paths), li.ask(*frozen, key="f")]
    by_others = [
        house.at_the_counter(*asked, key="f", by=by)
        for by in (ONE, TWO, STAFF, LEDGER)
        for asked in (
            *(("GET", path, None) for path in paths),
            ("POST", "/v1/customers/search", {"phone": "+8613800000001"}),
            ("GET", f"/v1/orders/{'0' * 32}", None),
            frozen,
        )
    ]

    def heard(answers: list[Any]) -> set[tuple[int, str]]:
        return {(answered.status_code, answered.json()["code"]) for answered in answers}

    assert heard(unsigned) == {(401, "unsigned_request")}
    assert heard(by_a_holder) == {(401, "unknown_certificate")}
    assert heard(by_others) == {(403, "not_allowed")}


def test_the_counter_knows_its_own_customers_alone(house: House, li: Visitor) -> None:
    """By class: all that was shown. A wallet of nobody's here is not there."""
    told = house.at_the_counter("GET", f"/v1/customers/{li.keyid}").json()
    strangers = [house.at_the_counter("GET", f"/v1/customers/{each}") for each in ("0010000000000011", "li")]

    assert told | {"identity": "", "checked_at_ms": 0} == {
        "wallet": li.keyid,
        "wallet_class": "II",
        "closed": False,
        "frozen": None,
        "identity": "",
        "name": "Person 1",
        "phone": "+8613800000001",
        "bank_account": "ACCT000001",
        "best_class": "II",
        "assurance": "simulated",
        "checked_at_ms": 0,
        "wallets": [li.keyid],
    }
    assert {(each.status_code, each.json()["code"]) for each in strangers} == {(404, "not_your_customer")}


def test_a_customer_is_found_by_what_he_has_shown_in_full(house: House, li: Visitor, bakery: Visitor) -> None:
    """By his phone or his document; a part of it finds nobody, so nobody leafs through names."""

    def found(**shown: str) -> Any:
        answer = house.at_the_counter("POST", "/v1/customers/search", shown).json()
        return [each["wallet"] for each in answer["items"]] if "items" in answer else answer["code"]

    assert found(phone="+8613800000001") == [li.keyid]
    assert found(document=resident_number(2)) == [bakery.keyid]
    assert found(phone="+861380000000") == found(credit_code="91440300MA5D1X0000") == found(document="%") == []
    assert found() == found(phone="+8613800000001", document=resident_number(1)) == "bad_search"


def test_a_wallet_is_frozen_and_freed_on_a_basis(house: House, li: Visitor) -> None:
    """The same order twice is one; the order is the counter's to follow, and not its holder's."""
    wanted = {"scope": "both", "basis": "case 7"}
    frozen, again = (house.at_the_counter("POST", li.mine("/freeze"), wanted, key="f") for _ in range(2))
    house.rest()
    while_frozen = li.ask("GET", li.mine()).json()["frozen"]
    freed = house.at_the_counter("POST", li.mine("/unfreeze"), {"basis": "case 7 closed"}, key="u")
    house.rest()

    assert (frozen.status_code, again.headers["Idempotency-Replayed"]) == (202, "true")
    assert (while_frozen, li.ask("GET", li.mine()).json()["frozen"]) == ("both", None)
    assert house.at_the_counter("GET", f"/v1/orders/{freed.json()['id']}").json()["state"] == "done"
    assert li.ask("GET", f"/v1/orders/{freed.json()['id']}").status_code == 404


def test_freezes_are_kept_with_their_basis(house: House, li: Visitor, bakery: Visitor) -> None:
    """The newest first, in pages; a freeze is in force until one of the operator's orders lifts it."""
    for number, (whose, what, wanted) in enumerate(
        (
            (li, "freeze", {"scope": "both", "basis": "case 7"}),
            (li, "unfreeze", {"basis": "case 7 closed"}),
            (bakery, "freeze", {"scope": "receive", "basis": "case 8"}),
        )
    ):
        house.town.next_day()
        house.at_the_counter("POST", whose.mine(f"/{what}"), wanted, key=f"k{number}")
        house.rest()

    first = house.at_the_counter("GET", "/v1/freezes?limit=2").json()
    second = house.at_the_counter("GET", f"/v1/freezes?limit=2&cursor={first['next']}").json()

    assert [
        (each["kind"], each["wallet"], each["scope"], each["basis"], each["state"], each["in_force"])
        for each in first["items"] + second["items"]
    ] == [
        ("freeze", bakery.keyid, "receive", "case 8", "done", True),
        ("unfreeze", li.keyid, None, "case 7 closed", "done", False),
        ("freeze", li.keyid, "both", "case 7", "done", False),
    ]
    assert {each["asked_by"] for each in first["items"]} == {COUNTER.name}
    assert second["next"] is None


def test_every_order_is_seen_the_newest_first(house: House, li: Visitor, bakery: Visitor) -> None:
    """Of everybody or of one wallet, what its holder may not know of included."""
    house.town.next_day()
    li.ask("POST", li.mine("/exchanges"), {"amount_fen": 500}, key="e")
    house.town.next_day()
    house.at_the_counter("POST", li.mine("/freeze"), {"scope": "pay", "basis": "case 7"}, key="f")
    house.rest()

    everybodys = house.at_the_counter("GET", "/v1/orders").json()["items"]
    his = house.at_the_counter("GET", f"/v1/orders?wallet={li.keyid}").json()["items"]
    nobodys = house.at_the_counter("GET", "/v1/orders?wallet=7")

    assert [each["kind"] for each in everybodys] == ["freeze", "exchange", "open", "open"]
    assert [each["kind"] for each in his] == ["freeze", "exchange", "open"]
    assert (nobodys.status_code, nobodys.json()["code"]) == (404, "not_your_customer")


def test_money_is_returned_to_the_issuing_vault(house: House, li: Visitor) -> None:
    """Once, however often it is asked for; it is among all orders, is nobody's wallet's, and no holder may see it."""
    before = house.bank.line.account(house.bank.vault)
    returned, again = (house.at_the_counter("POST", "/v1/returns", {"amount_fen": 700}, key="r") for _ in range(2))
    too_much = house.at_the_counter("POST", "/v1/returns", {"amount_fen": 10**15}, key="all")
    house.rest()
    after = house.bank.line.account(house.bank.vault)

    order, refused = (
        house.at_the_counter("GET", f"/v1/orders/{each.json()['id']}").json() for each in (returned, too_much)
    )
    listed = house.at_the_counter("GET", "/v1/orders").json()["items"]
    of_li = house.at_the_counter("GET", f"/v1/orders?wallet={li.keyid}").json()["items"]

    assert before is not None
    assert after is not None
    assert (again.headers["Idempotency-Replayed"], before.balance - after.balance) == ("true", 700)
    assert order | {"made_at_ms": 0, "ended_at_ms": 0, "id": ""} == {
        "id": "",
        "kind": "return",
        "wallet": None,
        "state": "settled",
        "code": "",
        "amount_fen": 700,
        "made_at_ms": 0,
        "ended_at_ms": 0,
    }
    assert (refused["state"], refused["code"]) == ("refused", "insufficient_funds")
    assert sorted(each["kind"] for each in listed) == ["open", "return", "return"]
    assert {each["kind"] for each in of_li} == {"open"}
    assert li.ask("GET", f"/v1/orders/{order['id']}").status_code == 404
    assert li.ask("POST", "/v1/returns", {"amount_fen": 1}, key="x").status_code == 401


def test_orders_in_flight_are_seen_the_oldest_first(house: House, li: Visitor) -> None:
    """Those that nobody has carried on yet; an order that has ended is not among them."""
    for number in range(3):
        li.ask("POST", li.mine("/exchanges"), {"amount_fen": 1 + number}, key=f"e{number}")

    first = house.at_the_counter("GET", "/v1/sagas?limit=2").json()
    second = house.at_the_counter("GET", f"/v1/sagas?limit=2&cursor={first['next']}").json()
    house.rest()

    assert sorted(order["amount_fen"] for order in first["items"] + second["items"]) == [1, 2, 3]
    assert (len(first["items"]), second["next"]) == (2, None)
    assert house.at_the_counter("GET", "/v1/sagas").json() == {"items": [], "next": None}


def test_the_books_of_a_day_are_held_against_each_other(house: House, li: Visitor) -> None:
    """What the central bank says it has allocated is brought by whoever asks; another sum is a break."""
    li.ask("POST", li.mine("/exchanges"), {"amount_fen": 500}, key="e")
    house.rest()
    today = house.at_the_counter("GET", "/v1/reconciliation/2021-01-01?allocated_fen=0")
    no_day = house.at_the_counter("GET", "/v1/reconciliation/today?allocated_fen=0")
    house.town.next_day()

    good, short = (
        house.at_the_counter("GET", f"/v1/reconciliation/2021-01-01?allocated_fen={fen}").json()
        for fen in (10_000_000_000, 10_000_000_001)
    )

    assert (today.status_code, today.json()["code"]) == (400, "day_not_over")
    assert (no_day.status_code, no_day.json()["code"]) == (404, "bad_date")
    assert good == {"day": "2021-01-01", "allocated_fen": 10_000_000_000, "breaks": []}
    assert [each["kind"] for each in short["breaks"]] == ["vault_short"]


def test_what_was_allocated_is_asked_of_the_central_bank_where_nobody_says_it(house: House, li: Visitor) -> None:
    """Whoever works at the desk need not know the sum; an operator that knows no central bank wants to be told."""
    li.ask("POST", li.mine("/exchanges"), {"amount_fen": 500}, key="e")
    house.rest()
    house.town.next_day()
    path = "/v1/reconciliation/2021-01-01"

    untold = house.at_the_counter("GET", path)
    house.allocated = lambda: Fen(10_000_000_000)
    house.open_again()
    told = house.at_the_counter("GET", path)

    assert (untold.status_code, untold.json()["code"]) == (400, "allocated_missing")
    assert told.json() == {"day": "2021-01-01", "allocated_fen": 10_000_000_000, "breaks": []}


def test_the_reference_has_a_row_for_each_route_and_no_other(house: House) -> None:
    """Who reads the page knows all that is answered."""
    document = house.at_the_counter("GET", "/openapi.json").json()

    assert served_routes(document) == written_routes("http-operator.md")


def test_no_request_makes_the_house_fall(house: House, li: Visitor) -> None:
    """Whatever the document allows, and what it does not, by staff and by a holder who signs it: never a fault."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", _Signing(house, li))

    @given(case=schema.as_strategy())
    @settings(
        max_examples=60,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    def ask(case: Any) -> None:
        if "wallet" in (case.path_parameters or {}) and len(case.path_parameters["wallet"]) % 2:
            case.path_parameters["wallet"] = li.keyid
        answered = case.call(base_url=ADDRESS)
        assert answered.status_code < 500, answered.text

    ask()


class _Signing:
    """Stands before the service, and signs each request as Li does, or asks as staff on the paths of the counter."""

    def __init__(self, house: House, li: Visitor) -> None:
        self._house, self._li = house, li

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._house.edge(scope, receive, send)
            return
        parts, is_whole = [], False
        while not is_whole:
            message = await receive()
            parts.append(message.get("body", b""))
            is_whole = not message.get("more_body", False)
        body = b"".join(parts)
        query = scope["query_string"]
        path = scope["raw_path"].partition(b"?")[0] + (b"?" + query if query else b"")
        own = [(b"host", ADDRESS.partition("//")[2].encode()), (b"content-length", str(len(body)).encode())]
        kept = [(name, value) for name, value in scope["headers"] if name not in (b"host", b"content-length")]
        if any(word in path for word in (b"customers", b"freeze", b"sagas", b"reconciliation")):
            seal = self._house.institutions.seal(COUNTER)
            sealed = dict(seal(scope["method"], ADDRESS + path.decode("latin-1"), body))
        else:
            sealed = self._house.seal(self._li.signer, self._li.keyid, scope["method"], path.decode("latin-1"), body)
        own += [(name.lower().encode(), value.encode()) for name, value in sealed.items()]

        async def whole() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        await self._house.edge(scope | {"headers": [*kept, *own]}, whole, send)
