"""An operator's history of its wallets: the ledger's movements, each taken in once, with a running balance.

1. `advance` asks the ledger for what comes behind the mark, a page at a time.
2. In one database transaction, which holds the mark's row, the page's lines are stored and the mark moves behind them.
   A process that was killed before has stored nothing of the page, and asks for it again; a second process that took
   the same page finds the mark moved, and stores nothing.
3. Lines are numbered as they are stored, together with all else that a holder hears of: whoever has heard of a number
   has heard of every smaller one.

The history moves no money and decides nothing: the ledger's log is the truth, and what it told can be read there again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Row, exists, insert, or_, select, update

from dcep.clock import UnixMs
from dcep.errors import DcepError, Unavailable
from dcep.ids import CommandId, OperatorId, WalletId
from dcep.ledger.client import Effect, Line, Movement, MovementKind, MovementPage
from dcep.messages.layout import Hash, Seq
from dcep.money import Fen
from dcep.operators.customers.guards import note_policy
from dcep.operators.history.news import newest_number, take_numbers
from dcep.operators.store import (
    BATCH,
    ended_orders,
    history_lines,
    history_marks,
    history_wallets,
    insert_once,
    transaction,
)

_START: Final = ""
# Somebody has to look after it; to ask again soon does not help, and does no harm.
_RETRY_AFTER_MS: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """What one command did to a wallet. `number` grows; `balance` is the wallet's after it, fen."""

    number: int
    wallet: WalletId
    seq: Seq
    place: int
    at: UnixMs
    kind: MovementKind
    counterparty: WalletId | None
    amount: Fen
    effect: Effect
    balance: Fen
    command: CommandId
    refers_to: CommandId | None
    memo: Hash | None


class Ended(NamedTuple):
    """An order of the holder's that has ended, and its number among the news."""

    number: int
    order_id: str


News = HistoryLine | Ended
# Who was frozen hears of the money that this locks and sets free, and is not warned of the freeze itself.
_TOLD: Final = or_(
    history_lines.c.kind.not_in((MovementKind.FROZEN.value, MovementKind.UNFROZEN.value)),
    history_lines.c.amount_fen > 0,
)


