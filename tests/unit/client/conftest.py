"""Houses to call at, and wallets of people, each of them another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from dcep.client import Client, Evidence
from dcep.money import Fen
from tests.houses import Houses, account_of, evidence_of, fund, open_town_with_houses

PASSWORD = "correct horse"  # noqa: S105  a test has no secrets
_PEOPLE = count(1)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a deposit and a wallet, who lives in a town with houses."""

    houses: Houses
    number: int
    folder: Path
    client: Client

    @property
    def deposit(self) -> int:
        """What lies on the deposit account."""
        return self.houses.core.balance(account_of(self.number))

    @property
    def balance(self) -> int:
        """What is in the wallet."""
        return self.client.account().balance_fen

    def another(self, *, patience_s: float = 30, folder: Path | None = None) -> Client:
        """Return a second hand on the same wallet, or on a copy of it."""
        return Client(folder or self.folder, PASSWORD, clock=lambda: self.houses.town.now, patience_s=patience_s)


MakePerson = Callable[..., Person]


@pytest.fixture(scope="package")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Houses]:
    """Return the services of a town with one bank."""
    with open_town_with_houses(tmp_path_factory.mktemp("town")) as opened:
        yield opened


@pytest.fixture
def make_person(houses: Houses, tmp_path: Path) -> Iterator[MakePerson]:
    """Return a maker of people with wallets of class II, money on the deposit, and perhaps in the wallet."""
    opened: list[Client] = []

    def make(money: int = 0, *, patience_s: float = 30) -> Person:
        number = next(_PEOPLE)
        folder = tmp_path / f"wallet-{number}"
        Client.create(folder, houses.operator_url, PASSWORD).close()
        client = Client(folder, PASSWORD, clock=lambda: houses.town.now, patience_s=patience_s)
        opened.append(client)
        fund(houses.core, houses.town, number)
        client.open("II", Evidence(**evidence_of(number)))  # type: ignore[arg-type]
        if money:
            assert client.exchange(Fen(money)).is_done
        return Person(houses, number, folder, client)

    yield make
    houses.losses.clear()
    for client in opened:
        client.close()


@pytest.fixture
def li(make_person: MakePerson) -> Person:
    """Return Li, who has 1,000 yuan in the wallet."""
    return make_person(100_000)


@pytest.fixture
def bakery(make_person: MakePerson) -> Person:
    """Return a bakery with an empty wallet."""
    return make_person()
