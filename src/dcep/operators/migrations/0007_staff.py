"""Who of the staff is let in, who has ordered a freeze, and customers found by their phones."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"


def upgrade() -> None:
    """Make the tables of the staff, and room for who has asked for an order of the bank's."""
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
    op.add_column("desk_orders", sa.Column("asked_by", sa.String(64)))
    op.create_index("desk_orders_by_kind", "desk_orders", ["kind", "taken_at_ms"])
    op.create_index("real_names_by_phone", "real_names", ["phone"])
