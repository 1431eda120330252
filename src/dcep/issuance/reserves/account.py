"""The reserve account: a hundred per cent, locked before anything is issued, and sent back when it is withdrawn.

1. With the request of an issue its transfer is stored: a pacs.009 from the operator's account to the reserve account,
   whose reference is the lock id.
2. It is sent, and sent again, until the keeper of the account has told of its entry.
3. A camt.054 brings entries. Only one that is booked and matches in reference, account, direction, currency and amount
   makes the lock, and each counts once. Every other is kept with its verdict, for people to look at.
4. When a withdrawal has settled, or an issue has come to nothing, the way back is stored in the same transaction. From
   then on those reserves count no more.

At every instant: locked = transfers booked to the reserve account - transfers ordered back, and issued - withdrawn is
no more than that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, func, insert, select, update

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.ids import OperatorId
from dcep.issuance.reserves.iso20022 import CURRENCY, read_entries, write_transfer
from dcep.issuance.reserves.transfers import MAX_AMOUNT, Accounts, Direction, Entry, Transfer, reference_of
from dcep.issuance.states import State
from dcep.issuance.store import Order, Rows, Store
from dcep.issuance.tables import ENTRIES, TRANSFERS
from dcep.messages.commands.issuance import Issue, Withdraw
from dcep.money import Fen

_log = logging.getLogger(__name__)
# The keeper tells a message that it has by its id, so sending again is harmless, and useless within moments.
RESEND_MS: Final = 60_000


class Verdict(StrEnum):
    """What an entry on the reserve account is to the central bank, in the order of the checks."""

    DUPLICATE = "duplicate"
    ENTRY_REUSED = "entry_reused"
    NOT_BOOKED = "not_booked"
    REFERENCE_UNKNOWN = "reference_unknown"
    ACCOUNT_DIFFERS = "account_differs"
    DIRECTION_DIFFERS = "direction_differs"
    CURRENCY_DIFFERS = "currency_differs"
    AMOUNT_DIFFERS = "amount_differs"
    BOOKED_TWICE = "booked_twice"
    MATCHED = "matched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An entry and what was made of it."""

    entry: str
    reference: str
    amount: Fen
    verdict: Verdict
    at: UnixMs


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """Reserves since the beginning, fen: what was booked to the reserve account, and what was ordered back."""

    booked_fen: int
    released_fen: int
    assurance: str

    @property
    def locked_fen(self) -> int:
        """The reserves that back money now."""
        return self.booked_fen - self.released_fen


