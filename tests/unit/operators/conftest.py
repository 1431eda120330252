"""A town with one bank and its core system, over databases in files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dcep.operators.bank import Bank
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from tests.town import Town, open_town


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Town, Bank, SimulatedCoreBanking]]:
    """Return the town, its bank, and the bank's core system."""
    with open_town(f"sqlite:///{tmp_path / 'bank.db'}", f"sqlite:///{tmp_path / 'core.db'}") as all_three:
        yield all_three


@pytest.fixture
def town(opened: tuple[Town, Bank, SimulatedCoreBanking]) -> Town:
    """Return the town."""
    return opened[0]


@pytest.fixture
def bank(opened: tuple[Town, Bank, SimulatedCoreBanking]) -> Bank:
    """Return the bank."""
    return opened[1]


@pytest.fixture
def core(opened: tuple[Town, Bank, SimulatedCoreBanking]) -> SimulatedCoreBanking:
    """Return the core system."""
    return opened[2]
