"""A customer who comes to the shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.processes import Currency
from tests.web.till.shops import Customer, customer_of


@pytest.fixture
def li(currency: Currency, tmp_path: Path) -> Iterator[Customer]:
    """Return a customer of another bank with 500 yuan."""
    with customer_of(currency, "ccb", tmp_path) as customer:
        yield customer
