"""Who of the staff is let in with a page."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    """Make the tables of the staff."""
    op.create_table(
        "staff_invitations",
        sa.Column("code_sha256", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
        sa.Column("keyid", sa.String(160)),
    )
    op.create_table(
        "staff_keys",
        sa.Column("keyid", sa.String(160), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("admitted_at_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("staff_keys_by_expiry", "staff_keys", ["expires_at_ms"])
