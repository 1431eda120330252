"""Deposits are kept by the bank's core system: the seam to it, and a stand-in with books of its own.

Whatever is asked is asked under an order's id and counts once: the same order has the same answer for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    Table,
    and_,
    func,
    insert,
    select,
    update,
)

from dcep.clock import UnixMs
from dcep.database import open_database
from dcep.errors import BadInput, DcepError
from dcep.money import Fen
from dcep.operators.store import transaction

_log = logging.getLogger(__name__)

# What one order may move, so that every sum of a bank fits the 63 bits of a database.
MAX_AMOUNT: Final = Fen(10**15)
CLEARING: Final = "CLEARING"
CASH: Final = "CASH"


class Leg(StrEnum):
    """What an order did to a deposit. A funding is money that came to the bank from outside."""

    FUNDING = "funding"
    DEBIT = "debit"
    REVERSAL = "reversal"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One leg that was booked; `amount` is what moved, in whichever direction the leg says."""

    order_id: str
    leg: Leg
    account: str
    amount: Fen
    booked_at: UnixMs

    @property
    def change_fen(self) -> int:
        """What the deposit gained, negative where it lost."""
        return -self.amount if self.leg is Leg.DEBIT else self.amount


class DepositRefused(DcepError):
    """The core system says no to a debit, and will always say no to this order: nothing was booked."""


class CoreBanking(Protocol):
    """The bank's core system. Each call may raise Unavailable: ask the same again."""

    def has_account(self, account: str) -> bool:
        """Return whether this is an account whose deposits can be exchanged."""
        ...

    def balance(self, account: str) -> int:
        """Return what lies on an account, fen; CLEARING has what was exchanged and not redeemed."""
        ...

    def debit(self, order_id: str, account: str, amount: Fen, *, now: UnixMs) -> None:
        """Take an amount off a deposit, onto CLEARING.

        Raises:
            DepositRefused: `account_unknown` or `insufficient_deposit`.
        """
        ...

    def reverse(self, order_id: str, *, now: UnixMs) -> None:
        """Undo the debit of an order that was debited."""
        ...

    def credit(self, order_id: str, account: str, amount: Fen, *, now: UnixMs) -> None:
        """Put an amount from CLEARING onto a deposit. Never refused: an account's end is the core system's affair."""
        ...

    def bookings(self, since: UnixMs, until: UnixMs) -> list[Booking]:
        """Return what was booked in [since, until), in order."""
        ...

    def movements(self, account: str, until: UnixMs) -> list[Booking]:
        """Return everything that was booked on an account before an instant, in order."""
        ...