class Reserve:
    """The central bank's books of the reserve account."""

    def __init__(self, store: Store, accounts: Accounts = Accounts()) -> None:  # noqa: B008  a frozen record
        self.store, self.accounts = store, accounts

    # 1.

    def order_lock(self, rows: Rows, order: Order, *, now: UnixMs) -> None:
        """Store the transfer that locks the reserves of an issue."""
        self._order(rows, order, Direction.LOCK, now)

    # 2.

    def send_due(self, send: Callable[[bytes], Sequence[bytes]], *, now: UnixMs) -> list[Judged]:
        """Send every transfer of which no entry is known, and take what comes back at once.

        Args:
            send: give a message to the settlement system; return the messages that it answers with, perhaps none yet.
        """
        is_due = TRANSFERS.c.sent_at_ms.is_(None) | (TRANSFERS.c.sent_at_ms <= now - RESEND_MS)
        query = select(TRANSFERS).where(TRANSFERS.c.booked.is_(None), is_due).order_by(TRANSFERS.c.place)
        with self.store.transaction() as rows:
            due = rows.connection.execute(query).all()
        judged: list[Judged] = []
        for row in due:
            for answer in send(row.message):
                try:
                    judged += self.take(answer, now=now)
                except BadInput as error:
                    # One answer that nobody can read must not hold up the transfers behind it.
                    _log.warning("an answer of the settlement system was not taken: %s", error)
            # Killed before this, the next start sends at once.
            with self.store.transaction() as rows:
                _change(rows, row.reference, sent_at_ms=now)
        return judged

    # 3.

    def take(self, message: bytes, *, now: UnixMs) -> list[Judged]:
        """Take a camt.054, and say what each of its entries is.

        Raises:
            BadInput: `bad_settlement_message`; nothing was written.
        """
        entries = read_entries(message)
        with self.store.transaction() as rows:
            return [self._take(rows, entry, message, now) for entry in entries]

    def _take(self, rows: Rows, entry: Entry, message: bytes, now: UnixMs) -> Judged:
        transfer = rows.connection.execute(
            select(TRANSFERS).where(TRANSFERS.c.reference == entry.reference)
        ).one_or_none()
        verdict = self._judge(rows, entry, transfer)
        if verdict is not Verdict.DUPLICATE:
            place = _keep(rows, entry, verdict, message, now)
            if verdict is Verdict.MATCHED:
                _change(rows, entry.reference, booked=place)
                _let_issue_begin(rows, transfer, now)
        return Judged(entry=entry.id, reference=entry.reference, amount=entry.amount, verdict=verdict, at=now)

    def _judge(self, rows: Rows, entry: Entry, transfer: Row[Any] | None) -> Verdict:
        was_seen = (ENTRIES.c.entry == entry.id) & (ENTRIES.c.verdict != Verdict.NOT_BOOKED.value)
        seen = rows.connection.execute(select(ENTRIES).where(was_seen).order_by(ENTRIES.c.place)).first()
        if seen is not None:
            is_same = (seen.reference, seen.account, seen.amount_fen, seen.is_credit) == (
                entry.reference,
                entry.account,
                entry.amount,
                entry.is_credit,
            )
            return Verdict.DUPLICATE if is_same else Verdict.ENTRY_REUSED
        if not entry.is_booked:
            return Verdict.NOT_BOOKED
        if transfer is None:
            return Verdict.REFERENCE_UNKNOWN
        if entry.account != self.accounts.reserve:
            return Verdict.ACCOUNT_DIFFERS
        if entry.is_credit != (transfer.direction == Direction.LOCK.value):
            return Verdict.DIRECTION_DIFFERS
        if entry.currency != CURRENCY:
            return Verdict.CURRENCY_DIFFERS
        if entry.amount != transfer.amount_fen:
            return Verdict.AMOUNT_DIFFERS
        return Verdict.MATCHED if transfer.booked is None else Verdict.BOOKED_TWICE

    # 4.

    def send_back(self, rows: Rows, order: Order, *, now: UnixMs) -> None:
        """Store the way back of the reserves behind a settled withdrawal, or an issue that came to nothing."""
        self._order(rows, order, Direction.RELEASE, now)

    def _order(self, rows: Rows, order: Order, direction: Direction, now: UnixMs) -> None:
        content: Issue | Withdraw = order.content
        transfer = Transfer(
            reference=reference_of(self.store.network, order.id, direction),
            direction=direction,
            operator=content.operator,
            amount=content.amount,
            at=now,
        )
        rows.connection.execute(
            insert(TRANSFERS).values(
                reference=transfer.reference.hex(),
                order_id=order.id,
                direction=direction.value,
                operator=transfer.operator,
                amount_fen=transfer.amount,
                message=write_transfer(transfer, self.accounts),
                ordered_at_ms=now,
            )
        )

    # What people ask.

    def locked(self) -> Locked:
        """Return the reserves since the beginning; `assurance` says so if a stand-in told of any."""
        with self.store.transaction() as rows:
            return Locked(
                booked_fen=_sum(rows, Direction.LOCK, TRANSFERS.c.booked.is_not(None)),
                released_fen=_sum(rows, Direction.RELEASE, TRANSFERS.c.place > 0),
                assurance=rows.connection.execute(select(func.max(ENTRIES.c.assurance))).scalar() or "",
            )

    def locked_of(self, operator: OperatorId) -> int:
        """Return what an operator locked less what went back to it, fen; less than zero if others' money came to it."""
        with self.store.transaction() as rows:
            is_own = TRANSFERS.c.operator == operator
            booked = _sum(rows, Direction.LOCK, is_own & TRANSFERS.c.booked.is_not(None))
            return booked - _sum(rows, Direction.RELEASE, is_own)

    def booked_messages(self) -> list[bytes]:
        """Return the messages of all transfers that were booked, as they were booked one after the other."""
        query = select(TRANSFERS.c.message).where(TRANSFERS.c.booked.is_not(None)).order_by(TRANSFERS.c.booked)
        with self.store.transaction() as rows:
            return list(rows.connection.execute(query).scalars())


def require_amount(amount: Fen) -> None:
    """Return only if reserves of this amount can be told in a message.

    Raises:
        BadInput: `bad_amount`.
    """
    if not 1 <= amount <= MAX_AMOUNT:
        raise BadInput("bad_amount", f"a transfer of reserves is 1 to {MAX_AMOUNT} fen")


def _keep(rows: Rows, entry: Entry, verdict: Verdict, message: bytes, now: UnixMs) -> int:
    added = rows.connection.execute(
        insert(ENTRIES).values(
            entry=entry.id,
            reference=entry.reference,
            account=entry.account,
            amount_fen=entry.amount,
            currency=entry.currency,
            is_credit=entry.is_credit,
            assurance=entry.assurance[:35],
            verdict=verdict.value,
            taken_at_ms=now,
            message=message,
        )
    )
    (place,) = added.inserted_primary_key or (0,)
    return int(place)


def _let_issue_begin(rows: Rows, transfer: Row[Any] | None, now: UnixMs) -> None:
    """Let officers see an issue whose reserves are locked."""
    if transfer is not None and transfer.direction == Direction.LOCK.value:
        rows.move(rows.order(transfer.order_id), State.REQUESTED, now=now)


def _change(rows: Rows, reference: str, **values: Any) -> None:
    rows.connection.execute(update(TRANSFERS).where(TRANSFERS.c.reference == reference).values(**values))


def _sum(rows: Rows, direction: Direction, condition: Any) -> int:
    query = select(func.sum(TRANSFERS.c.amount_fen)).where(TRANSFERS.c.direction == direction.value, condition)
    return int(rows.connection.execute(query).scalar() or 0)
