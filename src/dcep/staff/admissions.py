"""Who is admitted: invitations that work once, and keys that count for a day's work.

The numbers are those of the story in `dcep.staff`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.staff.tables import NAME_LENGTH, StaffTables

INVITED_MS: Final = 15 * 60_000
ADMITTED_MS: Final = 12 * 3_600_000
# What has ended is kept for so long, that whoever comes too late hears so and is not told of a forgery.
_REMEMBERED_MS: Final = 7 * 24 * 3_600_000
_CODES: Final = 2**128
_ASK: Final = "ask for another invitation"

Transaction = Callable[[], AbstractContextManager[Connection]]
"""Begin a database transaction of the institution's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What is given to whoever is invited; the code is a secret and kept nowhere."""

    code: str
    name: str
    expires_at: UnixMs


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Somebody who is admitted, until when."""

    keyid: str
    name: str
    admitted_at: UnixMs
    expires_at: UnixMs


class Admissions:
    """The invitations and the admitted keys of one institution.

    Args:
        draw: return a number below a bound that nobody can foresee.
    """

    def __init__(self, transaction: Transaction, tables: StaffTables, draw: Callable[[int], int]) -> None:
        self._transaction, self._invitations, self._keys = transaction, tables.invitations, tables.keys
        self._draw = draw

    # 1. and 2.

    def invite(self, name: str, *, now: UnixMs) -> Invitation:
        """Return an invitation for somebody.

        Args:
            name: whom it is for, as it will stand beside what he orders, 1 to 64 characters.

        Raises:
            BadInput: `bad_name`.
        """
        if not (0 < len(name) <= NAME_LENGTH and name.isprintable()):
            raise BadInput("bad_name", "whoever is invited has a name of 1 to 64 characters that can be printed")
        invitation = Invitation(code=f"{self._draw(_CODES):032x}", name=name, expires_at=UnixMs(now + INVITED_MS))
        row = {"code_sha256": _hash(invitation.code), "name": name, "expires_at_ms": invitation.expires_at}
        forgotten = now - _REMEMBERED_MS
        with self._transaction() as connection:
            for table in (self._invitations, self._keys):
                connection.execute(delete(table).where(table.c.expires_at_ms < forgotten))
            connection.execute(insert(self._invitations).values(row))
        return invitation

    # 3.

    def admit(self, code: str, keyid: str, *, now: UnixMs) -> Admission:
        """Admit a key on an invitation. The same key with the same code again is the same admission.

        Raises:
            DcepError: `invitation_unknown`, `invitation_used` or `invitation_expired`; nobody was admitted.
        """
        mine = self._invitations.c.code_sha256 == _hash(code)
        with self._transaction() as connection:
            # Of two that come at once the second one sees what became of the first.
            row = connection.execute(select(self._invitations).where(mine).with_for_update()).one_or_none()
            if row is None:
                raise DcepError("invitation_unknown", "no such invitation was given out", next_step=_ASK)
            if row.keyid == keyid and (known := self._known(connection, keyid)) is not None:
                return known
            if row.keyid is not None:
                raise DcepError("invitation_used", "the invitation was used: it works once", next_step=_ASK)
            if row.expires_at_ms <= now:
                raise DcepError("invitation_expired", "the invitation has expired", next_step=_ASK)
            connection.execute(update(self._invitations).where(mine).values(keyid=keyid))
            admission = Admission(keyid=keyid, name=row.name, admitted_at=now, expires_at=UnixMs(now + ADMITTED_MS))
            # A key that comes again on a new invitation begins anew.
            connection.execute(delete(self._keys).where(self._keys.c.keyid == keyid))
            connection.execute(insert(self._keys).values(_row(admission)))
        return admission

    # 4. and 5.

    def require(self, keyid: str, *, now: UnixMs) -> Admission:
        """Return who is admitted with a key.

        Raises:
            BadInput: `admission_ended`: nobody, or no more.
        """
        with self._transaction() as connection:
            known = self._known(connection, keyid)
        if known is None or known.expires_at <= now:
            message = "this key is not admitted, or no more: an admission lasts twelve hours"
            raise BadInput("admission_ended", message, next_step=_ASK)
        return known

    def leave(self, keyid: str) -> None:
        """Admit a key no more; one that was not admitted stays so."""
        with self._transaction() as connection:
            connection.execute(delete(self._keys).where(self._keys.c.keyid == keyid))

    def end_all(self) -> None:
        """Admit nobody any more who is admitted, and let no invitation work that was given out."""
        with self._transaction() as connection:
            # Invitations first: that waits for whoever comes in just now, and the key is there to be put out.
            for table in (self._invitations, self._keys):
                connection.execute(delete(table))

    def _known(self, connection: Connection, keyid: str) -> Admission | None:
        row = connection.execute(select(self._keys).where(self._keys.c.keyid == keyid)).one_or_none()
        if row is None:
            return None
        return Admission(
            keyid=row.keyid,
            name=row.name,
            admitted_at=UnixMs(row.admitted_at_ms),
            expires_at=UnixMs(row.expires_at_ms),
        )


def _row(admission: Admission) -> dict[str, Any]:
    return {
        "keyid": admission.keyid,
        "name": admission.name,
        "admitted_at_ms": admission.admitted_at,
        "expires_at_ms": admission.expires_at,
    }


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
