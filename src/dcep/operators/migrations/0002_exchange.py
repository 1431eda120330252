"""Orders to exchange and to redeem."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Make the table of orders."""
    op.create_table(
        "orders",
        sa.Column("order_id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("cause", sa.String(8), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("batch", sa.String(32)),
        sa.Column("wallet", sa.BigInteger, nullable=False),
        sa.Column("deposit_account", sa.String(34), nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("taken_at_ms", sa.BigInteger, nullable=False),
        sa.Column("moved_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("orders_by_state", "orders", ["state", "taken_at_ms"])
    op.create_index("orders_by_wallet", "orders", ["wallet", "taken_at_ms"])
    op.create_index("orders_by_batch", "orders", ["batch"])
