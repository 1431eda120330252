"""Orders, the bytes that officers see, their signatures, and the numbers that are taken."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    """Make the tables of the workflow."""
    op.create_table("about", sa.Column("network", sa.LargeBinary, primary_key=True))
    _make_orders()
    _make_proposals()
    _make_numbers()


def _make_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("ledger", sa.Integer, nullable=False),
        sa.Column("account", sa.BigInteger, nullable=False),
        sa.Column("lane", sa.Integer, nullable=False),
        sa.Column("number", sa.BigInteger),
        sa.Column("state", sa.String(24), nullable=False, index=True),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("command", sa.LargeBinary),
        sa.Column("requested_at_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger, nullable=False),
    )


def _make_proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("command", sa.LargeBinary, primary_key=True),
        sa.Column("order_id", sa.String(64), sa.ForeignKey("orders.id"), nullable=False, index=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("policy", sa.LargeBinary, nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
        sa.Column("proposed_at_ms", sa.BigInteger, nullable=False),
        sa.Column("wire", sa.LargeBinary),
    )
    op.create_table(
        "approvals",
        sa.Column("command", sa.LargeBinary, sa.ForeignKey("proposals.command"), primary_key=True),
        sa.Column("seat", sa.Integer, primary_key=True),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("approved_at_ms", sa.BigInteger, nullable=False),
    )


def _make_numbers() -> None:
    op.create_table(
        "numbers",
        sa.Column("account", sa.BigInteger, primary_key=True),
        sa.Column("lane", sa.Integer, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("order_id", sa.String(64), sa.ForeignKey("orders.id")),
        sa.Column("is_used", sa.Boolean, nullable=False),
        sa.Column("free_from_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "policies",
        sa.Column("account", sa.BigInteger, primary_key=True),
        sa.Column("epoch", sa.BigInteger, primary_key=True),
        sa.Column("policy", sa.LargeBinary, nullable=False),
    )
