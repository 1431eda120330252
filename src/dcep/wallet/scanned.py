"""Codes that were scanned, and the request behind each: whoever pays one runs the same line again, and goes on.

An operator that tells what stands behind a code says nothing more of it once it is paid. What it has told is durable
before the payment is signed, so that the wallet finds its own payment by the code alone.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

TABLE: Final = "CREATE TABLE IF NOT EXISTS scanned (code BLOB PRIMARY KEY, request TEXT NOT NULL) STRICT"


class Scanned:
    """The scanned codes of one wallet, over its database."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        self._transaction = transaction

    def keep(self, code: str, request: str) -> None:
        """Write down the text of the request behind a code; what an operator tells later replaces it."""
        with self._transaction() as database:
            database.execute("INSERT OR REPLACE INTO scanned VALUES (?, ?)", (_digest(code), request))

    def find(self, code: str) -> str | None:
        """Return the text of the request behind a code that was scanned here."""
        with self._transaction() as database:
            row = database.execute("SELECT request FROM scanned WHERE code = ?", (_digest(code),)).fetchone()
        return None if row is None else str(row[0])


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode(errors="replace")).digest()
