"""Whoever has the key of a wallet's policy is its holder, and nobody else: no request counts that he has not signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dcep.crypto.suites import Signer, Suite
from dcep.ids import WalletId
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.layout import Epoch, Number
from dcep.messages.policies import Threshold, encode_policy
from dcep.messages.signatory import Signatory, single_key
from dcep.operators.outbox import Seal
from dcep.operators.routes import holders
from tests.town import OTHER_BANK
from tests.unit.operators.routes.conftest import shown_by
from tests.unit.operators.routes.visits import House, Visitor

_Headers = dict[str, str]


def _code(answered: Any) -> tuple[int, str]:
    return answered.status_code, answered.json()["code"]


def test_a_request_that_nobody_signed_opens_nothing(house: House, li: Visitor) -> None:
    """No header, no token, a token in the place of a signature."""
    paths = [li.mine(), li.mine("/orders"), li.mine("/mandate"), "/v1/orders/0"]

    answers = [house.ask("GET", path) for path in paths]

    assert {_code(answered) for answered in answers} == {(401, "unsigned_request")}


def test_a_signature_of_another_request_counts_nothing(house: House, li: Visitor) -> None:
    """Not a bit of it may differ, and it counts at the address that its holder has called."""
    spoilers: list[Callable[[_Headers], _Headers]] = [
        lambda headers: headers | {"Signature": headers["Signature"][:8] + "AAAA" + headers["Signature"][12:]},
        lambda headers: headers | {"Signature-Input": headers["Signature-Input"].replace("nonce-", "other-")},
        lambda headers: headers | {"Signature-Input": headers["Signature-Input"].replace("sig1", "sig2")},
    ]

    spoilt = [
        house.ask("GET", li.mine(), headers=spoil(house.seal(li.signer, li.keyid, "GET", li.mine())))
        for spoil in spoilers
    ]
    of_another_body = house.ask(
        "PUT", li.mine("/mandate"), headers=house.seal(li.signer, li.keyid, "PUT", li.mine("/mandate")), content=b"{}"
    )

    assert {_code(answered) for answered in (*spoilt, of_another_body)} == {(401, "bad_request_signature")}


def test_a_signature_made_for_another_operator_counts_nothing_here(house: House, li: Visitor) -> None:
    """Whoever has heard it there could open a wallet here in the holder's name."""
    headers = house.seal(li.signer, li.keyid, "GET", li.mine(), address="http://other.invalid")

    answers = [house.ask("GET", li.mine(), headers=headers | host) for host in ({}, {"Host": "other.invalid"})]

    assert {_code(answered) for answered in answers} == {(401, "bad_request_signature")}


def test_a_request_is_taken_once(house: House, li: Visitor) -> None:
    """Whoever has listened cannot ask the same again; nor can somebody who has no wallet yet."""
    newcomer = Visitor(house, "new")
    for who, path in ((li, li.mine()), (newcomer, "/v1/orders/0")):
        headers = house.seal(who.signer, who.keyid, "GET", path)

        first, again = (house.ask("GET", path, headers=headers) for _ in range(2))

        assert first.status_code != 401
        assert _code(again) == (401, "bad_request_signature")


def test_what_is_not_ones_own_is_not_there(house: House, li: Visitor, bakery: Visitor) -> None:
    """Another's wallet, orders and payrolls are told of in the very words of one that does not exist."""
    order = bakery.ask("POST", bakery.mine("/exchanges"), {"amount_fen": 5}, key="e").json()["id"]
    payroll = bakery.ask(
        "POST", bakery.mine("/payrolls"), {"items": [{"wallet": bakery.keyid, "amount_fen": 5}]}, key="p"
    ).json()["id"]

    of_another = [
        li.ask("GET", bakery.mine()),
        li.ask("GET", bakery.mine("/orders")),
        li.ask("POST", bakery.mine("/exchanges"), {"amount_fen": 5}, key="x"),
        li.ask("PUT", bakery.mine("/mandate"), {}),
        li.ask("GET", f"/v1/orders/{order}"),
        li.ask("GET", f"/v1/payrolls/{payroll}"),
    ]
    of_nobody = [
        li.ask("GET", "/v1/wallets/0010000000000011"),
        li.ask("GET", f"/v1/orders/{'0' * 32}"),
        li.ask("GET", f"/v1/payrolls/{'0' * 32}"),
    ]

    assert {answered.status_code for answered in (*of_another, *of_nobody)} == {404}
    told = [[answered.json()[key] for key in ("code", "detail")] for answered in of_another]
    wallet, order_, payroll_ = ([answered.json()[key] for key in ("code", "detail")] for answered in of_nobody)
    assert told == [wallet] * 4 + [order_, payroll_]


def test_the_key_of_one_operators_customer_opens_nothing_at_another(house: House, li: Visitor) -> None:
    """A number of another operator's, the number of an institution, a number that is none: nobody's key is known."""
    town = house.town
    seals: list[Seal] = [town.seal(OTHER_BANK), town.seal(house.bank.operator)]
    strangers = ["0010000000000011", "0000000000000000", "li", "1:00", "3:0", "2:" + "0" * 64]
    keyids = [*(f"{seal.account:016}" for seal in seals), *strangers]
    signers = [*(seal.signer for seal in seals), *[li.signer] * len(strangers)]

    answers = [
        house.ask("GET", li.mine(), headers=house.seal(signer, keyid, "GET", li.mine()))
        for signer, keyid in zip(signers, keyids, strict=True)
    ]

    assert {_code(answered) for answered in answers} == {(401, "bad_request_signature")}


