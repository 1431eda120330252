"""A merchant shows a code, refunds within what was paid, and pays many wallets from one deposit."""

from __future__ import annotations

from dcep.http.bodies import MAX_BODY
from dcep.ids import WalletId
from dcep.messages.merchants.requests import decode_request
from dcep.messages.signed import decode
from dcep.money import Fen
from tests.unit.operators.routes.visits import House, Visitor


def _paid(house: House, li: Visitor, bakery: Visitor, amount: int) -> bytes:
    li.ask("POST", li.mine("/exchanges"), {"amount_fen": amount}, key="e")
    house.rest()
    assert li.wallet is not None
    assert bakery.wallet is not None
    wallet = house.town.wallet(li.wallet, "li")
    payment = wallet.pay(bakery.wallet, Fen(amount), expires_at=house.town.economy.midnight)
    assert house.town.line.submit([payment])[0].outcome.code == "settled"
    return payment


def test_the_till_shows_a_code_that_a_wallet_reads(house: House, bakery: Visitor) -> None:
    """What the text says is what was asked for, and the picture loads nothing."""
    wanted = {"name": "Bakery", "city": "Suzhou", "amount_fen": 1_250, "reference": "R-1", "expires_at_ms": 5}

    told = bakery.ask("POST", bakery.mine("/requests"), wanted).json()
    nameless = bakery.ask("POST", bakery.mine("/requests"), wanted | {"name": "x" * 26})

    read = decode_request(told["text"])
    assert (read.receiver, read.network, read.amount) == (bakery.wallet, house.bank.network, 1_250)
    assert (read.name, read.city, read.reference, read.expires_at) == ("Bakery", "Suzhou", "R-1", 5)
    assert told["svg"].startswith("<?xml")
    assert "href" not in told["svg"]
    assert (nameless.status_code, nameless.json()["code"]) == (400, "bad_request")


def test_refunds_together_are_at_most_the_payment(house: House, li: Visitor, bakery: Visitor) -> None:
    """The order tells what became of it; what would be more is refused before the ledger hears of it."""
    payment = _paid(house, li, bakery, 1_000)
    house.town.next_day()
    assert li.wallet is not None
    assert bakery.wallet is not None
    wallet = house.town.wallet(bakery.wallet, "bakery")
    original, until = decode(payment, house.bank.network).id, house.town.economy.midnight
    refunds = [wallet.refund(li.wallet, Fen(amount), original, expires_at=until) for amount in (600, 500)]

    bodies = [{"payment": payment.hex(), "refund": refund.hex()} for refund in refunds]
    taken = bakery.ask("POST", bakery.mine("/refunds"), bodies[0])
    too_much = bakery.ask("POST", bakery.mine("/refunds"), bodies[1])
    not_ones_own = li.ask("POST", li.mine("/refunds"), bodies[0])
    house.rest()
    told = bakery.ask("GET", f"/v1/orders/{taken.json()['id']}").json()

    assert (taken.status_code, told["kind"], told["state"], told["amount_fen"]) == (202, "refund", "settled", 600)
    assert told["ended_at_ms"] == house.town.now
    assert (too_much.status_code, too_much.json()["code"]) == (409, "refund_over_original")
    assert (not_ones_own.status_code, not_ones_own.json()["code"]) == (400, "other_command")
    assert bakery.ask("GET", bakery.mine("/orders")).json()["items"][0]["id"] == told["id"]


def test_a_payroll_pays_each_line_and_says_why_one_was_not_paid(house: House, li: Visitor, bakery: Visitor) -> None:
    """Asked twice it pays once. A wallet that is nobody's here has no order, and a code."""
    stranger = WalletId(10_000_000_000_011)
    lines = [(li.wallet, 300), (stranger, 5), (bakery.wallet, 200)]
    wanted = {"items": [{"wallet": f"{wallet:016}", "amount_fen": amount} for wallet, amount in lines]}

    taken, again = (bakery.ask("POST", bakery.mine("/payrolls"), wanted, key="may") for _ in range(2))
    house.rest()
    path = f"/v1/payrolls/{taken.json()['id']}"
    first = bakery.ask("GET", f"{path}?limit=2").json()
    second = bakery.ask("GET", f"{path}?limit=2&cursor={first['next']}").json()

    assert (taken.status_code, again.headers["Idempotency-Replayed"]) == (202, "true")
    told = [(item["amount_fen"], item["state"], item["code"]) for item in first["items"] + second["items"]]
    assert told == [(300, "settled", ""), (5, "refused", "not_your_customer"), (200, "settled", "")]
    assert [first[key] for key in ("state", "line_count", "settled", "refused")] == ["released", 3, 2, 1]
    assert house.core.balance("ACCT000002") == 100_000 - 500


def test_a_payroll_of_ten_thousand_lines_fits_a_body(house: House, bakery: Visitor) -> None:
    """It is the one route whose bodies are larger than others'."""
    wanted = {"items": [{"wallet": bakery.keyid, "amount_fen": 10**15}] * 10_000}

    taken = bakery.ask("POST", bakery.mine("/payrolls"), wanted, key="all")
    one_more = bakery.ask(
        "POST", bakery.mine("/payrolls"), {"items": [*wanted["items"], wanted["items"][0]]}, key="more"
    )

    assert len(str(wanted)) > 5 * MAX_BODY
    assert (taken.status_code, taken.json()["line_count"]) == (202, 10_000)
    assert (one_more.status_code, one_more.json()["code"]) == (400, "malformed_body")
