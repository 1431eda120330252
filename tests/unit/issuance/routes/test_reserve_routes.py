"""The reserves over HTTP: each transfer with its pacs.009, each entry with the camt.054 that told of it."""

from __future__ import annotations

from dataclasses import replace

from dcep.issuance.reserves.iso20022 import read_entries, read_transfer, write_entry
from dcep.issuance.reserves.transfers import Accounts
from dcep.money import Fen
from tests.unit.issuance.house import House
from tests.unit.issuance.realm import Bank


def test_a_transfer_is_read_with_its_message_and_its_entry(house: House, bank: Bank) -> None:
    """Whoever compares with the keeper of the account finds the very bytes that were exchanged."""
    bank.issue("issue", Fen(500))

    (transfer,) = house.get("/v1/reserves/transfers").json()["items"]
    (entry,) = house.get("/v1/reserves/entries").json()["items"]
    asked = house.get(f"/v1/reserves/transfers/{transfer['place']}/message")
    told = house.get(f"/v1/reserves/entries/{entry['place']}/message")

    lock = bank.desk.order("issue").content.lock.hex()
    assert (transfer["order"], transfer["direction"], transfer["amount_fen"]) == ("issue", "lock", 500)
    assert (transfer["reference"], transfer["entry"]) == (lock, entry["place"])
    assert (entry["verdict"], entry["is_credit"], entry["currency"]) == ("matched", True, "CNY")
    assert {answered.headers["content-type"].partition(";")[0] for answered in (asked, told)} == {"application/xml"}
    assert read_transfer(asked.content, Accounts()).reference.hex() == lock
    assert [each.reference for each in read_entries(told.content)] == [lock]


def test_what_a_person_should_look_at_is_asked_for_alone(house: House, bank: Bank) -> None:
    """Money that nobody asked for, among many entries that are as they should be."""
    bank.issue("issue", Fen(500))
    (good,) = read_entries(house.get("/v1/reserves/entries/1/message").content)
    bank.reserve.take(write_entry(replace(good, id="E-2")), now=bank.realm.now)

    everything = house.get("/v1/reserves/entries").json()["items"]
    odd = house.get("/v1/reserves/entries?odd=true").json()["items"]

    assert [each["verdict"] for each in everything] == ["matched", "booked_twice"]
    assert [(each["entry"], each["verdict"]) for each in odd] == [("E-2", "booked_twice")]


def test_transfers_and_entries_come_in_pages(house: House, bank: Bank) -> None:
    """The cursor goes on behind the last one that was seen."""
    for number in range(3):
        bank.issue(f"issue-{number}", Fen(500))

    for path in ("/v1/reserves/transfers", "/v1/reserves/entries"):
        first = house.get(f"{path}?limit=2").json()
        second = house.get(f"{path}?limit=2&cursor={first['next']}").json()

        assert [each["place"] for each in first["items"] + second["items"]] == [1, 2, 3]
        assert second["next"] is None


def test_reserves_are_for_the_staff_and_what_is_not_there_is_404(house: House) -> None:
    """The reserves of an operator are its business and the central bank's."""
    paths = ("transfers", "entries", "transfers/1/message", "entries/1/message")

    strangers = [house.get(f"/v1/reserves/{path}", by=None) for path in paths]
    missing = [house.get(f"/v1/reserves/{path}/7/message") for path in ("transfers", "entries")]

    assert {(answered.status_code, answered.json()["code"]) for answered in strangers} == {(401, "unsigned_request")}
    assert {(answered.status_code, answered.json()["code"]) for answered in missing} == {(404, "no_such_message")}
