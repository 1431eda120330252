"""An institution's own database: SQLite in its folder, or PostgreSQL by one setting; its tables by numbered migrations.

Whoever opens it has every table as its newest migration left it. A transaction that returned is durable.

A migration's file begins with its number, and its revision is that number. What carries migrations out is loaded only
where one is due: it costs a process that starts more than all the rest of its database.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from dcep.errors import BadInput, Unavailable

_ENVIRONMENT: Final = Path(__file__).parent / "environment"
_DRIVERS: Final = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
# How long a writer waits for another one.
_BUSY_MS: Final = 5_000
# Where the migrations that a database has seen are noted, and how many digits their numbers have.
_VERSIONS: Final = "alembic_version"
_DIGITS: Final = 4
_RETRY_AFTER_MS: Final = 1_000


def open_database(url: str, migrations: Path) -> Engine:
    """Return a connected engine whose tables are up to date.

    Args:
        url: `sqlite:///FILE` or `postgresql://USER@HOST/NAME`.
        migrations: the folder of the institution's migrations, one numbered file each.

    Raises:
        BadInput: `bad_database_url`.
        Unavailable: `database_unavailable`: it cannot be reached, or refuses the migration.
    """
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            if _version(connection) != _newest(migrations):
                _migrate(connection, migrations)
    except OperationalError as error:
        engine.dispose()
        message = f"{make_url(url).render_as_string(hide_password=True)}: {error.orig}"
        raise Unavailable("database_unavailable", message, retry_after_ms=_RETRY_AFTER_MS) from error
    return engine


def _newest(migrations: Path) -> str:
    return max((file.name[:_DIGITS] for file in migrations.glob("[0-9]" * _DIGITS + "_*.py")), default="")


def _version(connection: Connection) -> str | None:
    """Return the number of the newest migration that a database has seen, None for an empty one."""
    if not inspect(connection).has_table(_VERSIONS):
        return None
    found = connection.exec_driver_sql(f"SELECT version_num FROM {_VERSIONS}").scalars().all()  # noqa: S608  a constant
    return str(found[0]) if len(found) == 1 else None


def _migrate(connection: Connection, migrations: Path) -> None:
    from alembic import command  # noqa: PLC0415  see the top of this file
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(migrations))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        driver = _DRIVERS[parsed.get_backend_name()]
    except (ArgumentError, KeyError) as error:
        message = "a database is sqlite:///FILE or postgresql://USER@HOST/NAME"
        raise BadInput("bad_database_url", message) from error
    # What a statement failed on is somebody's name, perhaps: errors and logs tell the statement alone.
    engine = create_engine(
        parsed.set(drivername=driver), pool_pre_ping=driver != _DRIVERS["sqlite"], hide_parameters=True
    )
    if driver == _DRIVERS["sqlite"]:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver would begin transactions late and by itself; they begin where the program says so.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", f"busy_timeout = {_BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    # A transaction that reads and then writes must not find that another one has written between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
