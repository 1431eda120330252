"""The watch over the supply: every change is kept, so that whoever reads goes on where he stopped.

1. A look takes one consistent cut. What is as it was is not kept again.
2. The newest KEPT changes are all kept. One that falls out of these stays only if it is the last of its day: the table
   grows by a row a day, however much money moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select

from dcep.clock import UnixMs, day_of
from dcep.issuance.board import supply_record
from dcep.issuance.store import Rows, Store
from dcep.issuance.supply import Cut
from dcep.issuance.tables import SUPPLY

KEPT: Final = 10_000
_FIGURES: Final = [column for column in SUPPLY.columns if column.name not in ("place", "at_ms")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How the supply stood from `at` on, until the next change; `place` grows. `supply` is as the board tells it."""

    place: int
    at: UnixMs
    supply: dict[str, Any]


class Watch:
    """Keeps what changes of the supply.

    Args:
        cut: take a consistent cut.
        kept: how many of the newest changes stay.
    """

    def __init__(self, store: Store, cut: Callable[[], Cut], *, kept: int = KEPT) -> None:
        self._store, self._cut, self._kept = store, cut, kept

    def look(self, *, now: UnixMs) -> bool:
        """Take a cut, and return whether anything has changed.

        Raises:
            Unavailable: no cut can be taken now.
        """
        supply = supply_record(self._cut())
        with self._store.transaction() as rows:
            newest = rows.connection.execute(select(SUPPLY).order_by(SUPPLY.c.place.desc()).limit(1)).one_or_none()
            # 1.
            if newest is not None and _change(newest).supply == supply:
                return False
            place = 1 if newest is None else newest.place + 1
            rows.connection.execute(insert(SUPPLY).values(place=place, at_ms=now, **supply))
            _thin_out(rows, place - self._kept)
        return True

    def changes(self, *, after: int = 0, limit: int = 100) -> list[Change]:
        """Return what changed behind a place, the oldest first."""
        query = select(SUPPLY).where(SUPPLY.c.place > after).order_by(SUPPLY.c.place).limit(limit)
        with self._store.transaction() as rows:
            return [_change(row) for row in rows.connection.execute(query)]

    def newest(self) -> int:
        """Return the place of the newest change, 0 if nothing was kept yet."""
        with self._store.transaction() as rows:
            return (
                rows.connection.execute(select(SUPPLY.c.place).order_by(SUPPLY.c.place.desc()).limit(1)).scalar() or 0
            )


def _thin_out(rows: Rows, place: int) -> None:
    """2. Let the change at this place go, unless it is the last of its day."""
    query = select(SUPPLY).where(SUPPLY.c.place.in_([place, place + 1])).order_by(SUPPLY.c.place)
    days = [day_of(UnixMs(row.at_ms)) for row in rows.connection.execute(query)]
    if len(days) == 2 and days[0] == days[1]:
        rows.connection.execute(delete(SUPPLY).where(SUPPLY.c.place == place))


def _change(row: Row[Any]) -> Change:
    supply = {column.name: getattr(row, column.name) for column in _FIGURES}
    return Change(place=row.place, at=UnixMs(row.at_ms), supply=supply)
