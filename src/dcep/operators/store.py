"""The tables of an operator's own database. `migrations/` makes them; a test holds both equal."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
)

from dcep.database import open_database

TABLES: Final = MetaData()
# A batch of rows that one database transaction writes at most.
BATCH: Final = 500

customers: Final = Table(
    "customers",
    TABLES,
    Column("customer", String(32), primary_key=True),
    # Where the customer's money lies at the bank; null until evidence names it.
    Column("deposit_account", String(34)),
    Column("registered_at_ms", BigInteger, nullable=False),
)

# The only table that knows who somebody is.
real_names: Final = Table(
    "real_names",
    TABLES,
    Column("customer", ForeignKey("customers.customer"), primary_key=True),
    # What one customer is told from another by: a document, a firm's code, or for class IV a phone number.
    Column("identity", String(64), nullable=False, unique=True),
    Column("name", String(140), nullable=False),
    Column("phone", String(16), nullable=False),
    Column("best_class", SmallInteger, nullable=False),
    Column("assurance", String(16), nullable=False),
    Column("checked_at_ms", BigInteger, nullable=False),
)

wallets: Final = Table(
    "wallets",
    TABLES,
    Column("wallet", BigInteger, primary_key=True, autoincrement=False),
    Column("customer", ForeignKey("customers.customer"), nullable=False),
    Column("wallet_class", SmallInteger, nullable=False),
    Column("is_closed", Boolean, nullable=False),
    Column("opened_at_ms", BigInteger, nullable=False),
)

# Orders to the registrar. `wallet` is null while an opening has not drawn its number.
desk_orders: Final = Table(
    "desk_orders",
    TABLES,
    Column("order_id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("customer", ForeignKey("customers.customer"), nullable=False),
    Column("wallet", BigInteger),
    Column("wallet_class", SmallInteger),
    Column("policy", LargeBinary),
    Column("scope", SmallInteger),
    Column("basis", String(128)),
    Column("state", String(8), nullable=False),
    Column("code", String(32), nullable=False),
    Column("taken_at_ms", BigInteger, nullable=False),
)
Index("desk_orders_by_state", desk_orders.c.state)

# The outbox. `number` is null where a holder signed; `answer` is null until it is final.
messages: Final = Table(
    "messages",
    TABLES,
    Column("message", Integer, primary_key=True),
    Column("topic", String(16), nullable=False),
    Column("order_id", String(64), nullable=False),
    Column("command", String(64), nullable=False, unique=True),
    Column("wire", LargeBinary, nullable=False),
    Column("account", BigInteger, nullable=False),
    Column("number", BigInteger),
    Column("answer", String(32)),
)
Index("messages_by_answer", messages.c.answer, messages.c.message)
Index("messages_by_order", messages.c.order_id)

# The next number of each account that the operator signs for, and those whose command expired unused.
lanes: Final = Table(
    "lanes",
    TABLES,
    Column("account", BigInteger, primary_key=True, autoincrement=False),
    Column("next_number", BigInteger, nullable=False),
)
free_numbers: Final = Table(
    "free_numbers",
    TABLES,
    Column("account", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
)

# Orders to exchange and to redeem. The id of a redemption is its command's.
orders: Final = Table(
    "orders",
    TABLES,
    Column("order_id", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("cause", String(8), nullable=False),
    Column("digest", String(64), nullable=False),
    # The payroll that an order is a line of.
    Column("batch", String(32)),
    Column("wallet", BigInteger, nullable=False),
    Column("deposit_account", String(34), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("code", String(32), nullable=False),
    Column("taken_at_ms", BigInteger, nullable=False),
    Column("moved_at_ms", BigInteger, nullable=False),
)
Index("orders_by_state", orders.c.state, orders.c.taken_at_ms)
Index("orders_by_wallet", orders.c.wallet, orders.c.taken_at_ms)
Index("orders_by_batch", orders.c.batch)


def open_store(url: str) -> Engine:
    """Return an operator's database with every table.

    Args:
        url: `sqlite:///FILE` or `postgresql://USER@HOST/NAME`.

    Raises:
        BadInput: `bad_database_url`.
        Unavailable: `database_unavailable`.
    """
    return open_database(url, Path(__file__).parent / "migrations")
