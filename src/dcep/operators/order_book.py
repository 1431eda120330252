"""All orders of an operator in one book, whichever desk carries them: by id, by wallet, and those in flight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    exists,
    false,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
)

from dcep.clock import UnixMs
from dcep.errors import DcepError
from dcep.ids import WalletId
from dcep.messages.layout import Reader
from dcep.messages.policies import Policy, read_policy
from dcep.operators.customers.desk import OF_HOLDERS, DeskKind, DeskState
from dcep.operators.exchange.orders import FINAL
from dcep.operators.store import desk_orders, orders, payrolls, refunded, refunds, returns, transaction

_REFUND: Final = "refund"
_RETURN: Final = "return"


class Mark(NamedTuple):
    """A place in the book: orders stand in it by the time at which they were taken, then by their ids."""

    made_at: int
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An order as it stands.

    Args:
        wallet: None while an opening has not ended, for another number may be drawn; and of what the bank returns.
        code: why it ended otherwise than it was meant to, empty else.
        amount_fen: None where no money moves.
        ended_at: None while something may still happen.
        policy: of an opening, whose key may ask for it before there is a wallet.
    """

    id: str
    kind: str
    wallet: WalletId | None
    state: str
    code: str
    amount_fen: int | None
    made_at: UnixMs
    ended_at: UnixMs | None
    policy: Policy | None

    @property
    def is_of_its_holder(self) -> bool:
        """Whether the wallet's holder may know of it."""
        return self.kind not in (DeskKind.FREEZE, DeskKind.UNFREEZE)

    @property
    def mark(self) -> Mark:
        """Where it stands in the book."""
        return Mark(self.made_at, self.id)


class OrderBook:
    """The orders of one operator, to be read."""

    def __init__(self, store: Engine) -> None:
        self._store = store

    def knows(self, order: str) -> bool:
        """Return whether there is an order, or a payroll, of this id."""
        ids = (desk_orders.c.order_id, orders.c.order_id, refunds.c.command, payrolls.c.payroll, returns.c.order_id)
        found = select(or_(*(exists().where(each == order) for each in ids)))
        with transaction(self._store) as connection:
            return bool(connection.execute(found).scalar_one())

    def entry(self, order: str) -> Entry:
        """Return an order.

        Raises:
            DcepError: `order_unknown`.
        """
        with transaction(self._store) as connection:
            for shelf in (_AT_DESK, _EXCHANGED, _PAID_BACK, _RETURNED):
                row = connection.execute(shelf.entries.where(shelf.id == order)).one_or_none()
                if row is not None:
                    return _entry(row)
        raise DcepError("order_unknown", "this operator has no order of this id")

    def of_wallet(self, wallet: WalletId, *, before: Mark | None = None, limit: int = 100) -> list[Entry]:
        """Return the orders of a wallet that its holder may know of, the newest first, at most `limit`."""
        mine = (
            (_AT_DESK, and_(desk_orders.c.wallet == wallet, desk_orders.c.kind.in_(OF_HOLDERS))),
            (_EXCHANGED, orders.c.wallet == wallet),
            (_PAID_BACK, refunded.c.merchant == wallet),
        )
        with transaction(self._store) as connection:
            found = [entry for shelf, which in mine for entry in _newest(connection, shelf, which, before, limit)]
        return sorted(found, key=lambda entry: entry.mark, reverse=True)[:limit]

    def newest(self, *, wallet: WalletId | None = None, before: Mark | None = None, limit: int = 100) -> list[Entry]:
        """Return all orders, or those of a wallet, for whoever works at the bank: the newest first, at most `limit`."""
        shelves = {
            _AT_DESK: desk_orders.c.wallet == wallet,
            _EXCHANGED: orders.c.wallet == wallet,
            _PAID_BACK: refunded.c.merchant == wallet,
            # What the bank returns is about no customer's wallet.
            _RETURNED: false(),
        }
        with transaction(self._store) as connection:
            found = [
                entry
                for shelf, its_own in shelves.items()
                for entry in _newest(connection, shelf, true() if wallet is None else its_own, before, limit)
            ]
        return sorted(found, key=lambda entry: entry.mark, reverse=True)[:limit]

    def in_flight(self, *, after: Mark | None = None, limit: int = 100) -> list[Entry]:
        """Return the orders to exchange and to redeem that have not ended, the oldest first, at most `limit`."""
        shelf = _EXCHANGED
        query = shelf.entries.where(orders.c.state.not_in(FINAL)).order_by(shelf.made_at, shelf.id).limit(limit)
        if after is not None:
            query = query.where(tuple_(shelf.made_at, shelf.id) > _at(after))
        with transaction(self._store) as connection:
            return [_entry(row) for row in connection.execute(query)]


