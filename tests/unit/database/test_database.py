"""An institution's database comes up with every table of its migrations, and what a transaction wrote stays."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

import dcep
from dcep.database import open_database
from dcep.errors import BadInput, Unavailable

_FIRST = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

def upgrade() -> None:
    op.create_table("coins", sa.Column("fen", sa.BigInteger, primary_key=True))
"""
_SECOND = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"

def upgrade() -> None:
    op.add_column("coins", sa.Column("year", sa.Integer))
"""


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """Return a folder of one migration."""
    folder = tmp_path / "a folder: of migrations"
    folder.mkdir()
    (folder / "0001_coins.py").write_text(_FIRST, encoding="utf-8")
    return folder


def test_a_newer_program_finds_its_new_column_and_the_old_rows(tmp_path: Path, migrations: Path) -> None:
    """Opening brings the tables up to date and loses nothing."""
    url = f"sqlite:///{tmp_path / 'bank.db'}"
    first = open_database(url, migrations)
    with first.begin() as connection:
        connection.execute(text("INSERT INTO coins (fen) VALUES (5)"))
    first.dispose()
    (migrations / "0002_years.py").write_text(_SECOND, encoding="utf-8")

    second = open_database(url, migrations)

    with second.begin() as connection:
        rows = connection.execute(text("SELECT fen, year FROM coins")).all()
    second.dispose()
    assert [tuple(row) for row in rows] == [(5, None)]


def test_what_carries_migrations_out_is_loaded_only_where_one_is_due(tmp_path: Path, migrations: Path) -> None:
    """It costs a process that starts more than all the rest of its database."""
    program = (
        "import sys, pathlib, dcep.database as database;"
        f"database.open_database('sqlite:///{tmp_path / 'bank.db'}', pathlib.Path({str(migrations)!r})).dispose();"
        "print('alembic' in sys.modules)"
    )

    loaded = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
        for _ in range(2)
    ]

    assert loaded == ["True\n", "False\n"]


def test_a_migrations_file_begins_with_its_revision() -> None:
    """By the number of the newest file it is seen whether a database has had them all."""
    source = Path(dcep.__file__).parent
    files = sorted(source.glob("*/**/migrations/[0-9]*.py"))

    revisions = [re.findall(r'^revision, down_revision = "([0-9]{4})"', file.read_text(), re.M) for file in files]

    assert len(files) > 5
    assert revisions == [[file.name[:4]] for file in files]


def test_a_transaction_that_breaks_off_leaves_nothing(tmp_path: Path, migrations: Path) -> None:
    """Whoever leaves without a commit has written nothing."""
    engine = open_database(f"sqlite:///{tmp_path / 'bank.db'}", migrations)

    with engine.connect() as connection:
        connection.execute(text("INSERT INTO coins (fen) VALUES (5)"))

    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM coins")).scalar() == 0
    engine.dispose()


def test_what_is_durable_is_flushed(tmp_path: Path, migrations: Path) -> None:
    """A commit that returned survives a power cut: SQLite flushes each."""
    engine = open_database(f"sqlite:///{tmp_path / 'bank.db'}", migrations)

    with engine.begin() as connection:
        journal = connection.execute(text("PRAGMA journal_mode")).scalar()
        synchronous = connection.execute(text("PRAGMA synchronous")).scalar()

    engine.dispose()
    assert (journal, synchronous) == ("wal", 2)


@pytest.mark.parametrize("url", ["", "bank.db", "mysql://somebody@somewhere/bank", "sqlite"])
def test_only_two_kinds_of_databases_are_known(url: str, migrations: Path) -> None:
    """Anything else is wrong input, and nothing is opened."""
    with pytest.raises(BadInput, match="bad_database_url"):
        open_database(url, migrations)


def test_a_database_that_cannot_be_reached_is_unavailable(tmp_path: Path, migrations: Path) -> None:
    """The password of its address is not told."""
    with pytest.raises(Unavailable, match="database_unavailable"):
        open_database(f"sqlite:///{tmp_path / 'no such folder' / 'bank.db'}", migrations)
    with pytest.raises(Unavailable) as told:
        open_database("postgresql://bank:geheim@127.0.0.1:1/bank", migrations)

    assert "geheim" not in str(told.value)
