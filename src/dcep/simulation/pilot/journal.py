"""What the pilot office must not forget: with which options it began, how each step ended, what it has signed.

The money does not hang on it: each step has a key under which its wallet does it at most once, and a step whose end was
lost is done again and ends as it did. The database is SQLite by the standard library, in the pilot's folder.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.errors import BadInput

_FILE: Final = "pilot.db"
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS ends (
    key TEXT PRIMARY KEY, phase INTEGER NOT NULL, operator INTEGER NOT NULL, trade TEXT NOT NULL, verb TEXT NOT NULL,
    answer TEXT NOT NULL, kept INTEGER NOT NULL, ended_at_ms INTEGER NOT NULL, took_us INTEGER, command BLOB NOT NULL,
    seq INTEGER, amount_fen INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, data BLOB NOT NULL) STRICT;
"""
_COLUMNS: Final = "key, phase, operator, trade, verb, answer, kept, ended_at_ms, took_us, command, seq, amount_fen"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a step ended.

    Args:
        kept: whether it ended as the rules say.
        took_us: from the first word to the final answer; None where the pilot was killed meanwhile, for then nobody
            was waiting.
        command: the id of what was signed; empty for an order to an operator.
        seq: the frame in which it stands, if it is known.
    """

    key: str
    phase: int
    operator: int
    trade: str
    verb: str
    answer: str
    kept: bool
    ended_at_ms: UnixMs
    took_us: int | None
    command: bytes
    seq: int | None
    amount_fen: int


class Journal:
    """The office's memory, for one process at a time."""

    def __init__(self, folder: Path) -> None:
        # Its owner's alone: the password of every key and the seed of a draw stand in it. What SQLite puts beside it is
        # made with the same rights.
        os.close(os.open(folder / _FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        # Threads take turns: each statement is a transaction of its own.
        self._database = sqlite3.connect(folder / _FILE, isolation_level=None, check_same_thread=False)
        # Without a flush for each step: what a power cut takes is done again under the same keys.
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_TABLES)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def begin(self, options: dict[str, Any]) -> None:
        """Return only if the pilot of this folder began with these options, or begins now.

        Raises:
            BadInput: `other_run`.
        """
        stored = self.note("options")
        if stored is None:
            self.put_note("options", options)
        elif stored != options:
            told = ", ".join(f"{name} {value}" for name, value in stored.items())
            step = "the same cities, scale and seed go on; for another pilot name another folder by --data"
            raise BadInput("other_run", f"a pilot with other options was begun here: {told}", next_step=step)

    # Notes are small things by name.

    def note(self, name: str) -> Any:
        """Return a note, None if there is none."""
        row = self._database.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def put_note(self, name: str, value: Any) -> None:
        """Write a note, over the one that was there."""
        self._database.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, json.dumps(value)))

    def noted(self, name: str, value: Any) -> Any:
        """Return a note, which is this value if there was none."""
        found = self.note(name)
        if found is None:
            self.put_note(name, value)
            return value
        return found

    # Documents are what was signed or shown.

    def document(self, name: str) -> bytes | None:
        """Return a document."""
        row = self._database.execute("SELECT data FROM documents WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def keep_document(self, name: str, data: bytes) -> None:
        """Keep a document, in the place of the one that was there."""
        self._database.execute("INSERT OR REPLACE INTO documents VALUES (?, ?)", (name, data))

    # Ends of steps.

    def keep(self, end: End) -> None:
        """Write down how a step ended; the first end counts."""
        values = tuple(getattr(end, name) for name in _COLUMNS.split(", "))
        marks = ", ".join("?" * len(values))
        # The columns are those above.
        self._database.execute(f"INSERT OR IGNORE INTO ends ({_COLUMNS}) VALUES ({marks})", values)  # noqa: S608

    def end_of(self, key: str) -> End | None:
        """Return how a step ended, None if it has not."""
        return next(self._select("key = ?", key), None)

    def ends(self, phase: int) -> list[End]:
        """Return how the steps of a phase ended, in the order of their keys."""
        return list(self._select("phase = ? ORDER BY key", phase))

    def _select(self, condition: str, value: object) -> Iterator[End]:
        # The conditions are those above.
        for row in self._database.execute(f"SELECT {_COLUMNS} FROM ends WHERE {condition}", (value,)):  # noqa: S608
            told = dict(zip(_COLUMNS.split(", "), row, strict=True))
            yield End(**told | {"kept": bool(told["kept"])})
