"""What has to be known of the frames before, to say what a command did: open holds, freezes, accounts, vaults.

`NoMemory` is for commands that say everything themselves. `KeptMemory` stands in an SQLite file of the index, beside
the movements that followed from it: these cannot be read off the log a second time without all that came before.
It proves nothing by itself: it is thrown away where it does not name the head of the log, and made anew from the log.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import msgspec

from dcep.durable import make_folder
from dcep.errors import Unavailable
from dcep.ids import CommandId, OperatorId, WalletId, is_wallet_id
from dcep.ledger.engine.book import Book
from dcep.ledger.movements.movement import Effect, Movement
from dcep.messages.classes import Scope
from dcep.messages.frames import FIRST_HEAD
from dcep.messages.layout import Hash, Seq
from dcep.money import Fen


class HeldMoney(NamedTuple):
    """An open hold; `left` is what may still be captured, or goes back."""

    payer: WalletId
    receiver: WalletId
    left: Fen


class Memory(Protocol):
    """What has to be known of the frames before. Questions are asked in the log's order, each once."""

    def open(self, wallet: WalletId) -> None:
        """Remember that a customer's account was opened."""
        ...

    def close(self, wallet: WalletId) -> None:
        """Remember that it was closed."""
        ...

    def arrive(self, wallet: WalletId, amount: Fen) -> Effect:
        """Return what money that arrives does to a balance: nothing while a freeze locks it."""
        ...

    def come_back(self, wallet: WalletId, amount: Fen) -> Effect | None:
        """Return what a returned payment does to a balance; None where it goes into suspense."""
        ...

    def freeze(self, wallet: WalletId, scope: int) -> Fen:
        """Return how much locked money a freeze in this scope, 0 for none, sets free, fen."""
        ...

    def hold(self, hold: CommandId, held: HeldMoney) -> None:
        """Remember money that is held."""
        ...

    def capture(self, hold: CommandId, amount: Fen) -> HeldMoney:
        """Return the hold of which this is captured."""
        ...

    def release(self, hold: CommandId) -> HeldMoney:
        """Return the hold that ends."""
        ...

    def seat(self, operator: OperatorId, vault: WalletId) -> None:
        """Remember an operator's vault on this ledger."""
        ...

    def vault_of(self, operator: OperatorId) -> WalletId:
        """Return an operator's vault on this ledger."""
        ...


class NoMemory:
    """Nobody is frozen, and nothing is held: what commands say that need no memory."""

    def open(self, wallet: WalletId) -> None:
        """Do nothing."""

    def close(self, wallet: WalletId) -> None:
        """Do nothing."""

    def arrive(self, wallet: WalletId, amount: Fen) -> Effect:
        return Effect.IN

    def come_back(self, wallet: WalletId, amount: Fen) -> Effect | None:
        raise AssertionError("what came back was kept")

    def freeze(self, wallet: WalletId, scope: int) -> Fen:
        return Fen(0)

    def hold(self, hold: CommandId, held: HeldMoney) -> None:
        """Do nothing."""

    def capture(self, hold: CommandId, amount: Fen) -> HeldMoney:
        raise AssertionError("what was captured was kept")

    def release(self, hold: CommandId) -> HeldMoney:
        raise AssertionError("what was released was kept")

    def seat(self, operator: OperatorId, vault: WalletId) -> None:
        """Do nothing."""

    def vault_of(self, operator: OperatorId) -> WalletId:
        raise AssertionError("what was allocated was kept")


class Mark(NamedTuple):
    """How far the log was followed: the newest frame, the head after it, and the first frame that can be told of."""

    seq: Seq
    head: Hash
    first: Seq


NO_MARK: Final = Mark(Seq(0), FIRST_HEAD, Seq(1))
_VERSION: Final = 1
_TABLES: Final = """
CREATE TABLE mark (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER, head BLOB, first INTEGER);
CREATE TABLE holds (hold BLOB PRIMARY KEY, content BLOB) WITHOUT ROWID;
CREATE TABLE locked (wallet INTEGER PRIMARY KEY, fen TEXT);
CREATE TABLE accounts (wallet INTEGER PRIMARY KEY, is_closed INTEGER);
CREATE TABLE vaults (operator INTEGER PRIMARY KEY, vault INTEGER);
CREATE TABLE kept (seq INTEGER, place INTEGER, movements BLOB, PRIMARY KEY (seq, place)) WITHOUT ROWID;
"""
_HELD: Final = struct.Struct(">QQQ")


