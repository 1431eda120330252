"""The tables that the code knows are those that the migrations make; what a database refuses is no crash."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select

from dcep.errors import Unavailable
from dcep.operators.store import TABLES, customers, desk_orders, insert_once, lanes, open_store, transaction
from tests.unit.operators.street import BOTH_DATABASES


@BOTH_DATABASES
def test_the_migrations_make_exactly_the_tables_of_the_code(new_database: Callable[[], str]) -> None:
    """A column that only one of the two knows would be found by a customer."""
    store = open_store(new_database())

    with store.begin() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), TABLES)

    store.dispose()
    assert differences == []


@BOTH_DATABASES
def test_whoever_writes_the_same_second_is_told_to_ask_again(new_database: Callable[[], str]) -> None:
    """Nothing of that transaction is written; asked again, it finds what the first one wrote."""
    store = open_store(new_database())
    row = insert(lanes).values(account=1, next_number=1)
    with transaction(store) as connection:
        connection.execute(row)

    def write_both() -> None:
        with transaction(store) as connection:
            connection.execute(insert(lanes).values(account=2, next_number=1))
            connection.execute(row)

    with pytest.raises(Unavailable, match="database_busy"):
        write_both()
    with transaction(store) as connection:
        insert_once(connection, row)
        accounts = connection.execute(select(lanes.c.account)).scalars().all()

    store.dispose()
    assert accounts == [1]


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_a_full_disk_is_unavailable_and_writes_nothing(new_database: Callable[[], str]) -> None:
    """The database may grow by no page: the order is refused as a whole, and taken when there is room again."""
    store = open_store(new_database())
    big = insert(desk_orders).values(
        order_id="o", kind="open", digest="", customer="c", policy=bytes(10**6), state="wanted", code="", taken_at_ms=0
    )
    with transaction(store) as connection:
        connection.execute(insert(customers).values(customer="c", registered_at_ms=0))
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(Unavailable, match="database_unavailable"), transaction(store) as connection:
        connection.execute(big)
    with transaction(store) as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        connection.execute(big)

    store.dispose()
