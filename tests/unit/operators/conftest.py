"""A town with one bank and its core system, over databases in files or on a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from dcep.operators.bank import Bank
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from tests.postgres import Server
from tests.town import Town, open_town
from tests.unit.operators.street import Street


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Return a maker of empty databases: both kinds in turn, the second one where long tests run.

    A module that asks both in every run says `pytestmark = BOTH_DATABASES`.
    """
    if request.param == "sqlite":
        names = count(1)
        return lambda: f"sqlite:///{tmp_path / f'{next(names)}.db'}"
    server: Server = request.getfixturevalue("postgresql")
    server.begin_test()
    return server.new_database


@pytest.fixture
def opened(new_database: Callable[[], str]) -> Iterator[tuple[Town, Bank, SimulatedCoreBanking]]:
    """Return the town, its bank, and the bank's core system."""
    with open_town(new_database(), new_database()) as all_three:
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


@pytest.fixture
def street(opened: tuple[Town, Bank, SimulatedCoreBanking]) -> Street:
    """Return two customers with deposits."""
    return Street(*opened)
