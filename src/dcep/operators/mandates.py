"""Account linkage 账户挂接: what a customer arranges once between the deposit and a wallet.

Top-up: a payment that the ledger has refused with `insufficient_funds` is brought here; what it lacks is exchanged, up
to so much a day, and the wallet pays anew. The ledger's answer is the proof that the holder signed: it comes after
authority was judged, whatever policy guards the wallet by now. One payment is topped up once.
Sweep: what lies above a mark goes back to the deposit. The operator cannot move a wallet's money: it says how much is
due, and the wallet signs the redemption.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, func, insert, select

from dcep.clock import UnixMs, day_of, start_of
from dcep.errors import BadInput, DcepError
from dcep.ids import NetworkId, WalletId
from dcep.ledger.client import Line
from dcep.messages.commands.payments import Pay
from dcep.messages.refusals import Refusal
from dcep.money import Fen
from dcep.operators.brought import read_brought
from dcep.operators.customers.register import own_wallet
from dcep.operators.exchange.orders import Cause, Kind, State, require_amount, take_order
from dcep.operators.exchange.saga import Saga, require_account
from dcep.operators.order_ids import order_id
from dcep.operators.store import mandates, orders, transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """What was arranged for a wallet; `top_up_daily` 0 and `sweep_above` None are no such arrangement."""

    wallet: WalletId
    top_up_daily: Fen
    sweep_above: Fen | None


class Mandates:
    """The mandates of one operator's customers."""

    def __init__(self, store: Engine, line: Line, saga: Saga, network: NetworkId) -> None:
        self._store, self._line, self._saga, self._network = store, line, saga, network

    def agree(self, mandate: Mandate, *, now: UnixMs) -> None:
        """Keep a mandate in the place of the one before it.

        Raises:
            BadInput: `bad_mandate`: it arranges nothing.
            DcepError: `not_your_customer`, `wallet_closed`, `no_deposit_account`.
        """
        if not mandate.top_up_daily and mandate.sweep_above is None:
            raise BadInput("bad_mandate", "a mandate tops up, sweeps, or both")
        for amount in (mandate.top_up_daily, mandate.sweep_above):
            if amount:
                require_amount(amount)
        with transaction(self._store) as connection:
            require_account(own_wallet(connection, mandate.wallet))
            connection.execute(delete(mandates).where(mandates.c.wallet == mandate.wallet))
            connection.execute(
                insert(mandates).values(
                    wallet=mandate.wallet,
                    top_up_fen_daily=mandate.top_up_daily,
                    sweep_above_fen=mandate.sweep_above,
                    agreed_at_ms=now,
                )
            )

    def revoke(self, wallet: WalletId) -> None:
        """Let a wallet have no mandate; orders that were taken under one go on."""
        with transaction(self._store) as connection:
            own_wallet(connection, wallet)
            connection.execute(delete(mandates).where(mandates.c.wallet == wallet))

    def of(self, wallet: WalletId) -> Mandate:
        """Return what is arranged for a wallet; nothing of either kind where there is no mandate."""
        with transaction(self._store) as connection:
            own_wallet(connection, wallet)
            found = _mandate(connection, wallet)
        return found or Mandate(wallet=wallet, top_up_daily=Fen(0), sweep_above=None)

    def top_up(self, payment: bytes, *, now: UnixMs) -> str | None:
        """Exchange what a refused payment lacked, and return the order's id; None where by now it would lack nothing.

        The wallet signs the payment anew when the order has settled.

        Raises:
            BadInput: `other_command`, `bad_signature`.
            DcepError: `payment_lacked_nothing`, `not_your_customer`, `no_mandate`, `over_mandate`,
                `no_deposit_account`; nothing was stored.
        """
        command = read_brought(payment, self._network, Pay, now=None)
        wallet = command.body.account
        if self._line.history(payment).outcome.code != Refusal.INSUFFICIENT_FUNDS.code:
            raise DcepError("payment_lacked_nothing", "the ledger has not refused this payment for want of money")
        account = self._line.account(wallet)
        lack = command.body.order.amount - (0 if account is None else account.balance)
        with transaction(self._store) as connection:
            own = own_wallet(connection, wallet)
            order = order_id(Cause.TOP_UP, own.customer, command.id.hex())
            if connection.execute(select(orders.c.order_id).where(orders.c.order_id == order)).one_or_none():
                return order
            if lack <= 0:
                return None
            deposit = require_account(own)
            mandate = _mandate(connection, wallet)
            if mandate is None or not mandate.top_up_daily:
                raise DcepError("no_mandate", "the holder has arranged no top-up")
            if lack + _topped_up(connection, wallet, now) > mandate.top_up_daily:
                raise DcepError("over_mandate", "this day's top-ups would be more than was arranged")
            take_order(
                connection,
                order,
                Kind.EXCHANGE,
                wallet=wallet,
                deposit_account=deposit,
                amount=require_amount(lack),
                now=now,
                cause=Cause.TOP_UP,
            )
        return order

    def due(self, wallet: WalletId) -> Fen:
        """Return how much of a wallet the mandate wants back on the deposit, 0 for nothing."""
        with transaction(self._store) as connection:
            own_wallet(connection, wallet)
            mandate = _mandate(connection, wallet)
        account = self._line.account(wallet)
        if mandate is None or mandate.sweep_above is None or account is None:
            return Fen(0)
        return Fen(max(0, account.balance - mandate.sweep_above))

    def sweep(self, redemption: bytes, *, now: UnixMs) -> str:
        """Take the redemption that a wallet has signed because it was due; it is an order like any other."""
        return self._saga.redeem(redemption, now=now, cause=Cause.SWEEP)


def _mandate(connection: Connection, wallet: WalletId) -> Mandate | None:
    # Locked: two payments of one wallet are topped up one after the other.
    row = connection.execute(select(mandates).where(mandates.c.wallet == wallet).with_for_update()).one_or_none()
    if row is None:
        return None
    above = None if row.sweep_above_fen is None else Fen(row.sweep_above_fen)
    return Mandate(wallet=wallet, top_up_daily=Fen(row.top_up_fen_daily), sweep_above=above)


def _topped_up(connection: Connection, wallet: WalletId, now: UnixMs) -> int:
    """Return what was topped up this Shanghai day, fen; what was refused or given back does not count."""
    counted = select(func.coalesce(func.sum(orders.c.amount_fen), 0)).where(
        orders.c.wallet == wallet,
        orders.c.cause == Cause.TOP_UP,
        orders.c.state.not_in((State.REFUSED, State.REVERSED)),
        orders.c.taken_at_ms >= start_of(day_of(now)),
    )
    return int(connection.execute(counted).scalar_one())
