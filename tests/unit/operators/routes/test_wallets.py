"""A holder opens a wallet, exchanges, redeems and arranges; each order counts once however often it is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from dcep.messages.layout import Number
from dcep.money import Fen
from dcep.wallet.payments import Wallet
from tests.unit.operators.routes.conftest import FUNDS, shown_by
from tests.unit.operators.routes.visits import House, Visitor


def _wallet(house: House, visitor: Visitor, name: str) -> Wallet:
    assert visitor.wallet is not None
    return house.town.wallet(visitor.wallet, name)


def _exchange(house: House, visitor: Visitor, amount: int, key: str = "e") -> dict[str, Any]:
    order = visitor.ask("POST", visitor.mine("/exchanges"), {"amount_fen": amount}, key=key).json()["id"]
    house.rest()
    told: dict[str, Any] = visitor.ask("GET", f"/v1/orders/{order}").json()
    return told


def test_a_newcomer_opens_a_wallet_with_nothing_but_a_key(house: House) -> None:
    """The order answers to the key until there is a wallet, and then to both."""
    li = Visitor(house, "li")
    wanted = {"wallet_class": "IV", "evidence": {"phone": "+8613800000001"}, "policy": li.policy}

    asked = li.ask("POST", "/v1/wallets", wanted, key="open")
    house.rest()
    done = li.ask("GET", f"/v1/orders/{asked.json()['id']}").json()
    li.wallet = int(done["wallet"])  # type: ignore[assignment]
    view = li.ask("GET", li.mine()).json()

    assert (asked.status_code, asked.json()["state"], asked.json()["wallet"]) == (202, "wanted", None)
    assert (done["kind"], done["state"], done["ended_at_ms"]) == ("open", "done", house.town.now)
    assert li.ask("GET", f"/v1/orders/{done['id']}").json() == done
    assert view | {"limits": None} == {
        "wallet": li.keyid,
        "wallet_class": "IV",
        "balance_fen": 0,
        "locked_fen": 0,
        "on_hold_fen": 0,
        "in_flight_fen": 0,
        "spent_today_fen": 0,
        "spent_this_year_fen": 0,
        "limits": None,
        "epoch": 1,
        "next_number": 1,
        "frozen": None,
        "closed": False,
    }
    assert view["limits"] == {
        "cap_fen": 1_000_000,
        "single_fen": 200_000,
        "daily_fen": 500_000,
        "annual_fen": 5_000_000,
    }


def test_deposit_becomes_digital_currency_and_comes_back(house: House, li: Visitor) -> None:
    """Exchange, then redemption: to the fen, and the bank was woken for each."""
    woken = house.woken
    exchanged = _exchange(house, li, 30_000)
    wire = _wallet(house, li, "li").redeem(house.bank.vault, Fen(10_000), expires_at=house.town.economy.midnight)

    asked = li.ask("POST", li.mine("/redemptions"), wire=wire)
    house.rest()
    redeemed = li.ask("GET", f"/v1/orders/{asked.json()['id']}").json()

    assert [(order["kind"], order["state"], order["amount_fen"]) for order in (exchanged, redeemed)] == [
        ("exchange", "settled", 30_000),
        ("redeem", "settled", 10_000),
    ]
    assert li.ask("GET", li.mine()).json()["balance_fen"] == 20_000
    assert house.core.balance("ACCT000001") == FUNDS - 20_000
    assert house.woken == woken + 2


def test_an_order_asked_twice_is_one_order_and_says_so(house: House, li: Visitor) -> None:
    """A lost answer is healed by asking again; another content under the key is none, and a key there must be."""
    wanted = {"amount_fen": 5_000}
    first, again = (li.ask("POST", li.mine("/exchanges"), wanted, key="e") for _ in range(2))
    other = li.ask("POST", li.mine("/exchanges"), {"amount_fen": 5_001}, key="e")
    keyless = li.ask("POST", li.mine("/exchanges"), wanted)
    house.rest()

    assert first.json() == again.json()
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency_key_missing")
    assert house.core.balance("ACCT000001") == FUNDS - 5_000


def test_a_key_belongs_to_one_opening_whoever_the_evidence_is_of(house: House) -> None:
    """Two customers under one key of one asker would be two wallets for one order."""
    li = Visitor(house, "li")
    wanted = {"wallet_class": "II", "evidence": shown_by(1), "policy": li.policy}

    first, again, other = (
        li.ask("POST", "/v1/wallets", wanted | changed, key="open") for changed in ({}, {}, {"evidence": shown_by(2)})
    )
    strangers = Visitor(house, "wang")
    same_key = strangers.ask("POST", "/v1/wallets", wanted | {"policy": strangers.policy}, key="open")

    assert (first.json(), again.headers["Idempotency-Replayed"]) == (again.json(), "true")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (same_key.status_code, same_key.json()["id"] != first.json()["id"]) == (202, True)


def test_better_evidence_makes_a_better_class(house: House) -> None:
    """A nameless wallet of class IV becomes one of class II, with the customer of that document."""
    li = Visitor(house, "li")
    li.open_wallet({"phone": "+8613800000001"}, "IV")
    too_little = li.ask(
        "POST", li.mine("/class"), {"wallet_class": "II", "evidence": {"phone": "+8613800000001"}}, key="a"
    )
    wanted = {"wallet_class": "II", "evidence": shown_by(1)}

    first, again = (li.ask("POST", li.mine("/class"), wanted, key="b") for _ in range(2))
    house.rest()

    assert (too_little.status_code, too_little.json()["code"]) == (409, "evidence_insufficient")
    assert (first.status_code, again.headers["Idempotency-Replayed"]) == (202, "true")
    assert li.ask("GET", li.mine()).json()["wallet_class"] == "II"


def test_what_can_be_no_wallet_is_refused_with_a_code(house: House) -> None:
    """No order was taken, and nobody is known by what was shown."""
    li = Visitor(house, "li")
    phone = {"phone": "+8613800000001"}
    wanted = {"wallet_class": "IV", "evidence": phone, "policy": li.policy}
    refused: list[tuple[dict[str, Any], int, str]] = [
        ({"wallet_class": "V"}, 400, "malformed_body"),
        ({"policy": "XY"}, 400, "malformed_body"),
        ({"policy": "00"}, 403, "not_allowed"),
        ({"policy": "0103"}, 400, "bad_policy"),
        ({"evidence": {"phone": "12"}}, 400, "bad_evidence"),
        ({"evidence": phone | {"credit_code": "1", "name": "Li"}}, 400, "bad_evidence"),
        ({"evidence": phone | {"credit_code": "1"}}, 400, "bad_evidence"),
        ({"evidence": phone | {"fone": ""}}, 400, "unknown_field"),
        ({"evidence": shown_by(1) | {"document": "99000000000000001X"}}, 409, "evidence_declined"),
    ]

    answers = [
        li.ask("POST", "/v1/wallets", wanted | changed, key=f"open-{number}")
        for number, (changed, _, _) in enumerate(refused)
    ]
    house.rest()

    assert [(answered.status_code, answered.json()["code"]) for answered in answers] == [
        (status, code) for _, status, code in refused
    ]
    assert house.bank.names.wallets_of("phone +8613800000001") == []
    assert house.bank.names.wallets_of(f"document {shown_by(1)['document']}") == []


def test_bytes_that_are_another_wallets_or_nothing_are_refused(house: House, li: Visitor, bakery: Visitor) -> None:
    """Whoever brings them: the redemption of another, a payment, noise, a command that is far too long."""
    until = house.town.economy.midnight
    of_another = _wallet(house, bakery, "bakery").redeem(house.bank.vault, Fen(1), expires_at=until)
    payment = _wallet(house, li, "li").pay(bakery.wallet, Fen(1), expires_at=until)  # type: ignore[arg-type]

    answers = [
        li.ask("POST", li.mine("/redemptions"), wire=wire) for wire in (of_another, payment, b"noise", bytes(20_000))
    ]
    as_text = li.ask("POST", li.mine("/redemptions"), {"command": of_another.hex()})
    too_large = li.ask("POST", li.mine("/exchanges"), {"amount_fen": 1, "note": "x" * 70_000}, key="big")

    assert [(answered.status_code, answered.json()["code"]) for answered in (*answers, as_text, too_large)] == [
        (400, "other_command"),
        (400, "other_command"),
        (400, "other_command"),
        (413, "body_too_large"),
        (400, "other_command"),
        (413, "body_too_large"),
    ]


def test_a_wallet_shows_its_orders_the_newest_first_and_no_freeze(house: House, li: Visitor) -> None:
    """Page by page, all kinds in one list. What the bank ordered about it would warn whom it concerns."""
    for number in range(3):
        house.town.next_day()
        _exchange(house, li, 100 + number, key=f"e{number}")
    house.at_the_counter("POST", li.mine("/freeze"), {"scope": "pay", "basis": "case 7"}, key="f")
    house.rest()

    first = li.ask("GET", li.mine("/orders?limit=3")).json()
    second = li.ask("GET", li.mine(f"/orders?limit=3&cursor={first['next']}")).json()

    told = [(order["kind"], order["amount_fen"]) for order in first["items"] + second["items"]]
    assert told == [("exchange", 102), ("exchange", 101), ("exchange", 100), ("open", None)]
    assert second["next"] is None
    assert li.ask("GET", li.mine()).json()["frozen"] == "pay"
    assert li.ask("GET", li.mine("/orders?cursor=x")).json()["code"] == "bad_cursor"


def test_what_is_arranged_tops_up_a_payment_and_says_what_is_due(house: House, li: Visitor, bakery: Visitor) -> None:
    """The refused payment is the proof; once a mandate is gone nothing is topped up."""
    arranged = li.ask("PUT", li.mine("/mandate"), {"top_up_fen_daily": 500, "sweep_above_fen": 200}).json()
    wallet = _wallet(house, li, "li")
    payment = wallet.pay(bakery.wallet, Fen(300), expires_at=house.town.economy.midnight)  # type: ignore[arg-type]
    early = li.ask("POST", li.mine("/top-ups"), wire=payment)
    house.town.line.submit([payment])

    first, again = (li.ask("POST", li.mine("/top-ups"), wire=payment) for _ in range(2))
    house.rest()
    due = li.ask("GET", li.mine("/mandate")).json()
    li.ask("PUT", li.mine("/mandate"), {"top_up_fen_daily": 0, "sweep_above_fen": None})
    gone = li.ask("GET", li.mine("/mandate")).json()

    assert arranged == {"top_up_fen_daily": 500, "sweep_above_fen": 200, "due_fen": 0}
    assert (early.status_code, early.json()["code"]) == (409, "payment_lacked_nothing")
    assert (first.status_code, first.json()["id"], first.json()["amount_fen"]) == (202, again.json()["id"], 300)
    assert due["due_fen"] == 100
    assert gone == {"top_up_fen_daily": 0, "sweep_above_fen": None, "due_fen": 0}


def test_a_month_of_the_deposit_is_a_camt_053(house: House, li: Visitor) -> None:
    """The month that goes on ends today; a month that has not begun, or is none, is not there."""
    _exchange(house, li, 30_000)

    statement = li.ask("GET", li.mine("/statements/2021-01"))
    others = [li.ask("GET", li.mine(f"/statements/{month}")) for month in ("2021-02", "2021-13", "x", "1999-01")]

    assert (statement.status_code, statement.headers["content-type"]) == (200, "application/xml")
    assert b"camt.053.001.08" in statement.content
    assert b'<Amt Ccy="CNY">300' in statement.content
    assert b"Person" not in statement.content
    assert {(answered.status_code, answered.json()["code"]) for answered in others} == {(404, "bad_date")}


def test_an_operator_that_nobody_has_admitted_opens_no_wallet(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The eighth place is configured and empty: better a word than an order that never ends."""
    monkeypatch.setattr(house.bank, "registrar", Number(0))
    li = Visitor(house, "li")
    wanted = {"wallet_class": "IV", "evidence": {"phone": "+8613800000001"}, "policy": li.policy}

    refused = li.ask("POST", "/v1/wallets", wanted, key="open")

    assert (refused.status_code, refused.json()["code"]) == (409, "not_admitted")
