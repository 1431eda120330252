"""Open, classify and close wallets."""

from __future__ import annotations

from dcep.ids import home_of, is_wallet_id, operator_of
from dcep.ledger.engine.accounts import Account
from dcep.ledger.engine.book import Book
from dcep.ledger.engine.keys import has_bad_key
from dcep.messages.classes import CUSTOMERS, OperatorStatus
from dcep.messages.commands.wallets import Close, Open, SetClass
from dcep.messages.policies import policy_hash
from dcep.messages.refusals import Refusal, known, refuse_if


def open_wallet(book: Book, registrar: Account, order: Open) -> None:
    """Open a wallet of the registrar's own operator; it is empty and its numbers are unused.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    operator = known(book.operator_of(registrar), Refusal.OPERATOR_UNKNOWN)

    refuse_if(operator.status != OperatorStatus.ADMITTED, Refusal.OPERATOR_SUSPENDED)
    refuse_if(not is_wallet_id(order.wallet), Refusal.WALLET_ID_INVALID)
    refuse_if(operator_of(order.wallet) != operator_of(registrar.wallet), Refusal.NOT_YOUR_CUSTOMER)
    refuse_if(home_of(order.wallet, book.genesis.shards) != book.ledger, Refusal.WRONG_LEDGER)
    refuse_if(book.account(order.wallet) is not None, Refusal.WALLET_EXISTS)
    refuse_if(order.wallet_class not in CUSTOMERS, Refusal.CLASS_UNKNOWN)
    refuse_if(has_bad_key(order.policy), Refusal.BAD_KEY)

    # From here on the wallet is opened.
    book.open_account(order.wallet, order.wallet_class, policy_hash(order.policy))


def set_class(book: Book, registrar: Account, order: SetClass) -> None:
    """Move a wallet to another class. A balance over the new cap stays; only what arrives is judged.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    wallet = known(book.customer(order.wallet), Refusal.WALLET_UNKNOWN)
    refuse_if(operator_of(wallet.wallet) != operator_of(registrar.wallet), Refusal.NOT_YOUR_CUSTOMER)
    refuse_if(wallet.is_closed, Refusal.WALLET_CLOSED)
    refuse_if(order.replaces != wallet.standing, Refusal.STALE)
    refuse_if(order.wallet_class not in CUSTOMERS, Refusal.CLASS_UNKNOWN)

    # From here on the class is set.
    wallet.reclassify(order.wallet_class)


def close(book: Book, signer: Account, order: Close) -> None:
    """Close an empty wallet for ever: its holder, or the registrar of its operator.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    wallet = known(book.customer(order.wallet), Refusal.WALLET_UNKNOWN)
    is_holder = wallet is signer
    is_registrar = not signer.is_customer and operator_of(signer.wallet) == operator_of(wallet.wallet)

    refuse_if(not is_holder and not is_registrar, Refusal.NOT_YOUR_CUSTOMER)
    refuse_if(wallet.is_closed, Refusal.WALLET_CLOSED)
    refuse_if(wallet.is_frozen, Refusal.WALLET_FROZEN)
    refuse_if(wallet.balance > 0, Refusal.BALANCE_NOT_ZERO)
    refuse_if(wallet.in_flight > 0, Refusal.MONEY_IN_FLIGHT)
    refuse_if(book.held.count_of(wallet.wallet) > 0, Refusal.HOLDS_OPEN)

    # From here on the wallet is closed.
    wallet.close()