class KeptMemory:
    """The memory of one ledger, and the movements that nothing but it could tell; for one thread at a time.

    Args:
        path: its file; None for a ledger in memory.

    Raises:
        Unavailable: `index_not_written`.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        with self._readable():
            try:
                self._open()
            except sqlite3.DatabaseError as error:
                # What has rotted away is made anew; what the disk refuses is told.
                if path is None or isinstance(error, sqlite3.OperationalError):
                    raise
                path.unlink()
                self._open()
        # Whether the last command could not be told without this memory.
        self.was_needed = False

    def _open(self) -> None:
        if self._path is not None:
            make_folder(self._path.parent)
        # Whoever calls lets one thread in at a time.
        self._data = sqlite3.connect(self._path or ":memory:", isolation_level=None, check_same_thread=False)
        # What a power cut takes is followed again; the file stays whole.
        self._data.execute("PRAGMA journal_mode = WAL")
        self._data.execute("PRAGMA synchronous = NORMAL")
        if self._data.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            self.forget()
        self._load()

    def _load(self) -> None:
        rows = self._data.execute("SELECT wallet, fen FROM locked")
        self._locked = {WalletId(wallet): int(fen) for wallet, fen in rows}

    def forget(self) -> None:
        """Begin anew with nothing."""
        names = self._data.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            self._data.execute(f"DROP TABLE {name}")
        self._data.executescript(_TABLES)
        self._data.execute(f"PRAGMA user_version = {_VERSION}")
        self._load()

    def mark(self) -> Mark:
        """Return how far the log was followed."""
        with self._readable():
            row = self._data.execute("SELECT seq, head, first FROM mark").fetchone()
        return NO_MARK if row is None else Mark(Seq(row[0]), Hash(row[1]), Seq(row[2]))

    @contextmanager
    def step(self) -> Iterator[None]:
        """Write all of what follows, or nothing; Unavailable `index_not_written` where the disk refuses."""
        with self._readable():
            self._data.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._data.execute("COMMIT")
            except BaseException:
                if self._data.in_transaction:
                    self._data.execute("ROLLBACK")
                self._load()
                raise

    def come_to(self, mark: Mark) -> None:
        """Note how far the log was followed."""
        self._data.execute("INSERT OR REPLACE INTO mark VALUES (1, ?, ?, ?)", mark)

    def adopt(self, book: Book) -> None:
        """Begin with a state of the ledger, of which the frames before are not here."""
        for account in book.accounts:
            if account.is_customer:
                self.open(account.wallet)
            if account.is_closed:
                self.close(account.wallet)
            if account.is_frozen_to_receive:
                self._set_locked(account.wallet, book.locked_of(account))
        for hold_id, hold in book.held.rows():
            self.hold(hold_id, HeldMoney(hold.payer, hold.receiver, hold.left))
        for (operator, ledger), seat in book.operators.items():
            if ledger == book.ledger:
                self.seat(operator, seat.vault)

    # The movements that were kept.

    def keep(self, movements: Iterable[tuple[Seq, int, list[Movement]]]) -> None:
        """Keep the movements of commands that could not be told without this memory."""
        rows = [(seq, place, msgspec.msgpack.encode(told)) for seq, place, told in movements]
        self._data.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", rows)

    def kept(self, seq: Seq) -> dict[int, list[Movement]]:
        """Return the movements that were kept of a frame, by place."""
        with self._readable():
            rows = self._data.execute("SELECT place, movements FROM kept WHERE seq = ?", (seq,)).fetchall()
            return {place: msgspec.msgpack.decode(data, type=list[Movement]) for place, data in rows}

    # What commands ask.

    def open(self, wallet: WalletId) -> None:
        self._data.execute("INSERT OR IGNORE INTO accounts VALUES (?, 0)", (wallet,))

    def close(self, wallet: WalletId) -> None:
        self._data.execute("UPDATE accounts SET is_closed = 1 WHERE wallet = ?", (wallet,))

    def arrive(self, wallet: WalletId, amount: Fen) -> Effect:
        if wallet not in self._locked:
            return Effect.IN
        self.was_needed = True
        self._set_locked(wallet, self._locked[wallet] + amount)
        return Effect.NONE

    def come_back(self, wallet: WalletId, amount: Fen) -> Effect | None:
        self.was_needed = True
        # A peer's worker may bring any number.
        if not is_wallet_id(wallet):
            return None
        row = self._data.execute("SELECT is_closed FROM accounts WHERE wallet = ?", (wallet,)).fetchone()
        return None if row is None or row[0] else self.arrive(wallet, amount)

    def freeze(self, wallet: WalletId, scope: int) -> Fen:
        if scope & Scope.RECEIVE:
            self._set_locked(wallet, self._locked.get(wallet, 0))
            return Fen(0)
        self._data.execute("DELETE FROM locked WHERE wallet = ?", (wallet,))
        freed = self._locked.pop(wallet, 0)
        self.was_needed = self.was_needed or freed > 0
        return Fen(freed)

    def hold(self, hold: CommandId, held: HeldMoney) -> None:
        self._data.execute("INSERT OR REPLACE INTO holds VALUES (?, ?)", (hold, _HELD.pack(*held)))

    def capture(self, hold: CommandId, amount: Fen) -> HeldMoney:
        held = self._find(hold)
        left = Fen(held.left - amount)
        if left:
            self.hold(hold, held._replace(left=left))
        else:
            self._data.execute("DELETE FROM holds WHERE hold = ?", (hold,))
        return held

    def release(self, hold: CommandId) -> HeldMoney:
        held = self._find(hold)
        self._data.execute("DELETE FROM holds WHERE hold = ?", (hold,))
        return held

    def seat(self, operator: OperatorId, vault: WalletId) -> None:
        self._data.execute("INSERT OR REPLACE INTO vaults VALUES (?, ?)", (operator, vault))

    def vault_of(self, operator: OperatorId) -> WalletId:
        self.was_needed = True
        row = self._data.execute("SELECT vault FROM vaults WHERE operator = ?", (operator,)).fetchone()
        return WalletId(row[0])

    def shut(self) -> None:
        """Let go of the file."""
        self._data.close()

    def _find(self, hold: CommandId) -> HeldMoney:
        self.was_needed = True
        row = self._data.execute("SELECT content FROM holds WHERE hold = ?", (hold,)).fetchone()
        payer, receiver, left = _HELD.unpack(row[0])
        return HeldMoney(WalletId(payer), WalletId(receiver), Fen(left))

    def _set_locked(self, wallet: WalletId, fen: int) -> None:
        self._locked[wallet] = fen
        # As text: a sum of money may need more than SQLite's 63 bits.
        self._data.execute("INSERT OR REPLACE INTO locked VALUES (?, ?)", (wallet, str(fen)))

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, msgspec.DecodeError, OSError) as error:
            message = f"{self._path and self._path.name}: {error}"
            raise Unavailable(
                "index_not_written", message, retry_after_ms=1_000, next_step="see to the disk"
            ) from error
