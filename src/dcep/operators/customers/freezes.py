"""The register of freezes: every freeze and every end of one that the operator has ordered, with its legal basis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, exists, literal, select, tuple_

from dcep.clock import UnixMs
from dcep.ids import WalletId
from dcep.messages.classes import Scope
from dcep.operators.customers.desk import DeskKind, DeskState
from dcep.operators.store import desk_orders, transaction

_KINDS: Final = (DeskKind.FREEZE, DeskKind.UNFREEZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """An order to freeze a wallet, or to lift every freeze of the operator's from it.

    Args:
        scope: None of an order that lifts.
        asked_by: who of the bank's has ordered it; empty for orders of earlier versions, which kept no name.
        ended_at: None while the ledger has not answered.
        is_in_force: whether it is a freeze that has settled, and none of the operator's later orders has lifted it.
    """

    id: str
    kind: DeskKind
    wallet: WalletId
    scope: Scope | None
    basis: str
    asked_by: str
    state: DeskState
    code: str
    made_at: UnixMs
    ended_at: UnixMs | None
    is_in_force: bool


class Freezes:
    """The freezes of one operator, to be read."""

    def __init__(self, store: Engine) -> None:
        self._store = store

    def newest(self, *, before: tuple[int, str] | None = None, limit: int = 100) -> list[Freeze]:
        """Return the orders to freeze and to lift, the newest first, at most `limit`.

        Args:
            before: when the last one that was seen was taken, and its id.
        """
        later = desk_orders.alias()
        lifted = exists().where(
            later.c.wallet == desk_orders.c.wallet,
            later.c.kind == DeskKind.UNFREEZE,
            later.c.state == DeskState.DONE,
            later.c.ended_at_ms >= desk_orders.c.ended_at_ms,
        )
        query = (
            select(desk_orders, lifted.label("is_lifted"))
            .where(desk_orders.c.kind.in_(_KINDS))
            .order_by(desk_orders.c.taken_at_ms.desc(), desk_orders.c.order_id.desc())
            .limit(limit)
        )
        if before is not None:
            place = tuple_(desk_orders.c.taken_at_ms, desk_orders.c.order_id)
            query = query.where(place < tuple_(*map(literal, before)))
        with transaction(self._store) as connection:
            rows = connection.execute(query).all()
        return [
            Freeze(
                id=row.order_id,
                kind=DeskKind(row.kind),
                wallet=WalletId(row.wallet),
                scope=None if row.scope is None else Scope(row.scope),
                basis=row.basis or "",
                asked_by=row.asked_by or "",
                state=DeskState(row.state),
                code=row.code,
                made_at=UnixMs(row.taken_at_ms),
                ended_at=None if row.ended_at_ms is None else UnixMs(row.ended_at_ms),
                is_in_force=row.kind == DeskKind.FREEZE and row.state == DeskState.DONE and not row.is_lifted,
            )
            for row in rows
        ]
