"""A holder hears of what happened to his wallet: by pages, and by events that go on where he was cut off."""

from __future__ import annotations

import pytest

from dcep.money import Fen
from tests.unit.operators.routes.visits import House, Visitor


def exchange(house: House, visitor: Visitor, amount: int, key: str) -> None:
    """Let a holder exchange."""
    visitor.ask("POST", visitor.mine("/exchanges"), {"amount_fen": amount}, key=key)
    house.rest()


def pay(house: House, payer: Visitor, name: str, receiver: Visitor, amount: int) -> str:
    """Let one holder pay another, and return the command's id."""
    assert payer.wallet is not None
    assert receiver.wallet is not None
    signs = house.town.wallet(payer.wallet, name)
    house.town.line.submit([signs.pay(receiver.wallet, Fen(amount), expires_at=house.town.economy.midnight)])
    house.rest()
    return str(payer.ask("GET", payer.mine("/history")).json()["items"][0]["command_id"])


def test_a_page_tells_what_moved_with_the_balance_behind_it(house: House, li: Visitor, bakery: Visitor) -> None:
    """Both sides have a line with the same command, each in its own view."""
    exchange(house, li, 30_000, "e")
    command = pay(house, li, "li", bakery, 1_200)

    mine, theirs = (each.ask("GET", each.mine("/history")).json()["items"] for each in (li, bakery))

    assert [line["kind"] for line in mine] == ["paid", "exchanged", "opened"]
    assert [line["balance_fen"] for line in mine] == [28_800, 30_000, 0]
    assert {key: mine[0][key] for key in ("counterparty", "amount_fen", "effect", "command_id", "refers_to")} == {
        "counterparty": bakery.keyid,
        "amount_fen": 1_200,
        "effect": "out",
        "command_id": command,
        "refers_to": None,
    }
    assert (theirs[0]["kind"], theirs[0]["effect"], theirs[0]["command_id"]) == ("received", "in", command)


def test_pages_follow_one_another_and_nobody_reads_anothers(house: House, li: Visitor, bakery: Visitor) -> None:
    """A cursor is good while lines are added; another's wallet is not there."""
    exchange(house, li, 30_000, "e")
    first = li.ask("GET", li.mine("/history?limit=1")).json()
    pay(house, li, "li", bakery, 1)
    second = li.ask("GET", li.mine(f"/history?limit=5&cursor={first['next']}")).json()

    assert [line["kind"] for line in first["items"] + second["items"]] == ["exchanged", "opened"]
    assert second["next"] is None
    for path in ("/history", "/events"):
        assert bakery.ask("GET", li.mine(path)).status_code == 404
        assert house.ask("GET", li.mine(path)).status_code == 401
    assert li.ask("GET", li.mine("/history?cursor=eA")).json()["code"] == "bad_cursor"


def test_events_go_on_behind_the_one_that_was_seen_last(house: House, li: Visitor) -> None:
    """An order that has ended and the money that it moved, each with its number."""
    exchange(house, li, 30_000, "e")
    exchange(house, li, 20_000, "f")

    told = li.hear(after=0, count=6)
    again = li.hear(after=told[3][0], count=2)

    assert [name for _, name, _ in told] == ["order", "payment"] * 3
    assert [record.get("state") or record["kind"] for _, _, record in told[:4]] == [
        "done",
        "opened",
        "settled",
        "exchanged",
    ]
    assert [number for number, _, _ in told] == sorted({number for number, _, _ in told})
    assert again == told[4:]


def test_whoever_listens_hears_as_it_happens_and_not_of_what_was(house: House, li: Visitor) -> None:
    """Without a last event it begins now; the bell wakes the reader."""
    exchange(house, li, 30_000, "e")

    told = li.hear(after=None, count=2, meanwhile=lambda: _exchange_inside(house, li))

    assert [(name, record["amount_fen"]) for _, name, record in told] == [("order", 700), ("payment", 700)]


def _exchange_inside(house: House, li: Visitor) -> None:
    assert li.wallet is not None
    house.bank.saga.exchange(li.wallet, 700, key="inside", now=house.town.now)
    house.rest()


@pytest.mark.parametrize("seen", ["x", "-1", "9" * 30])
def test_a_last_event_that_is_none_is_refused(house: House, li: Visitor, seen: str) -> None:
    """It would look like a holder who has heard of everything."""
    headers = house.seal(li.signer, li.keyid, "GET", li.mine("/events")) | {"Last-Event-ID": seen}

    answer = house.ask("GET", li.mine("/events"), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")
