"""What a wallet must not forget: its next number, every command that it has signed, and what became of each.

1. A number is taken and its signed bytes are stored in one transaction, durable before anything is sent.
2. Bytes are never changed: a command without a final answer can only be sent again as it is.
3. A final answer is written once.
4. A number of which a command has expired for certain is free, and is taken again: a wallet that used a new one each
   time would be locked out after 65 expiries.

Errands, which are orders to the operator that nobody signs, and the codes that were scanned are kept in the same file
(`errands`, `scanned`).

The database is SQLite by the standard library: a command of the wallet must start at once, and this is one file of
few tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.errors import BadInput, Unavailable
from dcep.ids import CommandId, NetworkId, WalletId
from dcep.messages.layout import Epoch, Number, Seq
from dcep.money import Fen
from dcep.wallet.errands import TABLE as ERRANDS
from dcep.wallet.errands import Errands
from dcep.wallet.scanned import TABLE as SCANNED
from dcep.wallet.scanned import Scanned

_FORM: Final = 1
_BUSY_S: Final = 5.0
_TABLES: Final = """
CREATE TABLE wallet (
    network BLOB NOT NULL, wallet INTEGER NOT NULL, epoch INTEGER NOT NULL, next_number INTEGER NOT NULL,
    first_number INTEGER NOT NULL
) STRICT;
CREATE TABLE orders (
    at INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL, wire BLOB NOT NULL,
    command BLOB NOT NULL UNIQUE, kind TEXT NOT NULL,
    counterparty INTEGER NOT NULL, amount_fen INTEGER NOT NULL, made_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL, answer TEXT, seq INTEGER, place INTEGER, receipt BLOB, key TEXT UNIQUE,
    told INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX orders_open ON orders (at) WHERE answer IS NULL;
CREATE UNIQUE INDEX orders_number ON orders (number) WHERE answer IS NULL OR answer <> 'expired';
"""
# The highest number that is free again, which is surely in the window if one is; else a new one.
_NEXT: Final = """
SELECT coalesce(max(expired.number), wallet.next_number) FROM wallet LEFT JOIN orders AS expired
ON expired.answer = 'expired' AND expired.number >= wallet.first_number AND NOT EXISTS (
    SELECT 1 FROM orders WHERE number = expired.number AND (answer IS NULL OR answer <> 'expired')
)
"""
_MOST_UNTOLD: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which wallet this is; `epoch` is that of the policy in force."""

    network: NetworkId
    wallet: WalletId
    epoch: Epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A command about to be stored: its bytes, and what people want to read of it later.

    `counterparty` is 0 where there is none; the amount is 0 where no money moves; `key` is the holder's own.
    """

    wire: bytes
    command: CommandId
    kind: str
    counterparty: int
    amount: Fen
    expires_at: UnixMs
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command of this wallet; `answer` is None until it is final, `receipt` is there if it settled."""

    number: Number
    draft: Draft
    made_at: UnixMs
    answer: str | None
    seq: Seq | None
    place: int | None
    receipt: bytes | None


class Settled(NamedTuple):
    """Where a command settled, its receipt, and the epoch of the policy that it put in force, if it did."""

    seq: Seq
    place: int
    receipt: bytes
    epoch: Epoch | None


class WalletStore:
    """One wallet's memory in a file, for one process at a time to write."""

    def __init__(self, path: Path, identity: Identity | None = None) -> None:
        """Open a wallet's file, or make it if an identity is given.

        Raises:
            BadInput: `no_such_wallet`, `wallet_exists`, or `bad_wallet_file`.
            Unavailable: `wallet_busy`: another command of this wallet is at work; or the disk refused.
        """
        self._path = path
        if identity is None and not path.exists():
            raise BadInput("no_such_wallet", f"{path} is not there", next_step="dcep wallet new")
        if identity is not None and path.exists():
            raise BadInput("wallet_exists", f"{path} is there already", next_step="choose another folder")
        self._database = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        try:
            self._prepare(identity)
        except BaseException:
            self._database.close()
            raise

    def _prepare(self, identity: Identity | None) -> None:
        with self._transaction() as database:
            if identity is not None:
                for statement in (_TABLES + ERRANDS).split(";"):
                    database.execute(statement)
                row = identity.network, identity.wallet, identity.epoch, 1, 1
                database.execute("INSERT INTO wallet VALUES (?, ?, ?, ?, ?)", row)
                database.execute(f"PRAGMA user_version = {_FORM}")
            elif database.execute("PRAGMA user_version").fetchone()[0] != _FORM:
                raise BadInput("bad_wallet_file", f"{self._path} is no wallet's file of this form")
            # A file that was made before there were such codes gets their table now.
            database.execute(SCANNED)
        self._database.execute("PRAGMA synchronous = FULL")
        self.errands, self.scanned = Errands(self._transaction), Scanned(self._transaction)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                self._database.rollback()
                raise
        except sqlite3.OperationalError as error:
            raise Unavailable("wallet_busy", f"{self._path}: {error}", retry_after_ms=1_000) from error
        except sqlite3.DatabaseError as error:
            raise BadInput("bad_wallet_file", f"{self._path}: {error}", next_step="restore it from a copy") from error

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @property
    def identity(self) -> Identity:
        """Which wallet this is."""
        with self._transaction() as database:
            network, wallet, epoch, *_ = database.execute("SELECT * FROM wallet").fetchone()
        return Identity(network=NetworkId(network), wallet=WalletId(wallet), epoch=Epoch(epoch))

    def catch_up(self, epoch: Epoch, number: Number) -> None:
        """Take the ledger's word for the policy in force, and leave out every number below this one."""
        with self._transaction() as database:
            database.execute(
                "UPDATE wallet SET epoch = ?, next_number = max(next_number, ?), first_number = max(first_number, ?)",
                (epoch, number, number),
            )

    # 1.

    def take(self, make: Callable[[Number], Draft], now: UnixMs) -> Order:
        """Take the next number, let a command be made with it, and store it; when this returns it is durable."""
        with self._transaction() as database:
            # 4.
            (number,) = database.execute(_NEXT).fetchone()
            draft = make(Number(number))
            row = (number, draft.wire, draft.command, draft.kind, draft.counterparty, draft.amount, now)
            database.execute(
                "INSERT INTO orders"
                " (number, wire, command, kind, counterparty, amount_fen, made_at_ms, expires_at_ms, key)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, draft.expires_at, draft.key),
            )
            database.execute("UPDATE wallet SET next_number = max(next_number, ?)", (number + 1,))
        return Order(number=Number(number), draft=draft, made_at=now, answer=None, seq=None, place=None, receipt=None)

    # 3.

    def settle(self, command: CommandId, answer: str, settled: Settled | None = None) -> None:
        """Write down a final answer; the second time nothing changes.

        Args:
            settled: where it settled, and what that changes; None for any other answer.
        """
        with self._transaction() as database:
            seq, place, receipt, epoch = settled or (None, None, None, None)
            written = database.execute(
                "UPDATE orders SET answer = ?, seq = ?, place = ?, receipt = ? WHERE command = ? AND answer IS NULL",
                (answer, seq, place, receipt, command),
            )
            if written.rowcount and epoch is not None:
                database.execute("UPDATE wallet SET epoch = ?", (epoch,))

    def tell(self, command: CommandId) -> None:
        """Write down that the holder has heard an order's final answer."""
        with self._transaction() as database:
            database.execute("UPDATE orders SET told = 1 WHERE command = ? AND answer IS NOT NULL", (command,))

    # Reading.

    def open_orders(self) -> list[Order]:
        """Return what has no final answer, the oldest first."""
        return self._select("answer IS NULL ORDER BY at", ())

    def find(self, command: CommandId) -> Order | None:
        """Return the order of a command."""
        return next(iter(self._select("command = ?", (command,))), None)

    def keyed(self, key: str) -> Order | None:
        """Return the order that was stored under a key."""
        return next(iter(self._select("key = ?", (key,))), None)

    def untold(self) -> list[Order]:
        """Return what was never told to the holder, the oldest first, at most 64."""
        return self._select(f"told = 0 ORDER BY at LIMIT {_MOST_UNTOLD}", ())

    def newest_change(self) -> bytes | None:
        """Return the command that put the policy in force, if this wallet gave it."""
        changes = self._select("kind = 'set_policy' AND answer = 'settled' ORDER BY at DESC LIMIT 1", ())
        return changes[0].draft.wire if changes else None

    def newest(self, limit: int) -> list[Order]:
        """Return the newest orders, the newest first."""
        return self._select("1 ORDER BY at DESC LIMIT ?", (limit,))

    def _select(self, condition: str, values: tuple[object, ...]) -> list[Order]:
        with self._transaction() as database:
            # The conditions are those above.
            return [_order(row) for row in database.execute(f"SELECT * FROM orders WHERE {condition}", values)]  # noqa: S608


def _order(row: sqlite3.Row) -> Order:
    draft = Draft(
        wire=row["wire"],
        command=CommandId(row["command"]),
        kind=row["kind"],
        counterparty=row["counterparty"],
        amount=Fen(row["amount_fen"]),
        expires_at=UnixMs(row["expires_at_ms"]),
        key=row["key"],
    )
    return Order(
        number=Number(row["number"]),
        draft=draft,
        made_at=UnixMs(row["made_at_ms"]),
        answer=row["answer"],
        seq=row["seq"],
        place=row["place"],
        receipt=row["receipt"],
    )