class _Shelf(NamedTuple):
    """Where orders of some kinds are kept: what an entry is made of, and by what it is found and stands in order."""

    entries: Select[Any]
    id: ColumnElement[str]
    made_at: ColumnElement[int]


_AT_DESK: Final = _Shelf(
    select(
        desk_orders.c.order_id.label("id"),
        desk_orders.c.kind,
        desk_orders.c.wallet,
        desk_orders.c.state,
        desk_orders.c.code,
        null().label("amount_fen"),
        desk_orders.c.taken_at_ms,
        desk_orders.c.ended_at_ms,
        desk_orders.c.policy,
    ),
    desk_orders.c.order_id,
    desk_orders.c.taken_at_ms,
)
_EXCHANGED: Final = _Shelf(
    select(
        orders.c.order_id.label("id"),
        orders.c.kind,
        orders.c.wallet,
        orders.c.state,
        orders.c.code,
        orders.c.amount_fen,
        orders.c.taken_at_ms,
        orders.c.moved_at_ms.label("ended_at_ms"),
        null().label("policy"),
    ),
    orders.c.order_id,
    orders.c.taken_at_ms,
)
_PAID_BACK: Final = _Shelf(
    select(
        refunds.c.command.label("id"),
        literal(_REFUND).label("kind"),
        refunded.c.merchant.label("wallet"),
        refunds.c.state,
        refunds.c.code,
        refunds.c.amount_fen,
        refunds.c.taken_at_ms,
        refunds.c.ended_at_ms,
        null().label("policy"),
    ).join(refunded, refunded.c.original == refunds.c.original),
    refunds.c.command,
    refunds.c.taken_at_ms,
)
_RETURNED: Final = _Shelf(
    select(
        returns.c.order_id.label("id"),
        literal(_RETURN).label("kind"),
        null().label("wallet"),
        returns.c.state,
        returns.c.code,
        returns.c.amount_fen,
        returns.c.taken_at_ms,
        returns.c.ended_at_ms,
        null().label("policy"),
    ),
    returns.c.order_id,
    returns.c.taken_at_ms,
)
_ENDED: Final = frozenset({*FINAL, DeskState.DONE, DeskState.REFUSED})


def _newest(
    connection: Connection, shelf: _Shelf, mine: ColumnElement[bool], before: Mark | None, limit: int
) -> list[Entry]:
    query = shelf.entries.where(mine).order_by(shelf.made_at.desc(), shelf.id.desc()).limit(limit)
    if before is not None:
        query = query.where(tuple_(shelf.made_at, shelf.id) < _at(before))
    return [_entry(row) for row in connection.execute(query)]


def _at(mark: Mark) -> ColumnElement[Any]:
    return tuple_(literal(mark.made_at), literal(mark.id))


def _entry(row: Row[Any]) -> Entry:
    has_ended = row.state in _ENDED
    is_opening = row.kind == DeskKind.OPEN
    return Entry(
        id=row.id,
        kind=row.kind,
        wallet=None if row.wallet is None or (is_opening and row.state != DeskState.DONE) else WalletId(row.wallet),
        state=row.state,
        code=row.code,
        amount_fen=row.amount_fen,
        made_at=UnixMs(row.taken_at_ms),
        ended_at=UnixMs(row.ended_at_ms) if has_ended and row.ended_at_ms is not None else None,
        policy=None if row.policy is None else read_policy(Reader(row.policy)),
    )
