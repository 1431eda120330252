"""Orders to exchange and to redeem: their states, how one is taken, and how one moves on.

An order moves only from the state in which it was seen: whoever comes second, in another process or after a crash,
moves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.ids import WalletId
from dcep.money import Fen
from dcep.operators.exchange.deposits import MAX_AMOUNT
from dcep.operators.history.news import note_ended
from dcep.operators.order_ids import digest_of, require_same
from dcep.operators.store import orders


class Kind(StrEnum):
    """Which way the money goes."""

    EXCHANGE = "exchange"
    REDEEM = "redeem"


class Cause(StrEnum):
    """Why an order is there: somebody asked, or what he arranged before asks for him."""

    CUSTOMER = "customer"
    TOP_UP = "top_up"
    SWEEP = "sweep"
    PAYROLL = "payroll"


class State(StrEnum):
    """How far an order is; the tables of docs/reference/operators.md say what each means."""

    ACCEPTED = "accepted"
    DEBITED = "debited"
    PAYING = "paying"
    REVERSING = "reversing"
    REVERSED = "reversed"
    COLLECTING = "collecting"
    COLLECTED = "collected"
    SETTLED = "settled"
    REFUSED = "refused"


FINAL: Final = frozenset({State.SETTLED, State.REFUSED, State.REVERSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as it stands; `code` says why it ended otherwise than it was meant to."""

    id: str
    kind: Kind
    cause: Cause
    wallet: WalletId
    deposit_account: str
    amount: Fen
    state: State
    code: str
    taken_at: UnixMs
    moved_at: UnixMs

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen any more."""
        return self.state in FINAL


def require_amount(amount: int) -> Fen:
    """Return the amount if an order may move it.

    Raises:
        BadInput: `bad_amount`.
    """
    if not 1 <= amount <= MAX_AMOUNT:
        raise BadInput("bad_amount", f"an order moves 1 to {MAX_AMOUNT} fen")
    return Fen(amount)


def take_order(
    connection: Connection,
    order_id: str,
    kind: Kind,
    *,
    wallet: WalletId,
    deposit_account: str,
    amount: Fen,
    now: UnixMs,
    cause: Cause = Cause.CUSTOMER,
    batch: str | None = None,
) -> bool:
    """Store an order in its first state, and return whether it is new.

    Raises:
        BadInput: `idempotency_key_reused`: the order is known with another content.
    """
    digest = digest_of(kind, wallet, deposit_account, amount)
    known = connection.execute(select(orders.c.digest).where(orders.c.order_id == order_id)).scalar_one_or_none()
    if known is not None:
        require_same(known, digest)
        return False
    connection.execute(
        insert(orders).values(
            order_id=order_id,
            kind=kind,
            cause=cause,
            digest=digest,
            batch=batch,
            wallet=wallet,
            deposit_account=deposit_account,
            amount_fen=amount,
            state=State.ACCEPTED if kind is Kind.EXCHANGE else State.COLLECTING,
            code="",
            taken_at_ms=now,
            moved_at_ms=now,
        )
    )
    return True


def orders_in(connection: Connection, state: State, limit: int) -> list[Order]:
    """Return the orders that have stood longest in a state."""
    found = select(orders).where(orders.c.state == state).order_by(orders.c.moved_at_ms, orders.c.order_id).limit(limit)
    return [_order(row) for row in connection.execute(found)]


def order_with(connection: Connection, order_id: str) -> Order:
    """Return an order.

    Raises:
        DcepError: `order_unknown`.
    """
    row = connection.execute(select(orders).where(orders.c.order_id == order_id)).one_or_none()
    if row is None:
        raise DcepError("order_unknown", "this operator has no order of this id")
    return _order(row)


def orders_where(connection: Connection, *where: Any) -> list[Order]:
    """Return orders by conditions on their table, oldest first."""
    found = select(orders).where(*where).order_by(orders.c.taken_at_ms, orders.c.order_id)
    return [_order(row) for row in connection.execute(found)]


def move(connection: Connection, order_id: str, *, source: State, target: State, now: UnixMs, code: str = "") -> bool:
    """Move an order on, and return whether it stood where it was said to stand; without a code it keeps its own."""
    values = {"state": target, "moved_at_ms": now}
    wallet = connection.execute(
        update(orders)
        .where(orders.c.order_id == order_id, orders.c.state == source)
        .values(values | ({"code": code} if code else {}))
        .returning(orders.c.wallet)
    ).scalar_one_or_none()
    if wallet is not None and target in FINAL:
        note_ended(connection, WalletId(wallet), order_id)
    return wallet is not None


def _order(row: Row[Any]) -> Order:
    return Order(
        id=row.order_id,
        kind=Kind(row.kind),
        cause=Cause(row.cause),
        wallet=WalletId(row.wallet),
        deposit_account=row.deposit_account,
        amount=Fen(row.amount_fen),
        state=State(row.state),
        code=row.code,
        taken_at=UnixMs(row.taken_at_ms),
        moved_at=UnixMs(row.moved_at_ms),
    )
