"""Customers of one operator and the wallets that are theirs. Somebody else's wallet is `not_your_customer`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Row, insert, select, update

from dcep.clock import UnixMs
from dcep.errors import DcepError
from dcep.ids import WalletId
from dcep.messages.classes import WalletClass
from dcep.operators.customers.real_names import (
    CustomerId,
    Evidence,
    KycProvider,
    best_class_of,
    customer_with,
    record,
    require_enough,
)
from dcep.operators.store import customers, transaction, wallets

Draw = Callable[[int], int]
"""Return a number below the bound that nobody can foresee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWallet:
    """A wallet of a customer of this operator."""

    wallet: WalletId
    customer: CustomerId
    wallet_class: WalletClass
    deposit_account: str | None
    is_closed: bool


class Customers:
    """Who is a customer, and of what class a wallet he may have."""

    def __init__(self, store: Engine, kyc: KycProvider, draw: Draw) -> None:
        self._store, self._kyc, self._draw = store, kyc, draw

    def register(self, evidence: Evidence, *, now: UnixMs) -> CustomerId:
        """Take evidence in, and return the customer: the known one of this identity, or a new one.

        What a known customer shows replaces what he showed before, unless it is evidence for less.

        Raises:
            BadInput: `bad_evidence`.
            DcepError: `evidence_declined`; nothing was kept.
        """
        evidence.require_form()
        assurance = self._kyc.check(evidence)
        with transaction(self._store) as connection:
            known = customer_with(connection, evidence.identity)
            customer = CustomerId(f"{self._draw(2**128):032x}") if known is None else known[0]
            if known is None:
                connection.execute(insert(customers).values(customer=customer, registered_at_ms=now))
            if known is None or evidence.best_class <= known[1]:
                record(connection, customer, evidence, assurance, is_new=known is None, now=now)
                _link(connection, customer, evidence.deposit_account)
        return customer

    def require_class(self, connection: Connection, customer: CustomerId, wanted: WalletClass) -> None:
        """Return only if the customer has shown enough for a class.

        Raises:
            DcepError: `evidence_insufficient`.
        """
        require_enough(best_class_of(connection, customer), wanted)

    def wallets_of(self, customer: CustomerId) -> list[OwnWallet]:
        """Return a customer's wallets, ascending."""
        with transaction(self._store) as connection:
            rows = connection.execute(_OWN.where(wallets.c.customer == customer).order_by(wallets.c.wallet))
            return [_own(row) for row in rows]

    def own(self, wallet: WalletId) -> OwnWallet:
        """Return a wallet of this operator's; DcepError `not_your_customer` if it is none."""
        with transaction(self._store) as connection:
            return own_wallet(connection, wallet)

    def move(self, wallet: WalletId, *, to: CustomerId) -> None:
        """Let a wallet belong to the customer whom its nameless holder has shown to be.

        Raises:
            DcepError: `not_your_customer`, or `already_named`: the holder is known already, and is somebody else.
        """
        with transaction(self._store) as connection:
            own = own_wallet(connection, wallet)
            if own.customer == to:
                return
            if best_class_of(connection, own.customer) != WalletClass.IV:
                raise DcepError("already_named", "the wallet belongs to a customer who is known by name")
            connection.execute(update(wallets).where(wallets.c.wallet == wallet).values(customer=to))


_OWN = select(
    wallets.c.wallet, wallets.c.customer, wallets.c.wallet_class, wallets.c.is_closed, customers.c.deposit_account
).join(customers, wallets.c.customer == customers.c.customer)


def own_wallet(connection: Connection, wallet: WalletId) -> OwnWallet:
    """Return a wallet of this operator's.

    Raises:
        DcepError: `not_your_customer`: it is no wallet, or another operator's: nobody hears which.
    """
    row = connection.execute(_OWN.where(wallets.c.wallet == wallet)).one_or_none()
    if row is None:
        raise DcepError("not_your_customer", "the wallet belongs to no customer of this operator")
    return _own(row)


def _link(connection: Connection, customer: CustomerId, account: str) -> None:
    if account:
        connection.execute(update(customers).where(customers.c.customer == customer).values(deposit_account=account))


def _own(row: Row[tuple[int, str, int, bool, str | None]]) -> OwnWallet:
    wallet, customer, wallet_class, is_closed, deposit_account = row
    return OwnWallet(
        wallet=WalletId(wallet),
        customer=CustomerId(customer),
        wallet_class=WalletClass(wallet_class),
        is_closed=is_closed,
        deposit_account=deposit_account,
    )
