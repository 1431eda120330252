"""What every test may ask for: the payments data set, and hypothesis without a stopwatch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import Server, server

_CHECKOUT = Path(__file__).parents[1]
_FILES = ("nodes.csv", "transactions.csv")

# A busy machine is no bug: an example may take as long as it takes. `ci` shows the same examples in every run.
settings.register_profile("house", deadline=None)
settings.register_profile("ci", parent=settings.get_profile("house"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "house")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Return a PostgreSQL server of this run's own; skip where none is installed."""
    with server() as running:
        yield running


@pytest.fixture(scope="session")
def payments_data() -> Path:
    """Return the folder that holds nodes.csv and transactions.csv: 20,000 wallets, 120,558 payments.

    Named by DCEP_TEST_DATA, or its parent is; else looked for beside the checkout. A folder that was named and
    lacks the files is an error, no reason to skip.
    """
    named = os.environ.get("DCEP_TEST_DATA")
    root = Path(named) if named else _CHECKOUT.parent / "shared" / "data"
    for folder in (root, root / "payments"):
        if all((folder / file).is_file() for file in _FILES):
            return folder
    if named:
        pytest.fail(f"DCEP_TEST_DATA={named} holds no {' and '.join(_FILES)}, nor does its folder payments")
    pytest.skip("no payments data: set DCEP_TEST_DATA to the folder that holds nodes.csv and transactions.csv")
