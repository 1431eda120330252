"""Orders to the operator that nobody signs, such as an exchange: what was asked under which key, and how it ended.

1. An errand's key and body are durable before it is sent; they are never changed. The operator binds the key to the
   body for ever, so the same may be sent again until it is known how the order stands.
2. How it ended is written once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from dcep.clock import UnixMs

TABLE: Final = """
CREATE TABLE errands (
    at INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, body TEXT NOT NULL,
    made_at_ms INTEGER NOT NULL, order_id TEXT, state TEXT, code TEXT, told INTEGER NOT NULL DEFAULT 0
) STRICT
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What was asked; the order's id is None until the operator has it, its state until it ended. `body` is JSON."""

    key: str
    kind: str
    body: str
    made_at: UnixMs
    order_id: str | None = None
    state: str | None = None
    code: str | None = None


class Errands:
    """The errands of one wallet, over its database."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        self._transaction = transaction

    # 1.

    def take(self, errand: Errand) -> Errand:
        """Store an errand and return it; under a key that was used, return what was stored there."""
        with self._transaction() as database:
            row = (errand.key, errand.kind, errand.body, errand.made_at)
            database.execute(
                "INSERT INTO errands (key, kind, body, made_at_ms) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
                row,
            )
            return _errand(database.execute("SELECT * FROM errands WHERE key = ?", (errand.key,)).fetchone())

    def accept(self, key: str, order_id: str) -> None:
        """Write down under which id the operator has taken it."""
        with self._transaction() as database:
            database.execute("UPDATE errands SET order_id = ? WHERE key = ? AND order_id IS NULL", (order_id, key))

    # 2.

    def end(self, key: str, state: str, code: str | None) -> None:
        """Write down how it ended."""
        with self._transaction() as database:
            database.execute(
                "UPDATE errands SET state = ?, code = ? WHERE key = ? AND state IS NULL", (state, code, key)
            )

    def tell(self, key: str) -> None:
        """Write down that the holder has heard how it ended."""
        with self._transaction() as database:
            database.execute("UPDATE errands SET told = 1 WHERE key = ? AND state IS NOT NULL", (key,))

    def untold(self) -> list[Errand]:
        """Return what has not ended, or of which the holder was never told how, the oldest first."""
        with self._transaction() as database:
            return [_errand(row) for row in database.execute("SELECT * FROM errands WHERE told = 0 ORDER BY at")]


def _errand(row: sqlite3.Row) -> Errand:
    return Errand(
        key=row["key"],
        kind=row["kind"],
        body=row["body"],
        made_at=UnixMs(row["made_at_ms"]),
        order_id=row["order_id"],
        state=row["state"],
        code=row["code"],
    )
