"""An operator's house with two holders, each with a wallet of class II and a deposit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from dcep.money import Fen
from dcep.operators.bank import Bank
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from tests.town import Town, resident_number
from tests.unit.operators.routes.visits import House, Visitor

FUNDS: Final = Fen(100_000)


def shown_by(person: int) -> dict[str, Any]:
    """Return what person number so and so shows for class II."""
    return {
        "phone": f"+86138{person:08}",
        "name": f"Person {person}",
        "document": resident_number(person),
        "bank_account": f"ACCT{person:06}",
    }


@pytest.fixture
def house(opened: tuple[Town, Bank, SimulatedCoreBanking], tmp_path: Path) -> Iterator[House]:
    """Return the operator's house."""
    made = House(*opened, tmp_path / "identity")
    yield made
    made.close()


def _opened(house: House, person: int, name: str) -> Visitor:
    account = f"ACCT{person:06}"
    house.core.open_account(account)
    house.core.fund(f"fund-{person}", account, FUNDS, now=house.town.now)
    visitor = Visitor(house, name)
    visitor.open_wallet(shown_by(person), "II")
    return visitor


@pytest.fixture
def li(house: House) -> Visitor:
    """Return Li, who has a wallet and 1,000 yuan on deposit."""
    return _opened(house, 1, "li")


@pytest.fixture
def bakery(house: House) -> Visitor:
    """Return a bakery, which has the same."""
    return _opened(house, 2, "bakery")
