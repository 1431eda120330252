"""What holders hear of, in one order of numbers: lines of the history, and orders that have ended.

One row counts the numbers, and whoever takes some holds it until he has committed. So numbers are committed in their
order, in any database: a reader who has seen a number will never see a smaller one appear behind it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, insert, select, update

from dcep.ids import WalletId
from dcep.operators.store import ended_orders, insert_once, news

_ONE: Final = 1


def take_numbers(connection: Connection, count: int) -> int:
    """Take so many numbers, and return the first; they are free again if the transaction breaks off."""
    row = news.c.one == _ONE
    held = select(news.c.newest).where(row).with_for_update()
    newest = connection.execute(held).scalar_one_or_none()
    if newest is None:
        insert_once(connection, insert(news).values(one=_ONE, newest=0))
        newest = connection.execute(held).scalar_one()
    connection.execute(update(news).where(row).values(newest=newest + count))
    return int(newest) + 1


def newest_number(connection: Connection) -> int:
    """Return the newest number that was taken, 0 before the first."""
    return int(connection.execute(select(news.c.newest)).scalar_one_or_none() or 0)


def note_ended(connection: Connection, wallet: WalletId, order_id: str) -> None:
    """Let a wallet's holder hear that an order of his has ended."""
    number = take_numbers(connection, 1)
    connection.execute(insert(ended_orders).values(number=number, wallet=wallet, order_id=order_id))
