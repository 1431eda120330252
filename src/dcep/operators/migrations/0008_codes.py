"""The codes that an operator's app shows, and what a payment is for."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008", "0007"


def upgrade() -> None:
    """Make the table of codes, and let a line of the history say what its payment is for."""
    op.add_column("history_lines", sa.Column("memo", sa.String(64)))
    says_what_for = sa.text("memo IS NOT NULL")
    op.create_index(
        "history_lines_by_memo",
        "history_lines",
        ["wallet", "memo"],
        sqlite_where=says_what_for,
        postgresql_where=says_what_for,
    )
    op.create_table(
        "codes",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("wallet", sa.BigInteger, nullable=False),
        sa.Column("request", sa.String(512), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger, nullable=False),
        sa.Column("last_ms", sa.BigInteger),
    )
    op.create_index("codes_by_wallet", "codes", ["wallet", "last_ms"])
    op.create_index("codes_by_request", "codes", ["request"])
