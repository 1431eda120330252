"""Several tills hold one wallet: each has its own key in the policy, its own lane, and was let in by a code."""

from __future__ import annotations

from typing import Any, Final

import pytest

from dcep.crypto.suites import Signer
from dcep.messages.commands.payments import Cancel
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.layout import Epoch, Key, Lane, Number
from dcep.messages.merchants.pairing_codes import pairing_code
from dcep.messages.policies import Board, Policy, Seat, encode_policy
from dcep.messages.signatory import single_key
from dcep.messages.signed import NO_MEMO, Body, attach, encode_body
from dcep.operators.routes import pairing
from tests.unit.operators.routes.visits import House, Visitor

_TEN_MINUTES_MS: Final = 600_000


def _tills(*signers: Signer) -> Policy:
    """Return the policy of a shop whose tills have these keys: any one of them, each from a place of its own."""
    seats = [Seat(site=lane, suite=signer.suite, key=Key(signer.public)) for lane, signer in enumerate(signers)]
    return Board(needed=1, sites=1, seats=tuple(seats))


def _give(house: House, shop: Visitor, order: Any, policy: Policy, signed: int, **place: Any) -> str:
    """Let a command of the shop's wallet be applied, and the operator hear of it; return what became of it."""
    assert shop.wallet is not None
    until = house.town.economy.midnight
    body = encode_body(
        house.bank.network, Body(account=shop.wallet, expires_at=until, order=order, memo=NO_MEMO, **place)
    )
    signer = shop.signer if signed == 0 else house.town.holder("second till")
    answer = house.town.line.submit([attach(body, policy, {signed: signer.sign(body)})])[0]
    house.bank.history.advance()
    return answer.outcome.code


def _let_in(house: House, shop: Visitor) -> Policy:
    """Put a second till's key into the shop's policy, by the first; return the policy."""
    tills = _tills(shop.signer, house.town.holder("second till"))
    order, alone = SetPolicy(replaces=Epoch(1), policy=tills), single_key(shop.signer)
    code = _give(house, shop, order, alone, 0, lane=Lane(0), number=Number(1), epoch=Epoch(1))
    assert code == "settled"
    return tills


def test_a_second_till_opens_the_shops_wallet_when_its_key_is_in_the_policy(house: House, bakery: Visitor) -> None:
    """The operator hears of the policy from the ledger: nobody has to bring it."""
    till = Visitor(house, "second till", wallet=bakery.wallet)
    before = till.ask("GET", till.mine("/policy"))

    tills = _let_in(house, bakery)
    told = [who.ask("GET", who.mine("/policy")).json() for who in (bakery, till)]

    assert (before.status_code, before.json()["code"]) == (401, "bad_request_signature")
    assert told == [{"policy": encode_policy(tills).hex(), "epoch": 2}] * 2


def test_each_till_numbers_its_commands_on_a_lane_of_its_own(house: House, bakery: Visitor) -> None:
    """Two tills that never speak with each other take no number twice."""
    tills = _let_in(house, bakery)

    codes = [
        _give(house, bakery, Cancel(), tills, till, lane=Lane(till), number=Number(number), epoch=Epoch(2))
        for till, number in ((0, 2), (1, 1))
    ]
    lanes = [bakery.ask("GET", bakery.mine(f"/lanes/{lane}")).json() for lane in range(4)]
    beyond = bakery.ask("GET", bakery.mine("/lanes/4"))

    assert codes == ["settled", "settled"]
    assert lanes == [{"lane": lane, "high": high, "next_number": high + 1} for lane, high in enumerate((2, 1, 0, 0))]
    assert (beyond.status_code, beyond.json()["code"]) == (404, "no_such_lane")


def test_a_till_that_was_taken_out_opens_nothing_any_more(house: House, bakery: Visitor) -> None:
    """A till that was stolen or sold must not see the shop's takings."""
    till = Visitor(house, "second till", wallet=bakery.wallet)
    tills = _let_in(house, bakery)
    out = SetPolicy(replaces=Epoch(2), policy=_tills(bakery.signer))

    code = _give(house, bakery, out, tills, 0, lane=Lane(0), number=Number(2), epoch=Epoch(2))
    answers = [till.ask("GET", till.mine(what)) for what in ("", "/policy", "/history", "/lanes/1")]

    assert code == "settled"
    assert {answered.json()["code"] for answered in answers} == {"bad_request_signature"}
    assert bakery.ask("GET", bakery.mine("/policy")).json()["epoch"] == 3


def test_what_is_not_ones_own_tells_no_policy_and_no_lane(house: House, li: Visitor, bakery: Visitor) -> None:
    """How many tills a shop has is the shop's."""
    answers = [li.ask("GET", bakery.mine(what)) for what in ("/policy", "/lanes/0")]

    assert {(answered.status_code, answered.json()["code"]) for answered in answers} == {(404, "unknown_wallet")}


def test_a_new_tills_key_is_told_under_the_code_that_is_made_of_it(house: House, bakery: Visitor) -> None:
    """A till of the shop makes the code again: the operator cannot put another key in its place."""
    new = Visitor(house, "new till")

    told = new.ask("POST", "/v1/pairings").json()
    typed = f"{told['code'][:4]}-{told['code'][4:8]} {told['code'][8:].lower()}"
    found = bakery.ask("GET", f"/v1/pairings/{typed.replace(' ', '')}").json()

    assert found == {"suite": new.signer.suite, "key": new.signer.public.hex()}
    assert told["code"] == pairing_code(found["suite"], Key(bytes.fromhex(found["key"])))
    assert told["expires_at_ms"] == house.town.now + _TEN_MINUTES_MS


def test_a_code_is_forgotten_after_ten_minutes(house: House, bakery: Visitor) -> None:
    """A code that lay about is no way into a shop."""
    code = Visitor(house, "new till").ask("POST", "/v1/pairings").json()["code"]
    house.town.next_day()

    late, wrong = (bakery.ask("GET", f"/v1/pairings/{typed}") for typed in (code, "0"))

    assert {(answered.status_code, answered.json()["code"]) for answered in (late, wrong)} == {(404, "pairing_unknown")}


def test_a_newcomer_learns_nobodys_key_and_a_holder_does_not_wait(house: House, bakery: Visitor) -> None:
    """Codes are found by tills of shops; a key that holds a wallet already would let two wallets mix."""
    new = Visitor(house, "new till")
    code = new.ask("POST", "/v1/pairings").json()["code"]

    by_newcomer = new.ask("GET", f"/v1/pairings/{code}")
    by_holder = bakery.ask("POST", "/v1/pairings")

    assert (by_newcomer.status_code, by_newcomer.json()["code"]) == (403, "not_allowed")
    assert (by_holder.status_code, by_holder.json()["code"]) == (409, "already_let_in")


def test_those_who_wait_fill_one_bounded_memory(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody makes keys without end; who waits already may say himself again."""
    monkeypatch.setattr(pairing, "_MOST", 3)
    crowd = [Visitor(house, f"new {number}") for number in range(4)]

    answers = [who.ask("POST", "/v1/pairings") for who in [*crowd, crowd[0]]]

    assert [answered.status_code for answered in answers] == [200, 200, 200, 503, 200]
    assert answers[3].json()["code"] == "busy"
