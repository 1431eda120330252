"""A central bank for a test, with one operator admitted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.issuance.realm import Bank, Realm


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    """Return a central bank that has admitted operator 1."""
    realm = Realm(tmp_path)
    bank = realm.bank()
    bank.carry_through("admit-1", realm.admission())
    realm.carry()
    yield bank
    bank.close()
    realm.close()
