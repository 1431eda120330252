"""The books of the reserves as people read them: transfers, entries, and the messages about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table, select

from dcep.clock import UnixMs
from dcep.ids import OperatorId
from dcep.issuance.reserves.account import Verdict
from dcep.issuance.reserves.transfers import Direction
from dcep.issuance.store import Store
from dcep.issuance.tables import ENTRIES, TRANSFERS
from dcep.money import Fen

_EXPECTED: Final = (Verdict.MATCHED.value, Verdict.NOT_BOOKED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTransfer:
    """A transfer of reserves that an order has asked for; `entry` is the place of what booked it, None until then."""

    place: int
    reference: str
    order: str
    direction: Direction
    operator: OperatorId
    amount: Fen
    ordered_at: UnixMs
    sent_at: UnixMs | None
    entry: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEntry:
    """An entry on the reserve account as its keeper told it, and what was made of it."""

    place: int
    entry: str
    reference: str
    account: str
    amount: Fen
    currency: str
    is_credit: bool
    assurance: str
    verdict: Verdict
    taken_at: UnixMs


def transfers(store: Store, *, after: int = 0, limit: int = 100) -> list[KeptTransfer]:
    """Return transfers behind a place, the oldest first."""
    query = select(TRANSFERS).where(TRANSFERS.c.place > after).order_by(TRANSFERS.c.place).limit(limit)
    with store.transaction() as rows:
        return [
            KeptTransfer(
                place=row.place,
                reference=row.reference,
                order=row.order_id,
                direction=Direction(row.direction),
                operator=OperatorId(row.operator),
                amount=Fen(row.amount_fen),
                ordered_at=UnixMs(row.ordered_at_ms),
                sent_at=None if row.sent_at_ms is None else UnixMs(row.sent_at_ms),
                entry=row.booked,
            )
            for row in rows.connection.execute(query)
        ]


def entries(store: Store, *, is_odd: bool = False, after: int = 0, limit: int = 100) -> list[KeptEntry]:
    """Return entries behind a place, the oldest first.

    Args:
        is_odd: those alone that made nothing and that a person should look at.
    """
    query = select(ENTRIES).where(ENTRIES.c.place > after).order_by(ENTRIES.c.place).limit(limit)
    if is_odd:
        query = query.where(ENTRIES.c.verdict.not_in(_EXPECTED))
    with store.transaction() as rows:
        return [
            KeptEntry(
                place=row.place,
                entry=row.entry,
                reference=row.reference,
                account=row.account,
                amount=Fen(row.amount_fen),
                currency=row.currency,
                is_credit=row.is_credit,
                assurance=row.assurance,
                verdict=Verdict(row.verdict),
                taken_at=UnixMs(row.taken_at_ms),
            )
            for row in rows.connection.execute(query)
        ]


def message_of_transfer(store: Store, place: int) -> bytes | None:
    """Return the pacs.009 of a transfer, None if there is none at this place."""
    return _message(store, TRANSFERS, place)


def message_of_entry(store: Store, place: int) -> bytes | None:
    """Return the camt.054 that told of an entry, None if there is none, or its message was not kept."""
    return _message(store, ENTRIES, place)


def _message(store: Store, table: Table, place: int) -> bytes | None:
    with store.transaction() as rows:
        found: Any = rows.connection.execute(select(table.c.message).where(table.c.place == place)).scalar()
    return None if found is None else bytes(found)
