"""Mandates, payrolls, refunds."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Make the tables of what customers arrange."""
    op.create_table(
        "mandates",
        sa.Column("wallet", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("top_up_fen_daily", sa.BigInteger, nullable=False),
        sa.Column("sweep_above_fen", sa.BigInteger),
        sa.Column("agreed_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "payrolls",
        sa.Column("payroll", sa.String(32), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("deposit_account", sa.String(34), nullable=False),
        sa.Column("line_count", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("taken_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "payroll_lines",
        sa.Column("payroll", sa.String(32), sa.ForeignKey("payrolls.payroll"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("wallet", sa.BigInteger, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("is_released", sa.Boolean, nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
    )
    op.create_table(
        "refunded",
        sa.Column("original", sa.String(64), primary_key=True),
        sa.Column("merchant", sa.BigInteger, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "refunds",
        sa.Column("command", sa.String(64), primary_key=True),
        sa.Column("original", sa.String(64), sa.ForeignKey("refunded.original"), nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("taken_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("refunds_by_original", "refunds", ["original"])
