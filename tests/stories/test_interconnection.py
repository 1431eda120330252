"""The story of interconnection 互联互通: customers of four kinds of operators pay at each other's tills."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from dcep.client import Client, Evidence
from dcep.errors import DcepError
from dcep.money import Fen
from tests.town import resident_number
from tests.web.processes import Currency, currency_in

pytestmark = pytest.mark.long
# One for each channel that there is.
OPERATORS: Final = ("icbc", "alipay", "wechat", "unionpay")
_PASSWORD: Final = "correct horse"  # noqa: S105  a test has no secrets
_PEOPLE = count(1)


class Street:
    """At each operator a customer with money, and a shop."""

    def __init__(self, currency: Currency, folder: Path, opened: ExitStack) -> None:
        self._currency, self._folder, self._opened = currency, folder, opened
        self.orders = (f"order-{number}" for number in count(1))
        self.customers = {name: self._open(name) for name in OPERATORS}
        self.shops = {name: self._open(name) for name in OPERATORS}
        for customer in self.customers.values():
            assert customer.exchange(Fen(10_000)).is_done

    def _open(self, operator: str) -> Client:
        person = next(_PEOPLE)
        client = Client.create(self._folder / f"wallet-{person}", self._currency.urls[operator], _PASSWORD)
        self._opened.enter_context(client)
        shown = Evidence(
            phone=f"+86138{person:08}",
            name=f"Person {person}",
            document=resident_number(person),
            bank_account=f"ACCT{person:06}",
        )
        client.open("II", shown)
        return client


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """Return the people of a currency whose processes all run."""
    folder = tmp_path_factory.mktemp("street")
    with currency_in(folder) as currency, ExitStack() as opened:
        yield Street(currency, folder, opened)


@pytest.mark.parametrize("shops", OPERATORS)
@pytest.mark.parametrize("customers", OPERATORS)
def test_a_customer_of_any_operator_pays_at_a_till_of_any_other(street: Street, customers: str, shops: str) -> None:
    """By the code of the shop's own app, once: the next customer is told that it was paid."""
    customer, shop, order = street.customers[customers], street.shops[shops], next(street.orders)
    code = shop.show_code("Bakery", "Suzhou", Fen(125), reference=order)

    wanted = customer.read_code(code)
    paid = customer.pay(wanted.receiver, wanted.amount or Fen(0), key=order, reference=wanted.reference)
    arrived = next(event for event in shop.events(after=0) if event.data.get("command_id") == paid.id.hex())

    assert paid.is_settled
    assert arrived.data["amount_fen"] == 125
    assert shop.history().items[0].is_for(order)
    if shops != "icbc":
        with pytest.raises(DcepError, match="code_used"):
            street.customers["icbc" if customers != "icbc" else "wechat"].read_code(code)
