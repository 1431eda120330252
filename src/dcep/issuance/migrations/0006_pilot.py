"""What a pilot's office publishes: score-boards, and a draw."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    """Make the tables of the pilot."""
    op.create_table(
        "pilot_boards",
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("phase", sa.Integer, nullable=False, index=True),
        sa.Column("is_final", sa.Boolean, nullable=False),
        sa.Column("taken_at_ms", sa.BigInteger, nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.Column("certificate", sa.Text, nullable=False),
    )
    op.create_table(
        "pilot_draws",
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("commitment", sa.LargeBinary, nullable=False),
        sa.Column("certificate", sa.Text, nullable=False),
        sa.Column("committed_at_ms", sa.BigInteger, nullable=False),
        sa.Column("tickets", sa.LargeBinary),
        sa.Column("seed", sa.LargeBinary),
        sa.Column("header", sa.LargeBinary),
        sa.Column("shown_at_ms", sa.BigInteger),
    )
