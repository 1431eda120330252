"""The central bank's tables, as the newest migration leaves them. Wallets stand in them by number, nobody by name."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

from dcep.staff.tables import staff_tables

TABLES: Final = MetaData()
ABOUT: Final = Table("about", TABLES, Column("network", LargeBinary, primary_key=True))
ORDERS: Final = Table(
    "orders",
    TABLES,
    Column("place", Integer, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("kind", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("ledger", Integer, nullable=False),
    Column("account", BigInteger, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("number", BigInteger),
    Column("state", String(24), nullable=False, index=True),
    Column("code", String(32), nullable=False),
    Column("command", LargeBinary),
    Column("requested_at_ms", BigInteger, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
)
PROPOSALS: Final = Table(
    "proposals",
    TABLES,
    Column("command", LargeBinary, primary_key=True),
    Column("order_id", String(64), ForeignKey("orders.id"), nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("policy", LargeBinary, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Column("proposed_at_ms", BigInteger, nullable=False),
    Column("wire", LargeBinary),
)
APPROVALS: Final = Table(
    "approvals",
    TABLES,
    Column("command", LargeBinary, ForeignKey("proposals.command"), primary_key=True),
    Column("seat", Integer, primary_key=True),
    Column("signature", LargeBinary, nullable=False),
    Column("approved_at_ms", BigInteger, nullable=False),
)
NUMBERS: Final = Table(
    "numbers",
    TABLES,
    Column("account", BigInteger, primary_key=True),
    Column("lane", Integer, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("order_id", String(64), ForeignKey("orders.id")),
    Column("is_used", Boolean, nullable=False),
    Column("free_from_ms", BigInteger, nullable=False),
)
POLICIES: Final = Table(
    "policies",
    TABLES,
    Column("account", BigInteger, primary_key=True),
    Column("epoch", BigInteger, primary_key=True),
    Column("policy", LargeBinary, nullable=False),
)
TRANSFERS: Final = Table(
    "transfers",
    TABLES,
    Column("place", Integer, primary_key=True),
    Column("reference", String(32), nullable=False, unique=True),
    Column("order_id", String(64), ForeignKey("orders.id"), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("operator", Integer, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("ordered_at_ms", BigInteger, nullable=False),
    Column("sent_at_ms", BigInteger),
    Column("booked", Integer, unique=True),
)
ENTRIES: Final = Table(
    "entries",
    TABLES,
    Column("place", Integer, primary_key=True),
    Column("entry", String(35), nullable=False, index=True),
    Column("reference", String(35), nullable=False),
    Column("account", String(35), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("is_credit", Boolean, nullable=False),
    Column("assurance", String(35), nullable=False),
    Column("verdict", String(24), nullable=False, index=True),
    Column("taken_at_ms", BigInteger, nullable=False),
    Column("message", LargeBinary),
)
HOLDINGS: Final = Table(
    "holdings",
    TABLES,
    Column("operator", Integer, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("taken_at_ms", BigInteger, nullable=False),
)
SUPPLY: Final = Table(
    "supply",
    TABLES,
    Column("place", Integer, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("issued_fen", BigInteger, nullable=False),
    Column("withdrawn_fen", BigInteger, nullable=False),
    Column("issuing_vault_fen", BigInteger, nullable=False),
    Column("bank_vaults_fen", BigInteger, nullable=False),
    Column("wallets_fen", BigInteger, nullable=False),
    Column("in_transit_fen", BigInteger, nullable=False),
    Column("reserve_fen", BigInteger, nullable=False),
    Column("law_holds", Boolean, nullable=False),
)
# Who of the staff is invited, and who is let in.
STAFF_TABLES: Final = staff_tables(TABLES)
PILOT_BOARDS: Final = Table(
    "pilot_boards",
    TABLES,
    Column("place", Integer, primary_key=True),
    Column("phase", Integer, nullable=False, index=True),
    Column("is_final", Boolean, nullable=False),
    Column("taken_at_ms", BigInteger, nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("certificate", Text, nullable=False),
)
# One row at most.
PILOT_DRAWS: Final = Table(
    "pilot_draws",
    TABLES,
    Column("place", Integer, primary_key=True),
    Column("commitment", LargeBinary, nullable=False),
    Column("certificate", Text, nullable=False),
    Column("committed_at_ms", BigInteger, nullable=False),
    Column("tickets", LargeBinary),
    Column("seed", LargeBinary),
    Column("header", LargeBinary),
    Column("shown_at_ms", BigInteger),
)
