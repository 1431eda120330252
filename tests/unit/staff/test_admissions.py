"""An invitation works once and for a short while; whoever came in with it works for a day, and not longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, select

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.staff.admissions import ADMITTED_MS, INVITED_MS, Admission, Admissions
from dcep.staff.tables import StaffTables, staff_tables
from tests.postgres import Server

NOW: Final = UnixMs(1_700_000_000_000)


class Institution:
    """An institution with nothing but the tables of its staff; its chance is a counter."""

    def __init__(self, path: Path) -> None:
        tables = MetaData()
        self.tables: StaffTables = staff_tables(tables)
        self.engine = create_engine(f"sqlite:///{path}")
        event.listen(self.engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
        event.listen(self.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        tables.create_all(self.engine)
        drawn = count(2**100)
        self.admissions = Admissions(self.engine.begin, self.tables, lambda bound: next(drawn) % bound)

    def everything_kept(self) -> str:
        with self.engine.begin() as connection:
            return "".join(str(_rows(connection, table)) for table in self.tables)


def _rows(connection: Connection, table: object) -> list[object]:
    return list(connection.execute(select(table)).all())  # type: ignore[call-overload]  # any table


@pytest.fixture
def institution(tmp_path: Path) -> Iterator[Institution]:
    """Return an institution that has invited nobody yet."""
    made = Institution(tmp_path / "staff.db")
    yield made
    made.engine.dispose()


def _code_of(ask: Callable[[], object]) -> str:
    with pytest.raises(DcepError) as refused:
        ask()
    return refused.value.code


def test_an_invitation_lets_one_key_in(institution: Institution) -> None:
    """The key that came first; with the same code again it is let in as before, another is not."""
    invitation = institution.admissions.invite("Wang Fang", now=NOW)

    first = institution.admissions.admit(invitation.code, "staff/3/aa", now=NOW)
    again = institution.admissions.admit(invitation.code, "staff/3/aa", now=UnixMs(NOW + 1))
    other = _code_of(lambda: institution.admissions.admit(invitation.code, "staff/3/bb", now=NOW))

    assert (first.name, first.expires_at) == ("Wang Fang", NOW + ADMITTED_MS)
    assert again == first
    assert other == "invitation_used"
    assert institution.admissions.require("staff/3/aa", now=NOW).name == "Wang Fang"


def test_an_invitation_that_is_forged_or_late_lets_nobody_in(institution: Institution) -> None:
    """At the very millisecond of its expiry it works no more; each is told what it is."""
    invitation = institution.admissions.invite("Wang", now=NOW)
    forged = invitation.code[:-1] + ("0" if invitation.code[-1] != "0" else "1")

    by_a_forgery = _code_of(lambda: institution.admissions.admit(forged, "staff/3/aa", now=NOW))
    late = _code_of(lambda: institution.admissions.admit(invitation.code, "staff/3/aa", now=UnixMs(NOW + INVITED_MS)))

    assert (by_a_forgery, late) == ("invitation_unknown", "invitation_expired")
    assert _code_of(lambda: institution.admissions.require("staff/3/aa", now=NOW)) == "admission_ended"


def test_an_admission_ends_with_the_day_or_when_somebody_leaves(institution: Institution) -> None:
    """A screen that was left on opens nothing the next morning."""
    for number, key in enumerate(("staff/3/aa", "staff/3/bb")):
        invitation = institution.admissions.invite(f"number {number}", now=NOW)
        institution.admissions.admit(invitation.code, key, now=NOW)
    institution.admissions.leave("staff/3/bb")

    last = institution.admissions.require("staff/3/aa", now=UnixMs(NOW + ADMITTED_MS - 1))
    too_late = _code_of(lambda: institution.admissions.require("staff/3/aa", now=UnixMs(NOW + ADMITTED_MS)))
    left = _code_of(lambda: institution.admissions.require("staff/3/bb", now=NOW))

    assert last.name == "number 0"
    assert (too_late, left) == ("admission_ended", "admission_ended")


def test_the_code_itself_is_kept_nowhere(institution: Institution) -> None:
    """Whoever reads the database, or a copy of it, comes in with nothing that stands there."""
    invitation = institution.admissions.invite("Wang", now=NOW)
    institution.admissions.admit(invitation.code, "staff/3/aa", now=NOW)

    assert invitation.code not in institution.everything_kept()
    assert "Wang" in institution.everything_kept()


def test_what_has_ended_long_ago_is_forgotten(institution: Institution) -> None:
    """The tables do not grow for ever: a week after its end nobody asks for an invitation any more."""
    old = institution.admissions.invite("old", now=NOW)
    institution.admissions.admit(old.code, "staff/3/aa", now=NOW)

    institution.admissions.invite("new", now=UnixMs(NOW + 8 * 24 * 3_600_000))

    assert "old" not in institution.everything_kept()
    assert _code_of(lambda: institution.admissions.admit(old.code, "staff/3/aa", now=NOW)) == "invitation_unknown"


@pytest.mark.parametrize("name", ["", "x" * 65, "two\nlines"])
def test_whoever_is_invited_has_a_name(institution: Institution, name: str) -> None:
    """It stands beside the freezes that he orders."""
    with pytest.raises(BadInput, match="bad_name"):
        institution.admissions.invite(name, now=NOW)


class Crowd:
    """An institution on PostgreSQL, where somebody comes in and something else happens before that is written down."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._drawn = engine, count()
        self._tables = staff_tables(tables := MetaData())
        tables.create_all(engine)
        self.admissions = self._admissions(engine.begin)

    def _admissions(self, transaction: Callable[[], object]) -> Admissions:
        return Admissions(transaction, self._tables, lambda bound: next(self._drawn) % bound)  # type: ignore[arg-type]

    def meet(self, code: str, keyid: str, meanwhile: Callable[[], object]) -> tuple[Admission, object]:
        """Let a key in on a code, and do something else that has to wait for it; return what came of both."""
        is_in, may_end = threading.Event(), threading.Event()

        @contextmanager
        def slow() -> Iterator[Connection]:
            with self._engine.begin() as connection:
                yield connection
                is_in.set()
                may_end.wait(30)

        with ThreadPoolExecutor(2) as threads:
            coming = threads.submit(self._admissions(slow).admit, code, keyid, now=NOW)
            assert is_in.wait(30)
            other = threads.submit(meanwhile)
            self._wait_until_blocked(other)
            may_end.set()
            return coming.result(), other.result()

    def _wait_until_blocked(self, other: Future[object]) -> None:
        while not other.done():
            with self._engine.begin() as connection:
                if connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar():
                    return
            time.sleep(0.01)


