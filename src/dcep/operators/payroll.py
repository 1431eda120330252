"""Payroll: many wallets are paid from one deposit. Each line becomes an exchange order of its own.

1. The lines are stored, BATCH a database transaction: `loading`. Who was cut off sends the same again, and goes on.
2. The last transaction makes it `ready`: from here on the operator alone carries it on. Before, nobody is paid.
3. BATCH lines a transaction become orders, or are noted with the code that says why not. When none is left: `released`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select, update

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.ids import WalletId
from dcep.money import Fen
from dcep.operators.customers.register import own_wallet
from dcep.operators.exchange.orders import FINAL, Cause, Kind, State, require_amount, take_order
from dcep.operators.exchange.saga import require_account
from dcep.operators.order_ids import OrderId, digest_of, order_id, require_same
from dcep.operators.store import BATCH, orders, payroll_lines, payrolls, transaction

MAX_LINES: Final = 10_000
TOPIC: Final = "payroll"


class PayrollState(StrEnum):
    """How far a payroll is."""

    LOADING = "loading"
    READY = "ready"
    RELEASED = "released"


class Line(NamedTuple):
    """Whom to pay, and how much."""

    wallet: WalletId
    amount: Fen


class LineStanding(NamedTuple):
    """A line as it stands: the state of its order, or `waiting`, or `refused` and the code for which it became none."""

    number: int
    wallet: WalletId
    amount: Fen
    state: str
    code: str


class Payrolls:
    """The payrolls of one operator's customers."""

    def __init__(self, store: Engine) -> None:
        self._store = store

    def submit(self, employer: WalletId, lines: Sequence[Line], *, key: str, now: UnixMs) -> OrderId:
        """Take a payroll in, and return its id; the same key and lines again go on where it was cut off.

        Args:
            employer: a wallet of whoever pays; the money comes from the deposit of its holder.

        Raises:
            BadInput: `bad_amount`, `bad_payroll`, `bad_idempotency_key`, `idempotency_key_reused`.
            DcepError: `not_your_customer`, `wallet_closed`, `no_deposit_account`.
        """
        if not 1 <= len(lines) <= MAX_LINES:
            raise BadInput("bad_payroll", f"a payroll has 1 to {MAX_LINES} lines")
        for line in lines:
            require_amount(line.amount)
        # 1.
        payroll = self._begin(employer, lines, key, now)
        while self._load(payroll, lines):
            pass
        return payroll

    def _begin(self, employer: WalletId, lines: Sequence[Line], key: str, now: UnixMs) -> OrderId:
        with transaction(self._store) as connection:
            own = own_wallet(connection, employer)
            account = require_account(own)
            payroll = order_id(TOPIC, own.customer, key)
            digest = digest_of(account, *(number for line in lines for number in line))
            stored = select(payrolls.c.digest).where(payrolls.c.payroll == payroll)
            known = connection.execute(stored).scalar_one_or_none()
            if known is not None:
                require_same(known, digest)
                return payroll
            row = {"payroll": payroll, "digest": digest, "deposit_account": account, "line_count": len(lines)}
            row |= {"state": PayrollState.LOADING, "taken_at_ms": now, "employer": employer}
            connection.execute(insert(payrolls).values(row))
        return payroll

    def _load(self, payroll: OrderId, lines: Sequence[Line]) -> bool:
        """Store the next lines, and return whether more are left."""
        with transaction(self._store) as connection:
            row = connection.execute(select(payrolls).where(payrolls.c.payroll == payroll).with_for_update()).one()
            if row.state != PayrollState.LOADING:
                return False
            counted = select(func.count()).where(payroll_lines.c.payroll == payroll)
            at = connection.execute(counted).scalar_one()
            rows = [
                {
                    "payroll": payroll,
                    "line": place,
                    "wallet": wallet,
                    "amount_fen": amount,
                    "is_released": False,
                    "code": "",
                }
                for place, (wallet, amount) in enumerate(lines[at : at + BATCH], start=at)
            ]
            connection.execute(insert(payroll_lines), rows)
            # 2.
            if at + len(rows) == len(lines):
                _set_state(connection, payroll, PayrollState.READY)
        return at + len(rows) < len(lines)

    def release(self, now: UnixMs) -> int:
        """Let the next lines of every payroll that is ready become orders; return how many lines moved."""
        # 3.
        with transaction(self._store) as connection:
            ready = select(payrolls.c.payroll).where(payrolls.c.state == PayrollState.READY)
            waiting = [row.payroll for row in connection.execute(ready)]
        return sum(self._release(payroll, now) for payroll in waiting)

    def _release(self, payroll: OrderId, now: UnixMs) -> int:
        with transaction(self._store) as connection:
            found = select(payrolls).where(payrolls.c.payroll == payroll).with_for_update()
            account = connection.execute(found).one().deposit_account
            rows = connection.execute(
                select(payroll_lines)
                .where(payroll_lines.c.payroll == payroll, payroll_lines.c.is_released.is_(False))
                .order_by(payroll_lines.c.line)
                .limit(BATCH)
            ).all()
            for row in rows:
                line = Line(WalletId(row.wallet), Fen(row.amount_fen))
                code = _order_line(connection, line, account, OrderId(payroll), number=row.line, now=now)
                connection.execute(
                    update(payroll_lines)
                    .where(payroll_lines.c.payroll == payroll, payroll_lines.c.line == row.line)
                    .values(is_released=True, code=code)
                )
            if len(rows) < BATCH:
                _set_state(connection, payroll, PayrollState.RELEASED)
        return len(rows)

    def employer_of(self, payroll: OrderId) -> tuple[WalletId | None, PayrollState, int]:
        """Return whose payroll it is, how far it is, and how many lines it has.

        Raises:
            DcepError: `order_unknown`.
        """
        with transaction(self._store) as connection:
            row = connection.execute(select(payrolls).where(payrolls.c.payroll == payroll)).one_or_none()
        if row is None:
            raise _unknown()
        return row.employer, PayrollState(row.state), row.line_count

    def lines(self, payroll: OrderId, *, after: int = -1, limit: int = 100) -> list[LineStanding]:
        """Return the lines of a payroll behind a number, in order, at most `limit`."""
        found = (
            select(payroll_lines)
            .where(payroll_lines.c.payroll == payroll, payroll_lines.c.line > after)
            .order_by(payroll_lines.c.line)
            .limit(limit)
        )
        with transaction(self._store) as connection:
            rows = connection.execute(found).all()
            ids = {order_id(TOPIC, payroll, str(row.line)): row.line for row in rows}
            standing = select(orders.c.order_id, orders.c.state, orders.c.code).where(orders.c.order_id.in_(ids))
            states = {ids[row.order_id]: (row.state, row.code) for row in connection.execute(standing)}
        return [
            LineStanding(
                row.line,
                row.wallet,
                row.amount_fen,
                *states.get(row.line, ("refused" if row.code else "waiting", row.code)),
            )
            for row in rows
        ]

    def ended(self, payroll: OrderId) -> tuple[int, int]:
        """Return how many lines were paid, and how many never will be."""
        counted = self.report(payroll)
        paid = counted[State.SETTLED]
        under_way = sum(counted[state] for state in (*State, "waiting") if state not in FINAL)
        return paid, counted.total() - paid - under_way

    def report(self, payroll: OrderId) -> Counter[str]:
        """Count the lines by the state of their order or the code for which they became none; the rest as `waiting`.

        Raises:
            DcepError: `order_unknown`.
        """
        with transaction(self._store) as connection:
            row = connection.execute(select(payrolls).where(payrolls.c.payroll == payroll)).one_or_none()
            if row is None:
                raise _unknown()
            states = select(orders.c.state, func.count()).where(orders.c.batch == payroll).group_by(orders.c.state)
            codes = (
                select(payroll_lines.c.code, func.count())
                .where(payroll_lines.c.payroll == payroll, payroll_lines.c.code != "")
                .group_by(payroll_lines.c.code)
            )
            counted = Counter(
                {str(name): int(count) for query in (states, codes) for name, count in connection.execute(query)}
            )
        counted["waiting"] = row.line_count - counted.total()
        return +counted


def _order_line(connection: Connection, line: Line, account: str, payroll: OrderId, *, number: int, now: UnixMs) -> str:
    """Make the order of a line; return why there is none, else nothing."""
    try:
        own = own_wallet(connection, line.wallet)
    except DcepError as stranger:
        return stranger.code
    if own.is_closed:
        return "wallet_closed"
    take_order(
        connection,
        order_id(TOPIC, payroll, str(number)),
        Kind.EXCHANGE,
        wallet=line.wallet,
        deposit_account=account,
        amount=line.amount,
        now=now,
        cause=Cause.PAYROLL,
        batch=payroll,
    )
    return ""


def _unknown() -> DcepError:
    return DcepError("order_unknown", "this operator has no payroll of this id")


def _set_state(connection: Connection, payroll: OrderId, state: PayrollState) -> None:
    connection.execute(update(payrolls).where(payrolls.c.payroll == payroll).values(state=state))
