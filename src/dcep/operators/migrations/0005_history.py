"""What happened to wallets."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    """Make the tables of the history."""
    op.create_table(
        "news",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("newest", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "ended_orders",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("wallet", sa.BigInteger, nullable=False),
        sa.Column("order_id", sa.String(64), nullable=False),
    )
    op.create_index("ended_orders_by_wallet", "ended_orders", ["wallet", "number"])
    op.create_table(
        "history_lines",
        sa.Column("line", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("wallet", sa.BigInteger, nullable=False),
        sa.Column("ledger", sa.Integer, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("part", sa.SmallInteger, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("counterparty", sa.BigInteger),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("effect", sa.String(4), nullable=False),
        sa.Column("balance_fen", sa.BigInteger, nullable=False),
        sa.Column("command", sa.String(64), nullable=False),
        sa.Column("refers_to", sa.String(64)),
    )
    op.create_index("history_lines_by_wallet", "history_lines", ["wallet", "line"])
    op.create_index("history_lines_by_place", "history_lines", ["ledger", "seq", "place", "part"], unique=True)
    op.create_table(
        "history_marks",
        sa.Column("ledger", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("after", sa.String(64), nullable=False),
    )
    op.create_table(
        "history_wallets",
        sa.Column("wallet", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("balance_fen", sa.BigInteger, nullable=False),
    )
