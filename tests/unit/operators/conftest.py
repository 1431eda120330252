"""A town with one bank, over a database in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dcep.operators.bank import Bank
from tests.town import Town, town_with


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Town, Bank]]:
    """Return the town and its bank."""
    with town_with(f"sqlite:///{tmp_path / 'bank.db'}") as both:
        yield both


@pytest.fixture
def town(opened: tuple[Town, Bank]) -> Town:
    """Return the town."""
    return opened[0]


@pytest.fixture
def bank(opened: tuple[Town, Bank]) -> Bank:
    """Return the bank."""
    return opened[1]
