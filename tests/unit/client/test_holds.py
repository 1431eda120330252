"""Money that is held for a receiver: taken in part, given back, and by whom, through the client library."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dcep.client import AsyncClient, Payment
from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.money import Fen
from tests.houses import Houses
from tests.unit.client.conftest import PASSWORD, MakePerson, Person

_HOUR = 3_600_000


@pytest.fixture
def hospital(make_person: MakePerson) -> Person:
    """Return a hospital with an empty wallet."""
    return make_person()


def _deposit(houses: Houses, patient: Person, hospital: Person, key: str | None = None) -> Payment:
    until = UnixMs(houses.town.now + _HOUR)
    return patient.client.hold(hospital.client.wallet, Fen(50_000), until, key=key)


def test_a_deposit_is_held_captured_in_part_and_the_rest_released(houses: Houses, li: Person, hospital: Person) -> None:
    """The patient's money is out of his hands at once; what was not needed comes back, and not a fen is lost."""
    held = _deposit(houses, li, hospital)
    while_held = li.balance, li.client.account().on_hold_fen

    captured = hospital.client.capture(held.id, Fen(18_000))
    released = hospital.client.release(held.id)

    assert [payment.answer for payment in (held, captured, released)] == ["settled"] * 3
    assert while_held == (50_000, 50_000)
    assert (li.balance, hospital.balance) == (82_000, 18_000)


def test_only_the_receiver_takes_or_gives_back_before_the_time(
    houses: Houses, li: Person, hospital: Person, bakery: Person
) -> None:
    """A hold is the hospital's word to wait: neither the patient nor a stranger moves the money meanwhile."""
    held = _deposit(houses, li, hospital)

    answers = [bakery.client.capture(held.id, Fen(1)).answer, li.client.release(held.id).answer]

    assert answers == ["condition_not_met"] * 2
    assert (li.balance, hospital.balance, bakery.balance) == (50_000, 0, 0)


def test_under_one_key_nothing_is_held_or_taken_twice(houses: Houses, li: Person, hospital: Person) -> None:
    """A program that was killed repeats its line: the same hold, the same capture."""
    first, again = (_deposit(houses, li, hospital, "bed-7") for _ in range(2))
    taken = [hospital.client.capture(first.id, Fen(100), key="bill-7") for _ in range(2)]

    assert first == again
    assert taken[0] == taken[1]
    assert (li.balance, hospital.balance) == (50_000, 100)


def test_a_key_that_took_from_another_hold_is_refused(houses: Houses, li: Person, hospital: Person) -> None:
    """Kind and amount are alike, the hold is not: nothing may be taken for what was taken from another."""
    holds = [_deposit(houses, li, hospital) for _ in range(2)]
    hospital.client.capture(holds[0].id, Fen(100), key="bill-8")

    with pytest.raises(BadInput) as refused:
        hospital.client.capture(holds[1].id, Fen(100), key="bill-8")

    assert refused.value.code == "idempotency_key_reused"
    assert hospital.balance == 100


def test_under_one_key_nothing_is_redeemed_twice(li: Person) -> None:
    """As of payments: whoever repeats the line hears how the first one ended, and the deposit is credited once."""
    deposit = li.deposit

    first, again = (li.client.redeem(Fen(700), key="evening-1") for _ in range(2))

    assert first == again
    assert (li.balance, li.deposit) == (99_300, deposit + 700)


def test_the_client_that_does_not_block_holds_as_well(houses: Houses, li: Person, hospital: Person) -> None:
    """Both clients walk the same stories."""

    async def stay(folder: Path) -> list[str | None]:
        async with AsyncClient(folder, PASSWORD, clock=lambda: houses.town.now) as patient:
            until = UnixMs(houses.town.now + _HOUR)
            held = await patient.hold(hospital.client.wallet, Fen(300), until, reference="ward-3")
        async with AsyncClient(hospital.folder, PASSWORD, clock=lambda: houses.town.now) as ward:
            captured = await ward.capture(held.id, Fen(100))
            released = await ward.release(held.id)
        return [held.answer, captured.answer, released.answer]

    answers = asyncio.run(stay(li.folder))

    assert answers == ["settled"] * 3
    assert (li.balance, hospital.balance) == (99_900, 100)
