"""Who signs for a wallet, when orders ended, and who has asked for a payroll."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Make the table of guards, from the policies that wallets were opened with."""
    op.create_table(
        "guards",
        sa.Column("wallet", sa.BigInteger, sa.ForeignKey("wallets.wallet"), primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("policy", sa.LargeBinary, nullable=False),
    )
    op.execute(
        "INSERT INTO guards (wallet, epoch, policy) "
        "SELECT wallet, 1, policy FROM desk_orders WHERE kind = 'open' AND state = 'done'"
    )
    op.add_column("desk_orders", sa.Column("ended_at_ms", sa.BigInteger))
    op.create_index("desk_orders_by_wallet", "desk_orders", ["wallet", "taken_at_ms"])
    op.add_column("payrolls", sa.Column("employer", sa.BigInteger))
    op.add_column("refunds", sa.Column("ended_at_ms", sa.BigInteger))