@pytest.fixture
def crowd(postgresql: Server) -> Iterator[Crowd]:
    """Return an institution whose database lets several in at once."""
    postgresql.begin_test()
    engine = create_engine(postgresql.new_database().replace("postgresql:", "postgresql+psycopg:"))
    yield Crowd(engine)
    engine.dispose()


@pytest.mark.long
def test_putting_everybody_out_puts_out_whoever_comes_in_just_now(crowd: Crowd) -> None:
    """A link has come into the wrong hands: whoever uses it at that very moment is out as well."""
    invitation = crowd.admissions.invite("Mallory", now=NOW)

    crowd.meet(invitation.code, "staff/3/aa", crowd.admissions.end_all)

    assert _code_of(lambda: crowd.admissions.require("staff/3/aa", now=NOW)) == "admission_ended"


@pytest.mark.long
def test_the_same_key_that_comes_twice_at_once_is_let_in_once(crowd: Crowd) -> None:
    """A page that sends again before it hears hears the same; another key hears that the invitation was used."""
    first, second = (crowd.admissions.invite("Wang", now=NOW) for _ in range(2))

    came, again = crowd.meet(
        first.code, "staff/3/aa", lambda: crowd.admissions.admit(first.code, "staff/3/aa", now=NOW)
    )
    _, other = crowd.meet(
        second.code, "staff/3/bb", lambda: _code_of(lambda: crowd.admissions.admit(second.code, "staff/3/cc", now=NOW))
    )

    assert again == came
    assert other == "invitation_used"
