"""Accounts, bookings and their entries."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "accounts",
        sa.Column("account", sa.String(34), primary_key=True),
        sa.Column("balance_fen", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "bookings",
        sa.Column("order_id", sa.String(64), primary_key=True),
        sa.Column("leg", sa.String(8), primary_key=True),
        sa.Column("account", sa.String(34), nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("refusal", sa.String(32), nullable=False),
        sa.Column("booked_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("bookings_by_time", "bookings", ["booked_at_ms"])
    op.create_index("bookings_by_account", "bookings", ["account", "booked_at_ms"])
    op.create_table(
        "entries",
        sa.Column("order_id", sa.String(64), primary_key=True),
        sa.Column("leg", sa.String(8), primary_key=True),
        sa.Column("account", sa.String(34), primary_key=True),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["order_id", "leg"], ["bookings.order_id", "bookings.leg"]),
    )
    op.create_index("entries_by_account", "entries", ["account"])
