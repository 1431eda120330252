"""The tables of an institution that invites its staff. Each institution's own migrations make them."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table

NAME_LENGTH: Final = 64


class StaffTables(NamedTuple):
    """Invitations that were given out, by the hash of their code, and the keys that were admitted on one."""

    invitations: Table
    keys: Table


def staff_tables(tables: MetaData) -> StaffTables:
    """Return the two tables among an institution's own."""
    invitations = Table(
        "staff_invitations",
        tables,
        Column("code_sha256", String(64), primary_key=True),
        Column("name", String(NAME_LENGTH), nullable=False),
        Column("expires_at_ms", BigInteger, nullable=False),
        # The key that was admitted on it; null until then.
        Column("keyid", String(160)),
    )
    keys = Table(
        "staff_keys",
        tables,
        Column("keyid", String(160), primary_key=True),
        Column("name", String(NAME_LENGTH), nullable=False),
        Column("admitted_at_ms", BigInteger, nullable=False),
        Column("expires_at_ms", BigInteger, nullable=False),
    )
    Index("staff_keys_by_expiry", keys.c.expires_at_ms)
    return StaffTables(invitations, keys)
