"""Exchange, redeem, return: between a bank vault 银行库, its customers' wallets, and the issuing vault."""

from __future__ import annotations

from dcep.ids import TIER1, operator_of
from dcep.ledger.engine.accounts import Account
from dcep.ledger.engine.book import Book
from dcep.messages.classes import OperatorStatus
from dcep.messages.commands.vaults import Exchange, Redeem, Return
from dcep.messages.crossings import ReturnToIssuer
from dcep.messages.refusals import Refusal, known, refuse_if


def exchange(book: Book, vault: Account, order: Exchange) -> None:
    """Pay digital currency out of the vault to a wallet of the same operator.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    amount = order.amount

    refuse_if(amount == 0, Refusal.AMOUNT_ZERO)
    operator = known(book.operator_of(vault), Refusal.OPERATOR_UNKNOWN)
    refuse_if(operator.status != OperatorStatus.ADMITTED, Refusal.OPERATOR_SUSPENDED)
    wallet = known(book.customer(order.receiver), Refusal.RECEIVER_UNKNOWN)
    refuse_if(operator_of(wallet.wallet) != operator_of(vault.wallet), Refusal.NOT_YOUR_CUSTOMER)
    refuse_if(amount > vault.balance, Refusal.INSUFFICIENT_FUNDS)
    refuse_if(book.destination_of(wallet).cannot_accept(amount), Refusal.RECEIVER_CANNOT_ACCEPT)

    # From here on the exchange succeeds.
    book.debit(vault, amount)
    book.credit(wallet, amount)


def redeem(book: Book, payer: Account, order: Redeem) -> None:
    """Pay digital currency back into the vault of the holder's own operator; it does not count into limits.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    amount = order.amount

    refuse_if(payer.is_closed, Refusal.PAYER_CLOSED)
    refuse_if(payer.is_frozen_to_pay, Refusal.PAYER_FROZEN)
    refuse_if(amount == 0, Refusal.AMOUNT_ZERO)
    operator = known(book.operator_of(payer), Refusal.VAULT_UNKNOWN)
    refuse_if(order.vault != operator.vault, Refusal.VAULT_UNKNOWN)
    vault = known(book.account(order.vault), Refusal.VAULT_UNKNOWN)
    refuse_if(amount > payer.balance, Refusal.INSUFFICIENT_FUNDS)
    # Only where another shard's worker has made money: no vault outgrows 64 bits.
    refuse_if(book.destination_of(vault).cannot_accept(amount), Refusal.RECEIVER_CANNOT_ACCEPT)

    # From here on the redemption succeeds.
    book.debit(payer, amount)
    book.credit(vault, amount)


def return_to_issuer(book: Book, vault: Account, order: Return) -> None:
    """Send money of the vault to the issuing vault on tier 1. A suspended operator may do so too.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    amount = order.amount

    refuse_if(amount == 0, Refusal.AMOUNT_ZERO)
    refuse_if(amount > vault.balance, Refusal.INSUFFICIENT_FUNDS)

    # From here on the return succeeds.
    book.debit(vault, amount)
    command = book.command_at_hand().id
    content = ReturnToIssuer(operator=operator_of(vault.wallet), amount=amount, command=command)
    book.send(TIER1, content, amount)
