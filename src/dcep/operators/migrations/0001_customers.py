"""Customers, their names and wallets, orders to the registrar, and the outbox."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    """Make the first tables."""
    _customers()
    _desk()
    _outbox()


def _customers() -> None:
    op.create_table(
        "customers",
        sa.Column("customer", sa.String(32), primary_key=True),
        sa.Column("deposit_account", sa.String(34)),
        sa.Column("registered_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "real_names",
        sa.Column("customer", sa.String(32), sa.ForeignKey("customers.customer"), primary_key=True),
        sa.Column("identity", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(140), nullable=False),
        sa.Column("phone", sa.String(16), nullable=False),
        sa.Column("best_class", sa.SmallInteger, nullable=False),
        sa.Column("assurance", sa.String(16), nullable=False),
        sa.Column("checked_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "wallets",
        sa.Column("wallet", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("customer", sa.String(32), sa.ForeignKey("customers.customer"), nullable=False),
        sa.Column("wallet_class", sa.SmallInteger, nullable=False),
        sa.Column("is_closed", sa.Boolean, nullable=False),
        sa.Column("opened_at_ms", sa.BigInteger, nullable=False),
    )


def _desk() -> None:
    op.create_table(
        "desk_orders",
        sa.Column("order_id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("customer", sa.String(32), sa.ForeignKey("customers.customer"), nullable=False),
        sa.Column("wallet", sa.BigInteger),
        sa.Column("wallet_class", sa.SmallInteger),
        sa.Column("policy", sa.LargeBinary),
        sa.Column("scope", sa.SmallInteger),
        sa.Column("basis", sa.String(128)),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("taken_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("desk_orders_by_state", "desk_orders", ["state"])


def _outbox() -> None:
    op.create_table(
        "messages",
        sa.Column("message", sa.Integer, primary_key=True),
        sa.Column("topic", sa.String(16), nullable=False),
        sa.Column("order_id", sa.String(64), nullable=False),
        sa.Column("command", sa.String(64), nullable=False, unique=True),
        sa.Column("wire", sa.LargeBinary, nullable=False),
        sa.Column("account", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger),
        sa.Column("answer", sa.String(32)),
    )
    op.create_index("messages_by_answer", "messages", ["answer", "message"])
    op.create_index("messages_by_order", "messages", ["order_id"])
    op.create_table(
        "lanes",
        sa.Column("account", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("next_number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "free_numbers",
        sa.Column("account", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    )