_TABLES: Final = MetaData()
_accounts: Final = Table(
    "accounts",
    _TABLES,
    Column("account", String(34), primary_key=True),
    Column("balance_fen", BigInteger, nullable=False),
)
_bookings: Final = Table(
    "bookings",
    _TABLES,
    Column("order_id", String(64), primary_key=True),
    Column("leg", String(8), primary_key=True),
    Column("account", String(34), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    # Empty where it was booked; a refusal is kept, so that the same order hears it again.
    Column("refusal", String(32), nullable=False),
    Column("booked_at_ms", BigInteger, nullable=False),
)
Index("bookings_by_time", _bookings.c.booked_at_ms)
Index("bookings_by_account", _bookings.c.account, _bookings.c.booked_at_ms)
# Two entries a booking, whose sum is zero.
_entries: Final = Table(
    "entries",
    _TABLES,
    Column("order_id", String(64), primary_key=True),
    Column("leg", String(8), primary_key=True),
    Column("account", String(34), primary_key=True),
    Column("amount_fen", BigInteger, nullable=False),
    ForeignKeyConstraint(["order_id", "leg"], ["bookings.order_id", "bookings.leg"]),
)
Index("entries_by_account", _entries.c.account)


class SimulatedCoreBanking:
    """A stand-in for the core system, with double entry in a database of its own.

    Args:
        url: the database, `sqlite:///FILE` or `postgresql://USER@HOST/NAME`.
        gift: what lies on an account that nobody has opened when it is first moved; None keeps no such account.
    """

    def __init__(self, url: str, *, gift: Fen | None = None) -> None:
        _log.warning("SimulatedCoreBanking keeps the deposits: they are nobody's money")
        self._gift = gift
        self._store: Final[Engine] = open_database(url, Path(__file__).parent / "migrations")
        for account in (CASH, CLEARING):
            self.open_account(account)

    def close(self) -> None:
        """Let go of the database."""
        self._store.dispose()

    def open_account(self, account: str) -> None:
        """Open an account, empty; nothing happens to one that is open."""
        with transaction(self._store) as connection:
            known = connection.execute(select(_accounts.c.account).where(_accounts.c.account == account)).one_or_none()
            if known is None:
                connection.execute(insert(_accounts).values(account=account, balance_fen=0))

    def fund(self, order_id: str, account: str, amount: Fen, *, now: UnixMs) -> None:
        """Let money come to a deposit from outside."""
        with self._once(order_id, Leg.FUNDING, account, amount, now) as connection:
            if connection is not None:
                _move(connection, order_id, Leg.FUNDING, source=CASH, target=account, amount=amount)

    def welcome(self, account: str, *, now: UnixMs) -> None:
        """Open an account that is not open, with the gift on it, which is given once; nothing where there is none."""
        if self._gift is None or account in (CASH, CLEARING):
            return
        self.open_account(account)
        if self._gift:
            self.fund(f"gift-{account}", account, self._gift, now=now)

    def has_account(self, account: str) -> bool:
        found = select(_accounts.c.account).where(_accounts.c.account == account)
        with transaction(self._store) as connection:
            is_open = connection.execute(found).one_or_none() is not None
        return account not in (CASH, CLEARING) and (is_open or self._gift is not None)

    def balance(self, account: str) -> int:
        found = select(_accounts.c.balance_fen).where(_accounts.c.account == account)
        with transaction(self._store) as connection:
            balance = connection.execute(found).scalar_one_or_none()
        if balance is None:
            raise BadInput("account_unknown", "the bank keeps no such account")
        return int(balance)

    def debit(self, order_id: str, account: str, amount: Fen, *, now: UnixMs) -> None:
        self.welcome(account, now=now)
        with self._once(order_id, Leg.DEBIT, account, amount, now) as connection:
            if connection is not None:
                code = _refusal(connection, account, amount)
                connection.execute(update(_bookings).where(_is(order_id, Leg.DEBIT)).values(refusal=code))
                if not code:
                    _move(connection, order_id, Leg.DEBIT, source=account, target=CLEARING, amount=amount)
        with transaction(self._store) as connection:
            code = connection.execute(select(_bookings.c.refusal).where(_is(order_id, Leg.DEBIT))).scalar_one()
        if code:
            raise DepositRefused(code, "the bank's core system does not debit the deposit")

    def reverse(self, order_id: str, *, now: UnixMs) -> None:
        debited = select(_bookings).where(_is(order_id, Leg.DEBIT), _bookings.c.refusal == "")
        with transaction(self._store) as connection:
            debit = connection.execute(debited).one_or_none()
        if debit is None:
            raise BadInput("never_debited", "an order that was not debited cannot be reversed")
        amount = Fen(debit.amount_fen)
        with self._once(order_id, Leg.REVERSAL, debit.account, amount, now) as connection:
            if connection is not None:
                _move(connection, order_id, Leg.REVERSAL, source=CLEARING, target=debit.account, amount=amount)

    def credit(self, order_id: str, account: str, amount: Fen, *, now: UnixMs) -> None:
        self.welcome(account, now=now)
        with self._once(order_id, Leg.CREDIT, account, amount, now) as connection:
            if connection is not None:
                _move(connection, order_id, Leg.CREDIT, source=CLEARING, target=account, amount=amount)

    def bookings(self, since: UnixMs, until: UnixMs) -> list[Booking]:
        return self._booked(_bookings.c.booked_at_ms >= since, _bookings.c.booked_at_ms < until)

    def movements(self, account: str, until: UnixMs) -> list[Booking]:
        return self._booked(_bookings.c.account == account, _bookings.c.booked_at_ms < until)

    def unbalanced(self) -> list[str]:
        """Return what contradicts double entry: orders whose entries are no zero, accounts that are not their sum."""
        total = func.sum(_entries.c.amount_fen)
        orders = select(_entries.c.order_id).group_by(_entries.c.order_id, _entries.c.leg).having(total != 0)
        accounts = (
            select(_accounts.c.account)
            .outerjoin(_entries, _entries.c.account == _accounts.c.account)
            .group_by(_accounts.c.account, _accounts.c.balance_fen)
            .having(func.coalesce(total, 0) != _accounts.c.balance_fen)
        )
        with transaction(self._store) as connection:
            return [str(row[0]) for query in (orders, accounts) for row in connection.execute(query)]

    def _booked(self, *where: ColumnElement[bool]) -> list[Booking]:
        found = (
            select(_bookings)
            .where(_bookings.c.refusal == "", *where)
            .order_by(_bookings.c.booked_at_ms, _bookings.c.order_id, _bookings.c.leg)
        )
        with transaction(self._store) as connection:
            return [
                Booking(
                    order_id=row.order_id,
                    leg=Leg(row.leg),
                    account=row.account,
                    amount=Fen(row.amount_fen),
                    booked_at=UnixMs(row.booked_at_ms),
                )
                for row in connection.execute(found)
            ]

    @contextmanager
    def _once(self, order_id: str, leg: Leg, account: str, amount: Fen, now: UnixMs) -> Iterator[Connection | None]:
        """Open a transaction in which a leg is booked; None where it was booked before."""
        values = {"order_id": order_id, "leg": leg, "account": account, "amount_fen": amount}
        with transaction(self._store) as connection:
            known = connection.execute(select(_bookings).where(_is(order_id, leg))).one_or_none()
            if known is None:
                connection.execute(insert(_bookings).values(values | {"refusal": "", "booked_at_ms": now}))
                yield connection
                return
            if (known.account, known.amount_fen) != (account, amount):
                raise BadInput("order_reused", "this order was booked before, with another account or amount")
        yield None


def _is(order_id: str, leg: Leg) -> ColumnElement[bool]:
    return and_(_bookings.c.order_id == order_id, _bookings.c.leg == leg)


def _refusal(connection: Connection, account: str, amount: Fen) -> str:
    """Return why a deposit cannot be debited, else nothing."""
    found = select(_accounts.c.balance_fen).where(_accounts.c.account == account).with_for_update()
    balance = connection.execute(found).scalar_one_or_none()
    if balance is None or account in (CASH, CLEARING):
        return "account_unknown"
    return "insufficient_deposit" if balance < amount else ""


def _move(connection: Connection, order_id: str, leg: Leg, *, source: str, target: str, amount: Fen) -> None:
    # Always in the order of their names: two transactions never wait for each other's account.
    for account, change in sorted(((source, -amount), (target, amount))):
        balance = _accounts.c.balance_fen + change
        moved = connection.execute(update(_accounts).where(_accounts.c.account == account).values(balance_fen=balance))
        if moved.rowcount != 1:
            raise BadInput("account_unknown", "the bank keeps no such account")
        row = {"order_id": order_id, "leg": leg, "account": account, "amount_fen": change}
        connection.execute(insert(_entries).values(row))