def has_news(wallet: ColumnElement[int], after: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that a wallet's holder has not heard of everything behind a number."""
    lines = exists().where(history_lines.c.wallet == wallet, history_lines.c.line > after, _TOLD)
    ended = exists().where(ended_orders.c.wallet == wallet, ended_orders.c.number > after)
    return or_(lines, ended)


class History:
    """The history of one operator's wallets on one ledger, its own accounts there among them."""

    def __init__(self, store: Engine, line: Line, operator: OperatorId) -> None:
        self._store, self._line, self._operator = store, line, operator
        # Where the mark was seen last: asking in vain costs the database nothing.
        self._seen: str | None = None

    def advance(self, *, wait_ms: int = 0) -> int:
        """Take in the next page of movements, and return how many there were; 1 if only the mark has to go on.

        Args:
            wait_ms: how long the ledger may wait for something to tell.

        Raises:
            Unavailable: the ledger or the database cannot be reached; or `history_cut`: the ledger does not go on where
                this history ends.
        """
        after = self._seen if self._seen is not None else self._read_mark()
        # 1.
        page = self._ask(after, wait_ms)
        if page.next == after:
            return 0
        # 2.
        self._seen = None
        with transaction(self._store) as connection:
            if self._mark(connection) != after:
                return 0
            self._store_lines(connection, page.items)
            mark = update(history_marks).where(history_marks.c.ledger == self._line.place).values(after=page.next)
            connection.execute(mark)
        self._seen = page.next
        return len(page.items) or int(page.has_more)

    def page(self, wallet: WalletId, *, before: int | None = None, limit: int) -> list[HistoryLine]:
        """Return a wallet's lines, the newest first.

        Args:
            before: only lines with a smaller number; None for the newest.
            limit: at most so many.
        """
        older = [] if before is None else [history_lines.c.line < before]
        return self._lines(wallet, *older, order=history_lines.c.line.desc(), limit=limit)

    def news(self, wallet: WalletId, *, after: int, limit: int) -> list[News]:
        """Return what a wallet's holder hears of behind a number, in order, at most `limit`."""
        lines = self._lines(wallet, history_lines.c.line > after, order=history_lines.c.line, limit=limit)
        ended = select(ended_orders.c.number, ended_orders.c.order_id).order_by(ended_orders.c.number).limit(limit)
        with transaction(self._store) as connection:
            rows = connection.execute(ended.where(ended_orders.c.wallet == wallet, ended_orders.c.number > after))
            found: list[News] = [*lines, *(Ended(number, order_id) for number, order_id in rows)]
        return sorted(found, key=lambda each: each.number)[:limit]

    def has_received(self, wallet: WalletId, memo: Hash, amount: Fen | None) -> bool:
        """Return whether a wallet was paid for what a memo says; of exactly this amount, where one is wanted."""
        found = select(history_lines.c.line).where(
            history_lines.c.wallet == wallet,
            history_lines.c.memo == memo.hex(),
            history_lines.c.kind == MovementKind.RECEIVED.value,
            *([] if amount is None else [history_lines.c.amount_fen == amount]),
        )
        with transaction(self._store) as connection:
            return connection.execute(found.limit(1)).one_or_none() is not None

    def newest(self) -> int:
        """Return the number of what holders have heard of last."""
        with transaction(self._store) as connection:
            return newest_number(connection)

    def balance(self, wallet: WalletId) -> Fen:
        """Return what a wallet's lines come to, fen; 0 where there are none."""
        with transaction(self._store) as connection:
            found = select(history_wallets.c.balance_fen).where(history_wallets.c.wallet == wallet)
            return Fen(connection.execute(found).scalar_one_or_none() or 0)

    # 1.

    def _ask(self, after: str, wait_ms: int) -> MovementPage:
        try:
            return self._line.movements(after, limit=BATCH, operator=self._operator, wait_ms=wait_ms)
        except Unavailable:
            raise
        except DcepError as error:
            # Archived, or a ledger that was put back to an older copy: no line is left out in silence.
            message = f"the ledger does not go on where the history ends: {error.code}"
            step = "read the ledger's archive, or restore the ledger"
            raise Unavailable("history_cut", message, retry_after_ms=_RETRY_AFTER_MS, next_step=step) from error

    def _read_mark(self) -> str:
        with transaction(self._store) as connection:
            return self._mark(connection)

    def _mark(self, connection: Connection) -> str:
        place = history_marks.c.ledger == self._line.place
        held = select(history_marks.c.after).where(place).with_for_update()
        found = connection.execute(held).scalar_one_or_none()
        if found is None:
            insert_once(connection, insert(history_marks).values(ledger=self._line.place, after=_START))
            found = connection.execute(held).scalar_one()
        return str(found)

    # 2.

    def _store_lines(self, connection: Connection, movements: Sequence[Movement]) -> None:
        if not movements:
            return
        balances = _balances(connection, {each.wallet for each in movements})
        known = set(balances)
        # 3.
        first = take_numbers(connection, len(movements))
        rows = []
        for number, each in enumerate(movements, start=first):
            balances[each.wallet] = balances.get(each.wallet, 0) + each.change
            if each.kind is MovementKind.POLICY_SET and each.policy is not None and each.epoch is not None:
                note_policy(connection, each.wallet, each.epoch, each.policy)
            rows.append(_row(number, self._line.place, each, balances[each.wallet]))
        connection.execute(insert(history_lines), rows)
        for wallet, balance in balances.items():
            its_own = history_wallets.c.wallet == wallet
            if wallet in known:
                connection.execute(update(history_wallets).where(its_own).values(balance_fen=balance))
            else:
                connection.execute(insert(history_wallets).values(wallet=wallet, balance_fen=balance))

    def _lines(self, wallet: WalletId, *where: Any, order: Any, limit: int) -> list[HistoryLine]:
        found = (
            select(history_lines).where(history_lines.c.wallet == wallet, _TOLD, *where).order_by(order).limit(limit)
        )
        with transaction(self._store) as connection:
            return [_line(row) for row in connection.execute(found)]


def _balances(connection: Connection, wallets: set[WalletId]) -> dict[WalletId, int]:
    found = select(history_wallets.c.wallet, history_wallets.c.balance_fen)
    rows = connection.execute(found.where(history_wallets.c.wallet.in_(wallets)))
    return {WalletId(wallet): balance for wallet, balance in rows}


def _row(number: int, ledger: int, it: Movement, balance: int) -> dict[str, Any]:
    return {
        "line": number,
        "wallet": it.wallet,
        "ledger": ledger,
        "seq": it.seq,
        "place": it.place,
        "part": it.part,
        "at_ms": it.at,
        "kind": it.kind.value,
        "counterparty": it.counterparty,
        "amount_fen": it.amount,
        "effect": it.effect.value,
        "balance_fen": balance,
        "command": it.command.hex(),
        "refers_to": None if it.refers_to is None else it.refers_to.hex(),
        "memo": None if it.memo is None else it.memo.hex(),
    }


def _line(row: Row[Any]) -> HistoryLine:
    return HistoryLine(
        number=row.line,
        wallet=WalletId(row.wallet),
        seq=Seq(row.seq),
        place=row.place,
        at=UnixMs(row.at_ms),
        kind=MovementKind(row.kind),
        counterparty=None if row.counterparty is None else WalletId(row.counterparty),
        amount=Fen(row.amount_fen),
        effect=Effect(row.effect),
        balance=Fen(row.balance_fen),
        command=CommandId(bytes.fromhex(row.command)),
        refers_to=None if row.refers_to is None else CommandId(bytes.fromhex(row.refers_to)),
        memo=None if row.memo is None else Hash(bytes.fromhex(row.memo)),
    )
