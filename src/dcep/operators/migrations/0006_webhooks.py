"""Who is told of a wallet's news."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    """Make the table of webhooks."""
    op.create_table(
        "webhooks",
        sa.Column("wallet", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("url", sa.String(2_048), nullable=False),
        sa.Column("change", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("told", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at_ms", sa.BigInteger, nullable=False),
        sa.Column("failing_since_ms", sa.BigInteger),
        sa.Column("last_failure", sa.String(32), nullable=False),
        sa.Column("is_slow", sa.Boolean, nullable=False),
    )
    op.create_index("webhooks_by_state", "webhooks", ["state", "next_at_ms"])
