"""A PostgreSQL server for tests: its own, on loopback, in a temporary folder, gone at the end.

Debian's package is enough; nobody has to configure it. Without it those tests are skipped with a word, or fail where
DCEP_POSTGRESQL says `required`, as it does in `.ci/run`. What they find out is what the program says to a database, not
whether PostgreSQL flushes its disk: the server does not.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
import pytest

_INSTALLED: Final = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
# The server refuses to run as root; Debian's package has made it a user of its own.
_USER: Final = "postgres"
_SETTINGS: Final = "-c fsync=off -c listen_addresses=127.0.0.1 -c max_connections=50"


class Server:
    """A running server with a few databases, which each test finds empty."""

    def __init__(self, port: int) -> None:
        self._port, self._made, self._given = port, 0, 0

    def begin_test(self) -> None:
        """Let the next test have the databases of the one before it."""
        self._given = 0

    def new_database(self) -> str:
        """Return the address of an empty database."""
        self._given += 1
        name = f"test_{self._given}"
        if self._given > self._made:
            self._run("postgres", f"CREATE DATABASE {name}")
            self._made += 1
        else:
            self._run(name, "DROP SCHEMA public CASCADE")
            self._run(name, "CREATE SCHEMA public")
        return self._address(name)

    def _run(self, database: str, statement: str) -> None:
        with psycopg.connect(self._address(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _address(self, database: str) -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self._port}/{database}"


@contextmanager
def server() -> Iterator[Server]:
    """Start a server, and stop it at the end; skip the test where none is installed."""
    if not _INSTALLED:
        lacking = "no PostgreSQL server is installed (Debian: apt install postgresql; or run tools/postgresql)"
        if os.environ.get("DCEP_POSTGRESQL") == "required":
            pytest.fail(lacking)
        pytest.skip(lacking)
    programs, port = _INSTALLED[-1].parent, _free_port()
    folder = Path(tempfile.mkdtemp(prefix="dcep-postgresql-"))
    data, log = folder / "data", folder / "log"
    try:
        if os.getuid() == 0:
            shutil.chown(folder, _USER, _USER)
        _run(programs / "initdb", "-D", data, "-A", "trust", "-U", _USER, "--no-locale", "-E", "UTF8", "--no-sync")
        settings = f"{_SETTINGS} -c port={port} -c unix_socket_directories={folder}"
        _run(programs / "pg_ctl", "-D", data, "-l", log, "-w", "-o", settings, "start")
        try:
            yield Server(port)
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: object) -> None:
    as_user = ["runuser", "-u", _USER, "--"] if os.getuid() == 0 else []
    # Its output goes nowhere: the server inherits it, and would keep the test's pipe open.
    subprocess.run([*as_user, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
