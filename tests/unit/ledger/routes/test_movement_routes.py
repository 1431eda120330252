"""Movements over HTTP: an operator is told of its own wallets, waits without asking again, and nobody else is told."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from dcep.identity.certificates import Subject
from dcep.ids import TIER1
from dcep.ledger.movements import START
from dcep.messages.merchants.requests import memo_of
from dcep.money import Fen
from dcep.wallet.payments import Wallet
from tests.followed import sums_of
from tests.institutions import COUNTER, LEDGER, ONE, TWO
from tests.street import BANK, Town, later, town
from tests.unit.ledger.routes.test_ledger_routes import Street, get, li, post, street

__all__ = ["li", "street"]


def movements(street: Street, query: str = "limit=100", by: Subject = ONE) -> Any:
    """Return a page of movements."""
    return get(street, f"/v1/movements?{query}", by).json()


def end_of(street: Street) -> str:
    """Return the cursor behind everything."""
    page = movements(street, "limit=1000")
    while page["has_more"]:
        page = movements(street, f"limit=1000&after={page['next']}")
    return str(page["next"])


def frame_of(cursor: str) -> int:
    """Return the frame that a cursor has come to."""
    return int(cursor.partition("-")[0])


def test_both_sides_of_a_payment_are_told_with_the_id_of_its_command(street: Street, li: Wallet) -> None:
    """Amounts in fen, wallets as 16 digits, and what it did to each balance."""
    after = end_of(street)
    told = post(street, "/v1/payments", li.pay(street.bakery, Fen(5), expires_at=later())).json()

    page = movements(street, f"after={after}")

    payer, receiver = f"{li.id:016}", f"{street.bakery:016}"
    common = {"seq": told["seq"], "place": told["place"], "amount_fen": 5, "command_id": told["command_id"]}
    paid, received = ({key: line[key] for key in line if key != "at_ms"} for line in page["items"])
    assert paid == common | {"part": 0, "kind": "paid", "wallet": payer, "counterparty": receiver, "effect": "out"}
    assert received == common | {
        "part": 1,
        "kind": "received",
        "wallet": receiver,
        "counterparty": payer,
        "effect": "in",
    }
    assert (page["has_more"], movements(street, f"after={page['next']}")["items"]) == (False, [])


def test_what_a_payment_is_for_is_told_to_both_sides(street: Street, li: Wallet) -> None:
    """Its memo, and nothing where it has none: a till sees which of its requests was paid."""
    after, memo = end_of(street), memo_of("R-1")
    post(street, "/v1/payments", li.pay(street.bakery, Fen(5), expires_at=later(), memo=memo))
    post(street, "/v1/payments", li.pay(street.bakery, Fen(5), expires_at=later()))

    told = [line.get("memo") for line in movements(street, f"after={after}")["items"]]
    read = street.shard.movements(after, limit=9, operator=None).items

    assert told == [memo.hex(), memo.hex(), None, None]
    assert [line.memo for line in read] == [memo, memo, None, None]


def test_who_may_not_be_told_is_not(street: Street) -> None:
    """An operator cannot ask for another's wallets, the network can, and a stranger is told nothing."""
    assert get(street, "/v1/movements").status_code == 401
    assert get(street, "/v1/movements?operator=2", ONE).status_code == 403
    assert get(street, "/v1/movements", COUNTER).status_code == 403
    assert movements(street, by=TWO)["items"] == movements(street, "operator=2", LEDGER)["items"] == []
    assert movements(street, "operator=1", LEDGER) == movements(street)


@pytest.mark.parametrize(
    "query", ["after=x", "after=9999999-0-0", "limit=0", "limit=1001", "wait_ms=20001", "operator=0"]
)
def test_what_nobody_may_ask_is_refused(street: Street, query: str) -> None:
    """A cursor of another ledger is not taken for one of this."""
    assert get(street, f"/v1/movements?{query}", ONE).status_code == 400


def test_whoever_waits_is_told_as_soon_as_there_is_something(street: Street, li: Wallet) -> None:
    """An idle operator costs the ledger one request in twenty seconds."""
    after = end_of(street)
    wire = li.pay(street.bakery, Fen(6), expires_at=later())

    async def wait_and_pay(client: httpx.AsyncClient) -> httpx.Response:
        query = f"/v1/movements?after={after}&wait_ms=20000"
        waiting = asyncio.create_task(client.get(query, auth=street.institutions.signed(ONE)))
        await asyncio.sleep(0.05)
        await client.post("/v1/payments", content=wire, headers={"Content-Type": "application/octet-stream"})
        return await waiting

    answer = street.ask(wait_and_pay)

    assert [line["amount_fen"] for line in answer.json()["items"]] == [6, 6]


def test_whoever_waits_in_vain_comes_behind_what_was_none_of_his(street: Street) -> None:
    """Frames with nothing of the asker's are not read again for the next request."""
    after = end_of(street)
    street.tell()

    page = movements(street, f"wait_ms=1&after={after}", TWO)

    assert page["items"] == []
    assert frame_of(page["next"]) > frame_of(after)


def test_a_line_from_another_process_tells_the_same(tmp_path: Path) -> None:
    """An operator in a process of its own: the sums of what it is told are the balances that it may ask for."""
    with town(tmp_path) as made:
        made.new_wallets(made.line(), 2, Fen(300))
        made.line().submit([made.vault.return_to_issuer(Fen(7), expires_at=later())])

        told = _all(made)

        assert {made.vault_wallet, made.bakery} <= sums_of(told).keys()
        assert all(made.balance(wallet) == fen for wallet, fen in sums_of(told).items())
        issued = made.line(TIER1).movements(START, limit=2, operator=None, wait_ms=1).items
        assert [each.kind for each in issued] == ["issued", "allocation_sent"]


def _all(made: Town) -> list[Any]:
    line, after, told = made.line(by=ONE), START, []
    while True:
        page = line.movements(after, limit=2, operator=BANK)
        told += page.items
        if not page.has_more:
            return told
        after = page.next
