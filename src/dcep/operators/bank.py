"""One operator's business over its database and its line to the retail ledger, and one way to carry all of it on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from sqlalchemy import Engine

from dcep.clock import UnixMs
from dcep.errors import Unavailable
from dcep.ids import NetworkId, OperatorId
from dcep.ledger.client import Line
from dcep.operators import refunds, returns
from dcep.operators.channels.made import MadeCodes
from dcep.operators.customers import desk
from dcep.operators.customers.desk import Desk
from dcep.operators.customers.freezes import Freezes
from dcep.operators.customers.guards import Guards
from dcep.operators.customers.real_names import KycProvider, RealNames
from dcep.operators.customers.register import Customers, Draw
from dcep.operators.exchange import saga
from dcep.operators.exchange.deposits import CoreBanking
from dcep.operators.exchange.saga import Saga
from dcep.operators.history import History
from dcep.operators.holdings import Reports
from dcep.operators.mandates import Mandates
from dcep.operators.order_book import OrderBook
from dcep.operators.outbox import Outbox, Seal, Taker
from dcep.operators.payroll import Payrolls
from dcep.operators.reconciliation import Reconciliation
from dcep.operators.refunds import Refunds
from dcep.operators.returns import Returns
from dcep.operators.store import STAFF, transaction
from dcep.operators.webhooks import Webhooks
from dcep.staff.admissions import Admissions


class Bank:
    """The parts of an operator.

    Args:
        store: its own database, as `open_store` returned it.
        registrar: the account that opens wallets, and its key.
        vault: the account that exchanges, and its key.
        core: the bank's core system.
        draw: return a number below a bound that nobody can foresee.
    """

    def __init__(
        self,
        store: Engine,
        line: Line,
        network: NetworkId,
        *,
        operator: OperatorId,
        registrar: Seal,
        vault: Seal,
        core: CoreBanking,
        kyc: KycProvider,
        draw: Draw,
    ) -> None:
        self.operator: Final = operator
        self.line: Final = line
        self.network: Final = network
        self.core: Final = core
        self.vault: Final = vault.account
        self.registrar: Final = registrar.account
        self.outbox: Final = Outbox(store, line, network)
        self.book: Final = OrderBook(store)
        self.guards: Final = Guards(store, line, network)
        self.freezes: Final = Freezes(store)
        self.names: Final = RealNames(store)
        self.customers: Final = Customers(store, kyc, draw)
        self.desk: Final = Desk(store, self.outbox, line, self.customers, operator=operator, seal=registrar, draw=draw)
        self.saga: Final = Saga(store, self.outbox, core, network, vault)
        self.mandates: Final = Mandates(store, line, self.saga, network)
        self.payrolls: Final = Payrolls(store)
        self.refunds: Final = Refunds(store, line, self.outbox, network)
        self.returns: Final = Returns(store, self.outbox, line, vault)
        self.reconciliation: Final = Reconciliation(store, line, core, vault.account, self.returns.returned)
        self.history: Final = History(store, line, operator)
        self.made_codes: Final = MadeCodes(store, self.history, draw)
        self.webhooks: Final = Webhooks(store)
        self.admissions: Final = Admissions(partial(transaction, store), STAFF, draw)
        self.reports: Final = Reports(store, network, operator=operator, registrar=registrar)
        self._takers: Final[dict[str, Taker]] = {
            desk.TOPIC: self.desk.take,
            saga.EXCHANGE: self.saga.take_payment,
            saga.REDEEM: self.saga.take_collection,
            refunds.TOPIC: self.refunds.take,
            returns.TOPIC: self.returns.take,
        }

    def advance(self, now: UnixMs) -> int:
        """Carry everything on by as much as can be done now, and return how many steps were taken; 0 is rest.

        Raises:
            Unavailable: the first that could not be reached, after everything else was done.
        """
        return _each((*self._orders(now), self.history.advance))

    def carry_on(self, now: UnixMs) -> int:
        """Carry every order on, and return how many steps were taken; what the ledger tells is left to `history`.

        Raises:
            Unavailable: the first that could not be reached, after everything else was done.
        """
        return _each(self._orders(now))

    def _orders(self, now: UnixMs) -> tuple[Callable[[], int], ...]:
        return (
            lambda: self.desk.advance(now),
            lambda: self.payrolls.release(now),
            lambda: self.saga.debit(now),
            lambda: self.saga.pay(now),
            lambda: self.returns.advance(now),
            lambda: self.outbox.deliver(self._takers, now),
            lambda: self.saga.reverse(now),
            lambda: self.saga.credit(now),
        )


def _each(steps: Sequence[Callable[[], int]]) -> int:
    """Take every step: one system that cannot be reached does not keep the others from their work."""
    moved, failure = 0, None
    for step in steps:
        try:
            moved += step()
        except Unavailable as unavailable:
            failure = failure or unavailable
    if failure is not None:
        raise failure
    return moved
