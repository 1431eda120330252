"""Every change of the supply; and of each entry on the reserve account the message that told of it."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Make the table of the supply, and room for messages."""
    op.create_table(
        "supply",
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("issued_fen", sa.BigInteger, nullable=False),
        sa.Column("withdrawn_fen", sa.BigInteger, nullable=False),
        sa.Column("issuing_vault_fen", sa.BigInteger, nullable=False),
        sa.Column("bank_vaults_fen", sa.BigInteger, nullable=False),
        sa.Column("wallets_fen", sa.BigInteger, nullable=False),
        sa.Column("in_transit_fen", sa.BigInteger, nullable=False),
        sa.Column("reserve_fen", sa.BigInteger, nullable=False),
        sa.Column("law_holds", sa.Boolean, nullable=False),
    )
    op.add_column("entries", sa.Column("message", sa.LargeBinary))
