"""Boards, operators, rules and freezes over HTTP: asked for in words, signed as bytes, told to everybody."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

import pytest

from dcep.errors import BadInput
from dcep.ids import OperatorId, wallet_id
from dcep.issuance.officers import board_of
from dcep.messages.commands.governance import SetBoard, SetOperator
from dcep.messages.layout import Version
from dcep.messages.policies import encode_policy
from dcep.messages.worker_lists import follow
from tests.unit.issuance.house import House
from tests.unit.issuance.realm import HOUR, SHARD, Bank

OTHER: Final = OperatorId(2)
BASIS: Final = sha256("冻结决定书 2026-17".encode()).hexdigest()
LIMITS: Final = {"cap_fen": 50_000, "single_fen": 20_000, "daily_fen": 50_000, "annual_fen": None}


def _admission(bank: Bank) -> dict[str, Any]:
    admission = bank.realm.admission(OTHER)
    return {
        "kind": "admit",
        "operator": OTHER,
        "registrar": f"{admission.registrar:016}",
        "registrar_policy": encode_policy(admission.registrar_policy).hex(),
        "vault": f"{admission.vault:016}",
        "vault_policy": encode_policy(admission.vault_policy).hex(),
    }


def _wanted(bank: Bank) -> dict[str, dict[str, Any]]:
    """Return a body of each kind of order that overwrites."""
    seats = [
        {"site": officer.site, "suite": officer.signer.suite, "key": officer.signer.public.hex()}
        for officer in bank.realm.officers[1:]
    ]
    wallet = f"{bank.realm.admission().vault:016}"
    rules = {"name": "winter-2026", "effective_at_ms": bank.realm.now + HOUR, "max_life_ms": HOUR}
    return {
        "admit": _admission(bank),
        "suspend": {"kind": "suspend", "operator": 1},
        "readmit": {"kind": "readmit", "operator": 1, "shard": 0},
        "set_board": {"kind": "set_board", "needed": 2, "sites": 2, "seats": seats},
        "rules": {"kind": "rules", **rules, "clock_bound_ms": 60_000, "classes": [LIMITS] * 5},
        "workers": {"kind": "workers", "ledger": "shard-000", "keys": ["01" * 32]},
        "freeze": {"kind": "freeze", "wallet": wallet, "scope": "both", "basis_sha256": BASIS},
        "unfreeze": {"kind": "unfreeze", "wallet": wallet, "basis_sha256": BASIS},
    }


def test_every_order_that_overwrites_is_asked_for_in_words(house: House, bank: Bank) -> None:
    """Which version it replaces the central bank knows; the same request again is the same order."""
    answers = {kind: house.post("/v1/orders", wanted, key=kind) for kind, wanted in _wanted(bank).items()}
    again = {kind: house.post("/v1/orders", wanted, key=kind) for kind, wanted in _wanted(bank).items()}

    assert {answered.status_code for answered in answers.values()} == {202}
    assert {kind: answered.json()["order"]["replaces"] for kind, answered in answers.items()} == {
        "admit": 0,
        "suspend": 1,
        "readmit": 1,
        "set_board": 1,
        "rules": 1,
        "workers": 1,
        "freeze": 1,
        "unfreeze": 1,
    }
    assert all(again[kind].json() == answered.json() for kind, answered in answers.items())
    assert answers["freeze"].json()["order"]["scope"] == 3
    assert answers["rules"].json()["order"]["classes"][0]["annual_fen"] == 2**64 - 1


def test_an_admission_in_words_is_the_admission_in_bytes(house: House, bank: Bank) -> None:
    """Both accounts, and who acts for each."""
    house.post("/v1/orders", _admission(bank), key="admit")

    content: SetOperator = bank.desk.order("admit").content

    assert content == bank.realm.admission(OTHER)


@pytest.mark.parametrize(
    ("kind", "changed", "code"),
    [
        ("admit", {"registrar": "1"}, "bad_wallet_id"),
        ("admit", {"vault_policy": "ff"}, "bad_order"),
        ("admit", {"vault_policy": "0103" + "00" * 33}, "bad_order"),
        ("suspend", {"operator": 5}, "unknown_operator"),
        ("set_board", {"needed": 9}, "bad_order"),
        ("set_board", {"seats": [{"site": 1, "suite": 9, "key": "00"}]}, "bad_order"),
        ("set_board", {"seats": [{"site": 1, "suite": 3, "key": "00"}]}, "bad_order"),
        ("rules", {"name": "Größe"}, "malformed_body"),
        ("rules", {"classes": [LIMITS]}, "malformed_body"),
        ("workers", {"ledger": "shard-007"}, "unknown_ledger"),
        ("workers", {"keys": ["00"]}, "bad_order"),
        ("freeze", {"basis_sha256": sha256(b"").hexdigest()}, "no_basis"),
        ("freeze", {"basis_sha256": "00"}, "bad_order"),
        ("freeze", {"scope": "breathe"}, "malformed_body"),
        ("unfreeze", {"wallet": f"{wallet_id(OTHER, 7):016}"}, "not_found"),
    ],
)
def test_an_order_in_words_that_can_be_none_is_refused(
    house: House, bank: Bank, kind: str, changed: dict[str, Any], code: str
) -> None:
    """Nothing was entered: the store never holds what it could not read again."""
    answered = house.post("/v1/orders", _wanted(bank)[kind] | changed, key="wrong")

    assert answered.status_code in (400, 409, 422), answered.text
    assert answered.json()["code"] == code
    assert [order.id for order in bank.desk.orders()] == ["admit-1"]


def test_everybody_follows_the_workers_from_the_genesis(house: House, bank: Bank) -> None:
    """A list, the next board, and a list of that board; what has not settled is not told."""
    realm = bank.realm
    wanted = _wanted(bank)
    keys = [realm.keys.signer("worker", "shard", place).public for place in (0, 1, 2)]

    def put_on_list(name: str, *on: bytes) -> None:
        house.post("/v1/orders", wanted["workers"] | {"keys": [key.hex() for key in on]}, key=name)

    put_on_list("first", *keys[:2])
    bank.finish("first")
    # Which version an order replaces is asked of the ledger that it is about.
    realm.carry()
    house.post("/v1/orders", wanted["set_board"], key="board-2")
    bank.finish("board-2")
    put_on_list("second", *keys[1:])
    bank.finish("second", by=realm.officers[1:3])
    put_on_list("third", keys[0])

    told = house.get("/v1/workers", by=None).json()
    lists = follow(bank.store.genesis, [bytes.fromhex(order) for order in told["orders"]], SHARD)

    assert [list(each) for each in lists.lists] == [keys[:1], keys[:2], keys[1:]]
    assert lists.board == 2


def test_everybody_sees_whose_signatures_count(house: House, bank: Bank) -> None:
    """The board of the genesis first, then the one that it has approved."""
    before = house.get("/v1/board", by=None).json()
    house.post("/v1/orders", _wanted(bank)["set_board"], key="board-2")
    bank.finish("board-2")
    after = house.get("/v1/board", by=None).json()

    officers = [officer.signer.public.hex() for officer in bank.realm.officers]
    assert [seat["key"] for seat in before["seats"]] == officers
    assert (before["epoch"], before["needed"], before["sites"]) == (1, 3, 2)
    assert [seat["key"] for seat in after["seats"]] == officers[1:]
    assert (after["epoch"], after["needed"]) == (2, 2)
    assert after["supervision"]["shard-000"]["needed"] == 2


def test_everybody_sees_who_is_admitted_and_who_is_suspended(house: House, bank: Bank) -> None:
    """A suspension is seen when it has settled, and so is its end."""
    seen = []
    for order in ("", "suspend", "readmit"):
        if order:
            house.post("/v1/orders", {"kind": order, "operator": 1}, key=order)
            bank.finish(order)
        seen.append(house.get("/v1/operators", by=None).json()["items"])

    admission = bank.realm.admission()
    assert [seat["status"] for (seat,) in seen] == ["admitted", "suspended", "admitted"]
    assert (seen[0][0]["operator"], seen[0][0]["vault"]) == (1, f"{admission.vault:016}")


def test_everybody_sees_every_rule_set(house: House, bank: Bank) -> None:
    """Limits are the holders' business: the genesis's first, then what the board gave, in the words of the order."""
    wanted = _wanted(bank)["rules"]
    house.post("/v1/orders", wanted, key="rules")
    bank.finish("rules")

    first, second = house.get("/v1/rules", by=None).json()["items"]

    assert (first["version"], first["name"]) == (1, "ecny-2021")
    assert first["classes"][0]["cap_fen"] is None
    assert {"kind": "rules", **second} == wanted | {"version": 2}


def test_a_board_that_nobody_can_meet_never_lies_in_the_store(bank: Bank) -> None:
    """It could be written there, and never be read again."""
    impossible = replace(board_of(bank.realm.officers, needed=3), needed=9)

    with pytest.raises(BadInput, match="bad_order"):
        bank.desk.request("board", SetBoard(replaces=Version(1), board=impossible), now=bank.realm.now)

    assert [order.id for order in bank.desk.orders()] == ["admit-1"]
