"""The tables of an operator's own database. `migrations/` makes them; a test holds both equal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
)
from sqlalchemy.exc import IntegrityError, OperationalError

from dcep.database import open_database
from dcep.errors import Unavailable
from dcep.staff.tables import staff_tables

TABLES: Final = MetaData()
# A batch of rows that one database transaction writes at most.
BATCH: Final = 500
_RETRY_AFTER_MS: Final = 1_000

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
Index("real_names_by_phone", real_names.c.phone)

wallets: Final = Table(
    "wallets",
    TABLES,
    Column("wallet", BigInteger, primary_key=True, autoincrement=False),
    Column("customer", ForeignKey("customers.customer"), nullable=False),
    Column("wallet_class", SmallInteger, nullable=False),
    Column("is_closed", Boolean, nullable=False),
    Column("opened_at_ms", BigInteger, nullable=False),
)

# Who signs for a wallet: the newest policy that the operator knows of, and its version.
guards: Final = Table(
    "guards",
    TABLES,
    Column("wallet", ForeignKey("wallets.wallet"), primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("policy", LargeBinary, nullable=False),
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
    Column("ended_at_ms", BigInteger),
    # Who of the bank's has asked for it; null where a holder has.
    Column("asked_by", String(64)),
)
Index("desk_orders_by_state", desk_orders.c.state)
Index("desk_orders_by_kind", desk_orders.c.kind, desk_orders.c.taken_at_ms)
Index("desk_orders_by_wallet", desk_orders.c.wallet, desk_orders.c.taken_at_ms)

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
Index("orders_by_state", orders.c.state, orders.c.moved_at_ms)
Index("orders_by_wallet", orders.c.wallet, orders.c.taken_at_ms)
Index("orders_by_batch", orders.c.batch)

# What a customer has arranged: top-ups up to so much a day (0 is none), a sweep of what lies above (null is none).
mandates: Final = Table(
    "mandates",
    TABLES,
    Column("wallet", BigInteger, primary_key=True, autoincrement=False),
    Column("top_up_fen_daily", BigInteger, nullable=False),
    Column("sweep_above_fen", BigInteger),
    Column("agreed_at_ms", BigInteger, nullable=False),
)

payrolls: Final = Table(
    "payrolls",
    TABLES,
    Column("payroll", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("deposit_account", String(34), nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("taken_at_ms", BigInteger, nullable=False),
    # The wallet whose holder has asked for it.
    Column("employer", BigInteger),
)
# `code` says why a line became no order.
payroll_lines: Final = Table(
    "payroll_lines",
    TABLES,
    Column("payroll", ForeignKey("payrolls.payroll"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("wallet", BigInteger, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("is_released", Boolean, nullable=False),
    Column("code", String(32), nullable=False),
)

# A payment of which something was refunded, and its refunds.
refunded: Final = Table(
    "refunded",
    TABLES,
    Column("original", String(64), primary_key=True),
    Column("merchant", BigInteger, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
)
refunds: Final = Table(
    "refunds",
    TABLES,
    Column("command", String(64), primary_key=True),
    Column("original", ForeignKey("refunded.original"), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("code", String(32), nullable=False),
    Column("taken_at_ms", BigInteger, nullable=False),
    Column("ended_at_ms", BigInteger),
)
Index("refunds_by_original", refunds.c.original)

# Orders to return money to the issuing vault.
returns: Final = Table(
    "returns",
    TABLES,
    Column("order_id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("asked_by", String(64), nullable=False),
    Column("state", String(8), nullable=False),
    Column("code", String(32), nullable=False),
    Column("taken_at_ms", BigInteger, nullable=False),
    Column("ended_at_ms", BigInteger),
)
Index("returns_by_state", returns.c.state, returns.c.taken_at_ms)

# The numbers under which holders hear of what is new: taken with the row locked, so they are committed in their order.
news: Final = Table(
    "news",
    TABLES,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("newest", BigInteger, nullable=False),
)
# Orders of holders that have ended, by their numbers among the news.
ended_orders: Final = Table(
    "ended_orders",
    TABLES,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("wallet", BigInteger, nullable=False),
    Column("order_id", String(64), nullable=False),
)
Index("ended_orders_by_wallet", ended_orders.c.wallet, ended_orders.c.number)

# What happened to wallets, as the ledger tells it, and how far it was taken in.
history_lines: Final = Table(
    "history_lines",
    TABLES,
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("wallet", BigInteger, nullable=False),
    Column("ledger", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("part", SmallInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("counterparty", BigInteger),
    Column("amount_fen", BigInteger, nullable=False),
    Column("effect", String(4), nullable=False),
    Column("balance_fen", BigInteger, nullable=False),
    Column("command", String(64), nullable=False),
    Column("refers_to", String(64)),
    Column("memo", String(64)),
)
Index("history_lines_by_wallet", history_lines.c.wallet, history_lines.c.line)
_says_what_for = history_lines.c.memo.is_not(None)
Index(
    "history_lines_by_memo",
    history_lines.c.wallet,
    history_lines.c.memo,
    sqlite_where=_says_what_for,
    postgresql_where=_says_what_for,
)
_place = history_lines.c.ledger, history_lines.c.seq, history_lines.c.place, history_lines.c.part
Index("history_lines_by_place", *_place, unique=True)
history_marks: Final = Table(
    "history_marks",
    TABLES,
    Column("ledger", Integer, primary_key=True, autoincrement=False),
    Column("after", String(64), nullable=False),
)
# What each wallet's history comes to.
history_wallets: Final = Table(
    "history_wallets",
    TABLES,
    Column("wallet", BigInteger, primary_key=True, autoincrement=False),
    Column("balance_fen", BigInteger, nullable=False),
)

# Who is told of a wallet's news, how far he was told, and how he has answered. `change` counts what its holder ordered.
webhooks: Final = Table(
    "webhooks",
    TABLES,
    Column("wallet", BigInteger, primary_key=True, autoincrement=False),
    Column("url", String(2_048), nullable=False),
    Column("change", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("told", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at_ms", BigInteger, nullable=False),
    Column("failing_since_ms", BigInteger),
    Column("last_failure", String(32), nullable=False),
    Column("is_slow", Boolean, nullable=False),
)
Index("webhooks_by_state", webhooks.c.state, webhooks.c.next_at_ms)

# Who of the staff is invited, and who is let in.
STAFF: Final = staff_tables(TABLES)

# The codes that an operator's app shows, by the token that stands in them: the request that is behind each. `last_ms`
# is when it ends; null of one that never does.
codes: Final = Table(
    "codes",
    TABLES,
    Column("token", String(64), primary_key=True),
    Column("wallet", BigInteger, nullable=False),
    Column("request", String(512), nullable=False),
    Column("made_at_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger),
)
Index("codes_by_wallet", codes.c.wallet, codes.c.last_ms)
Index("codes_by_request", codes.c.request)


@contextmanager
def transaction(store: Engine) -> Iterator[Connection]:
    """Open a database transaction; it is durable when it is left, and nothing of it is if it breaks off.

    Raises:
        Unavailable: `database_busy`: another one wrote the same first; `database_unavailable`: it cannot be reached, is
            held by another for too long, or its disk refuses. Nothing was written: ask for the same again.
    """
    try:
        with store.begin() as connection:
            yield connection
    except IntegrityError:
        message = "another transaction wrote the same first"
        # PostgreSQL tells the value that was there already, and a traceback would tell it to the log.
        raise Unavailable("database_busy", message, retry_after_ms=_RETRY_AFTER_MS) from None
    except OperationalError as error:
        message = f"the database does not take the transaction: {error.orig}"
        raise Unavailable("database_unavailable", message, retry_after_ms=_RETRY_AFTER_MS) from error


def insert_once(connection: Connection, row: Insert) -> None:
    """Insert a row that another transaction may insert meanwhile: whoever comes second finds it there."""
    with suppress(IntegrityError), connection.begin_nested():
        connection.execute(row)


def open_store(url: str) -> Engine:
    """Return an operator's database with every table.

    Args:
        url: `sqlite:///FILE` or `postgresql://USER@HOST/NAME`.

    Raises:
        BadInput: `bad_database_url`.
        Unavailable: `database_unavailable`.
    """
    return open_database(url, Path(__file__).parent / "migrations")
