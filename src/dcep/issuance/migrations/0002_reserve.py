"""Transfers of reserves, and what the keeper of the reserve account told of them."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Make the tables of the reserve."""
    op.create_table(
        "transfers",
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("reference", sa.String(32), nullable=False, unique=True),
        sa.Column("order_id", sa.String(64), sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("operator", sa.Integer, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.Column("ordered_at_ms", sa.BigInteger, nullable=False),
        sa.Column("sent_at_ms", sa.BigInteger),
        sa.Column("booked", sa.Integer, unique=True),
    )
    op.create_table(
        "entries",
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("entry", sa.String(35), nullable=False, index=True),
        sa.Column("reference", sa.String(35), nullable=False),
        sa.Column("account", sa.String(35), nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("is_credit", sa.Boolean, nullable=False),
        sa.Column("assurance", sa.String(35), nullable=False),
        sa.Column("verdict", sa.String(24), nullable=False, index=True),
        sa.Column("taken_at_ms", sa.BigInteger, nullable=False),
    )
