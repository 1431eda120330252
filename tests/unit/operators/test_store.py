"""The tables that the code knows are those that the migrations make."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from dcep.operators.store import TABLES, open_store


def test_the_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    """A column that only one of the two knows would be found by a customer."""
    store = open_store(f"sqlite:///{tmp_path / 'bank.db'}")

    with store.begin() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), TABLES)

    store.dispose()
    assert differences == []
