"""What the central bank's store holds, and what it must not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from dcep.database import open_database
from dcep.issuance.states import MOVES, State
from dcep.issuance.store import MIGRATIONS
from dcep.issuance.tables import STAFF_TABLES, TABLES

PAGE: Final = Path(__file__).parents[3] / "docs" / "reference" / "central-bank.md"
_ROW: Final = re.compile(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
_OF_A_PERSON: Final = re.compile(r"name|person|holder|customer|phone|birth|address|email|passport|identity")


def test_the_newest_migration_makes_the_tables_that_the_program_uses(tmp_path: Path) -> None:
    """A column in one of the two alone is found at the first start, not at the first order."""
    engine = open_database(f"sqlite:///{tmp_path / 'store.db'}", MIGRATIONS)

    with engine.begin() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), TABLES)

    engine.dispose()
    assert [difference for difference in differences if difference[1].name != "alembic_version"] == []


def test_no_column_can_hold_the_name_of_a_person() -> None:
    """The central bank knows wallets by number; who holds them their operators know."""
    # Of its own staff whoever was invited to a page has a name here.
    tables = [table for table in TABLES.sorted_tables if table not in STAFF_TABLES]
    columns = [f"{table.name}.{column.name}" for table in tables for column in table.columns]

    assert len(columns) > 30
    assert [column for column in columns if _OF_A_PERSON.search(column)] == []


def test_the_page_has_the_table_of_states() -> None:
    """Who builds upon the workflow reads the page."""
    section = PAGE.read_text(encoding="utf-8").partition("\n## States\n")[2].partition("\n## ")[0]

    rows = {state: set(re.findall(r"`(\w+)`", after)) for state, after in _ROW.findall(section)}

    assert rows == {state.value: {after.value for after in MOVES[state]} for state in State}
