"""Exchange 兑出 and redeem 兑回, leg by leg: no crash at any place loses money, makes it, or moves it twice.

Exchange:
1. The customer's order is stored: `accepted`.
2. The core system debits the deposit under the order's id: `debited`; or says no: `refused`, the end.
3. The vault's command to pay the wallet is signed and stored with its number, in one transaction: `paying`.
4. The outbox sends the same bytes until the answer is final.
5. Settled: `settled`, the end. Expired or never processed: `debited` again; after PATIENCE it gives up.
6. Refused or given up: `reversing`; the core system reverses the debit under the order's id: `reversed`, the end.

Redeem:
1. The holder's signed bytes are checked and stored: `collecting`.
2. The outbox sends the same bytes until the answer is final.
3. Refused, expired or never processed: `refused`, the end.
4. Settled: `collected`; the core system credits the deposit under the order's id: `settled`, the end.

Why it holds: a leg at the core system counts once under its order's id, a leg on the ledger once under its bytes. A
state is stored after the leg that it speaks of, so a crash between the two does the leg again, which changes nothing. A
debit is reversed only after the ledger's final word that the payment never was: no bytes are left that could still
happen.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, Engine

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError, Unavailable
from dcep.ids import NetworkId, WalletId
from dcep.messages.commands.vaults import Redeem
from dcep.messages.outcomes import Status
from dcep.messages.signed import Command
from dcep.operators.brought import read_brought
from dcep.operators.customers.register import OwnWallet, own_wallet
from dcep.operators.exchange.deposits import CoreBanking, DepositRefused
from dcep.operators.exchange.orders import (
    Cause,
    Kind,
    Order,
    State,
    move,
    order_with,
    orders_in,
    require_amount,
    take_order,
)
from dcep.operators.order_ids import order_id
from dcep.operators.outbox import Delivered, Outbox, Seal
from dcep.operators.store import transaction
from dcep.operators.vault import Vault

_log = logging.getLogger(__name__)

EXCHANGE: Final = "exchange"
REDEEM: Final = "redeem"
# How long an order is signed anew before it gives up.
PATIENCE_MS: Final = 3_600_000
# So many legs at the core system are done before their orders move: what a process that is killed does again.
_LEGS: Final = 64


class Saga:
    """The orders of one operator between its deposits and its customers' wallets."""

    def __init__(self, store: Engine, outbox: Outbox, core: CoreBanking, network: NetworkId, vault: Seal) -> None:
        self._store, self._outbox, self._core = store, outbox, core
        self._network, self._vault = network, vault

    # Exchange.

    def exchange(self, wallet: WalletId, amount: int, *, key: str, now: UnixMs, cause: Cause = Cause.CUSTOMER) -> str:
        """Take a customer's order to exchange his deposit, and return its id; the same order again is the same.

        Raises:
            BadInput: `bad_amount`, `bad_idempotency_key`, `idempotency_key_reused`.
            DcepError: `not_your_customer`, `wallet_closed`, `no_deposit_account`; nothing was stored.
        """
        fen = require_amount(amount)
        # 1.
        with transaction(self._store) as connection:
            own = own_wallet(connection, wallet)
            order = order_id(EXCHANGE, own.customer, key)
            account = require_account(own)
            take_order(
                connection,
                order,
                Kind.EXCHANGE,
                wallet=wallet,
                deposit_account=account,
                amount=fen,
                now=now,
                cause=cause,
            )
        return order

    def debit(self, now: UnixMs) -> int:
        """Ask the core system for the debits of orders that wait for one; return how many orders moved."""
        # 2.
        return self._at_the_bank(State.ACCEPTED, State.DEBITED, now, self._debit)

    def _debit(self, order: Order, now: UnixMs) -> str:
        try:
            self._core.debit(order.id, order.deposit_account, order.amount, now=now)
        except DepositRefused as refused:
            return refused.code
        return ""

    def pay(self, now: UnixMs) -> int:
        """Sign for orders that are debited, as far as the window has room; return how many orders moved."""
        with transaction(self._store) as connection:
            is_idle = not orders_in(connection, State.DEBITED, 1)
        # The ledger is asked for its time only where somebody waits: a bank at rest is quiet.
        if is_idle:
            return 0
        moved, expires_at = 0, self._outbox.expiry(now)
        with transaction(self._store) as connection:
            room = self._outbox.room(connection, self._vault.account)
            for order in orders_in(connection, State.DEBITED, room):
                if now >= order.taken_at + PATIENCE_MS:
                    # 6. What was signed before has expired, or the order would stand at `paying`.
                    moved += move(
                        connection, order.id, source=State.DEBITED, target=State.REVERSING, now=now, code="gave_up"
                    )
                    continue
                # 3.
                if move(connection, order.id, source=State.DEBITED, target=State.PAYING, now=now):
                    self._sign(connection, order, expires_at)
                    moved += 1
        return moved

    def _sign(self, connection: Connection, order: Order, expires_at: UnixMs) -> None:
        self._outbox.sign(
            connection,
            self._vault,
            EXCHANGE,
            order.id,
            lambda signatory: Vault(signatory).exchange(order.wallet, order.amount, expires_at=expires_at),
        )

    def take_payment(self, connection: Connection, delivered: Delivered) -> None:
        """Store what an exchange makes of the ledger's final answer to its payment."""
        # 5. and 6.
        code = ""
        if delivered.outcome.status is Status.SETTLED:
            target = State.SETTLED
        elif delivered.may_be_signed_anew:
            target = State.DEBITED
        else:
            target, code = State.REVERSING, delivered.outcome.code
        moved = move(
            connection, delivered.order_id, source=State.PAYING, target=target, now=delivered.heard_at, code=code
        )
        assert moved, "an answer to an order that does not pay"

    def reverse(self, now: UnixMs) -> int:
        """Let the core system give back what was debited for payments that never were; return how many orders moved."""
        # 6.
        return self._at_the_bank(State.REVERSING, State.REVERSED, now, self._reverse)

    def _reverse(self, order: Order, now: UnixMs) -> str:
        self._core.reverse(order.id, now=now)
        return ""

    # Redeem.

    def redeem(self, wire: bytes, *, now: UnixMs, cause: Cause = Cause.CUSTOMER) -> str:
        """Take a redemption that a holder has signed, and return the order's id, which is the command's.

        Raises:
            BadInput: `other_command`, `bad_signature`, `life_too_long`, `other_vault`, `bad_amount`.
            DcepError: `not_your_customer`, `no_deposit_account`; nothing was stored.
        """
        command = self._redemption(wire, now)
        fen = require_amount(command.body.order.amount)
        order = command.id.hex()
        # 1.
        with transaction(self._store) as connection:
            own = own_wallet(connection, command.body.account)
        account = require_account(own)
        if not self._core.has_account(account):
            raise DcepError("no_deposit_account", "the bank keeps no account that this could be credited to")
        with transaction(self._store) as connection:
            if take_order(
                connection,
                order,
                Kind.REDEEM,
                wallet=own.wallet,
                deposit_account=account,
                amount=fen,
                now=now,
                cause=cause,
            ):
                self._outbox.forward(connection, REDEEM, order, command)
        return order

    def _redemption(self, wire: bytes, now: UnixMs) -> Command:
        command = read_brought(wire, self._network, Redeem, now=now)
        if command.body.order.vault != self._vault.account:
            raise BadInput("other_vault", "this redemption pays another operator's vault")
        return command

    def take_collection(self, connection: Connection, delivered: Delivered) -> None:
        """Store what a redemption makes of the ledger's final answer."""
        # 3. and 4.
        is_settled = delivered.outcome.status is Status.SETTLED
        moved = move(
            connection,
            delivered.order_id,
            source=State.COLLECTING,
            target=State.COLLECTED if is_settled else State.REFUSED,
            now=delivered.heard_at,
            code="" if is_settled else delivered.outcome.code,
        )
        assert moved, "an answer to an order that collects nothing"

    def credit(self, now: UnixMs) -> int:
        """Let the core system credit what was collected; return how many orders moved."""
        # 4.
        return self._at_the_bank(State.COLLECTED, State.SETTLED, now, self._credit)

    def _credit(self, order: Order, now: UnixMs) -> str:
        self._core.credit(order.id, order.deposit_account, order.amount, now=now)
        return ""

    # Both.

    def order(self, order: str) -> Order:
        """Return an order as it stands.

        Raises:
            DcepError: `order_unknown`.
        """
        with transaction(self._store) as connection:
            return order_with(connection, order)

    def _at_the_bank(self, source: State, target: State, now: UnixMs, leg: Callable[[Order, UnixMs], str]) -> int:
        """Do the leg of every order in a state, then store in one transaction that it was done."""
        with transaction(self._store) as connection:
            waiting = orders_in(connection, source, _LEGS)
        codes, put_off, failure = dict[str, str](), list[str](), None
        for order in waiting:
            try:
                codes[order.id] = leg(order, now)
            except Unavailable as unavailable:
                # What was done before it is stored all the same, or a bank that fails now and then is never done.
                failure = unavailable
                break
            except DcepError as unforeseen:
                # One order that the core system cannot take must not hold up the others; reconciliation names it.
                _log.error("order %s stays %s: the core system says %s", order.id, source, unforeseen.code)
                put_off.append(order.id)
        moved = self._store_legs(codes, put_off, source, target, now=now) if codes or put_off else 0
        if failure is not None:
            raise failure
        return moved

    def _store_legs(
        self, codes: dict[str, str], put_off: list[str], source: State, target: State, *, now: UnixMs
    ) -> int:
        with transaction(self._store) as connection:
            for each in put_off:
                move(connection, each, source=source, target=source, now=now)
            return sum(
                move(connection, each, source=source, target=State.REFUSED if code else target, now=now, code=code)
                for each, code in codes.items()
            )


def require_account(own: OwnWallet) -> str:
    """Return where the money of a wallet's holder lies at the bank.

    Raises:
        DcepError: `wallet_closed`, `no_deposit_account`.
    """
    if own.is_closed:
        raise DcepError("wallet_closed", "the wallet is closed")
    if own.deposit_account is None:
        raise DcepError("no_deposit_account", "the holder has shown no bank account")
    return own.deposit_account
