"""An institution's own database: SQLite in its folder, or PostgreSQL by one setting; its tables by numbered migrations.

Whoever opens it has every table as its newest migration left it. A transaction that returned is durable.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from dcep.errors import BadInput, Unavailable

_ENVIRONMENT: Final = Path(__file__).parent / "environment"
_DRIVERS: Final = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
# How long a writer waits for another one.
_BUSY_MS: Final = 5_000
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
            config = Config()
            config.set_main_option("script_location", str(_ENVIRONMENT))
            config.set_main_option("path_separator", "newline")
            config.set_main_option("version_locations", str(migrations))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as error:
        engine.dispose()
        message = f"{make_url(url).render_as_string(hide_password=True)}: {error.orig}"
        raise Unavailable("database_unavailable", message, retry_after_ms=_RETRY_AFTER_MS) from error
    return engine


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