def test_a_key_that_the_policy_has_not_opens_no_wallet(house: House) -> None:
    """Whoever asks must be able to sign for what he asks for."""
    li, thief = Visitor(house, "li"), Visitor(house, "thief")
    wanted = {"wallet_class": "II", "evidence": shown_by(1), "policy": li.policy}

    refused = thief.ask("POST", "/v1/wallets", wanted, key="open")

    assert _code(refused) == (403, "not_allowed")
    assert house.bank.names.wallets_of(f"document {shown_by(1)['document']}") == []


def test_any_key_of_a_policy_of_many_asks_for_the_wallet(house: House) -> None:
    """Two of three move the money; each of the three may look."""
    names = ("one", "two", "three")
    shared = Threshold(needed=2, of=tuple(single_key(house.town.holder(name)) for name in names))
    first = Visitor(house, names[0])
    wanted = {"wallet_class": "II", "evidence": shown_by(1), "policy": encode_policy(shared).hex()}
    order = first.ask("POST", "/v1/wallets", wanted, key="open").json()["id"]
    house.rest()
    wallet = WalletId(int(first.ask("GET", f"/v1/orders/{order}").json()["wallet"]))

    answers = [Visitor(house, name, wallet=wallet).ask("GET", f"/v1/wallets/{wallet:016}") for name in names]
    stranger = Visitor(house, "four", wallet=wallet).ask("GET", f"/v1/wallets/{wallet:016}")

    assert [answered.status_code for answered in answers] == [200] * 3
    assert _code(stranger) == (401, "bad_request_signature")


def test_a_key_of_p256_is_a_holder_as_any_other(house: House) -> None:
    """Browsers and secure elements have no other; its number stands in the keyid before there is a wallet."""
    li = Visitor(house, "li", signer=Signer(bytes(31) + b"p", Suite.P256))

    li.open_wallet(shown_by(1), "II")

    assert li.ask("GET", li.mine()).json()["wallet"] == li.keyid


def _change_policy(house: House, li: Visitor, to: Signer, *, signer: Signer, replaces: int) -> bytes:
    assert li.wallet is not None
    number = Number(replaces)
    signatory = Signatory(house.bank.network, li.wallet, signer, number=number, epoch=Epoch(replaces))
    order = SetPolicy(replaces=Epoch(replaces), policy=single_key(to))
    return signatory.sign(order, house.town.economy.midnight)


def test_an_old_key_opens_nothing_from_the_moment_the_ledger_knows_another(house: House, li: Visitor) -> None:
    """It may have been stolen. The new one is learned from the command itself: that it has settled is the proof."""
    new = house.town.holder("li's new telephone")
    wire = _change_policy(house, li, new, signer=li.signer, replaces=1)
    unsettled = li.ask("POST", li.mine("/policy"), wire=wire)
    house.town.line.submit([wire])

    old_key = li.ask("GET", li.mine())
    new_key = house.ask("GET", li.mine(), headers=house.seal(new, li.keyid, "GET", li.mine()))
    learned = house.ask("POST", li.mine("/policy"), headers={"Content-Type": "application/octet-stream"}, content=wire)
    known = house.ask("GET", li.mine(), headers=house.seal(new, li.keyid, "GET", li.mine()))

    assert _code(unsettled) == (409, "policy_not_settled")
    assert {_code(old_key), _code(new_key)} == {(401, "bad_request_signature")}
    assert (learned.status_code, known.status_code) == (204, 200)
    assert _code(li.ask("GET", li.mine())) == (401, "bad_request_signature")


def test_an_older_change_of_the_policy_brings_no_old_key_back(house: House, li: Visitor) -> None:
    """The ledger has settled it too, and the operator knows a later one."""
    second, third = house.town.holder("second"), house.town.holder("third")
    changes = [
        _change_policy(house, li, second, signer=li.signer, replaces=1),
        _change_policy(house, li, third, signer=second, replaces=2),
    ]
    for wire in changes:
        house.town.line.submit([wire])

    headers = {"Content-Type": "application/octet-stream"}
    learned = [house.ask("POST", li.mine("/policy"), headers=headers, content=wire) for wire in reversed(changes)]
    by = [house.ask("GET", li.mine(), headers=house.seal(key, li.keyid, "GET", li.mine())) for key in (second, third)]

    assert [answered.status_code for answered in learned] == [204, 204]
    assert [answered.status_code for answered in by] == [401, 200]


def test_newcomers_fill_one_bounded_memory_and_holders_go_on(
    house: House, li: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody makes keys without end; what they fill is theirs alone."""
    monkeypatch.setattr(holders, "_NONCES_OF_A_WALLET", 5)
    house.open_again()

    crowd = [Visitor(house, f"new {number}").ask("GET", "/v1/orders/0") for number in range(7)]

    assert [answered.status_code for answered in crowd] == [404] * 5 + [503] * 2
    assert li.ask("GET", li.mine()).status_code == 200


def test_the_address_is_signed_with_its_query(house: House, li: Visitor) -> None:
    """A page that was not asked for is another request."""
    signed, other = (li.mine(f"/orders?limit={limit}") for limit in (1, 2))

    asked, altered = (
        house.ask("GET", path, headers=house.seal(li.signer, li.keyid, "GET", signed)) for path in (signed, other)
    )

    assert asked.status_code == 200
    assert _code(altered) == (401, "bad_request_signature")
