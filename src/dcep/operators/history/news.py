"""The numbers of what holders hear of: one row counts them, and whoever takes some holds it until he has committed.

So numbers are committed in their order, in any database: a reader who has seen a number will never see a smaller one
appear behind it.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from dcep.ids import OperatorId
from dcep.operators.store import insert_once, news


def take_numbers(connection: Connection, operator: OperatorId, count: int) -> int:
    """Take so many numbers, and return the first; they are free again if the transaction breaks off."""
    own = news.c.operator == operator
    held = select(news.c.newest).where(own).with_for_update()
    newest = connection.execute(held).scalar_one_or_none()
    if newest is None:
        insert_once(connection, insert(news).values(operator=operator, newest=0))
        newest = connection.execute(held).scalar_one()
    connection.execute(update(news).where(own).values(newest=newest + count))
    return int(newest) + 1
