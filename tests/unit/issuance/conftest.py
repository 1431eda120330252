"""A central bank for a test, with one operator admitted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dcep.database import open_database
from dcep.issuance.store import MIGRATIONS
from tests.institutions import Institutions
from tests.unit.issuance.house import House
from tests.unit.issuance.realm import Bank, Realm


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with the tables of a central bank, and nothing in them."""
    file = tmp_path_factory.mktemp("tables") / "tables.db"
    open_database(f"sqlite:///{file}", MIGRATIONS).dispose()
    return file


@pytest.fixture
def bank(tmp_path: Path, tables: Path) -> Iterator[Bank]:
    """Return a central bank that has admitted operator 1."""
    realm = Realm(tmp_path, tables=tables)
    bank = realm.bank()
    bank.carry_through("admit-1", realm.admission())
    realm.carry()
    yield bank
    bank.close()
    realm.close()


@pytest.fixture
def house(bank: Bank, tmp_path: Path) -> House:
    """Return the service of the central bank."""
    return House(bank, Institutions(tmp_path / "identity"))
