"""The newest report of each operator: sums by class and city."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Make the table of reports."""
    op.create_table(
        "holdings",
        sa.Column("operator", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.Column("taken_at_ms", sa.BigInteger, nullable=False),
    )
