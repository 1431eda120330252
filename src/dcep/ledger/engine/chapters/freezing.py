"""Freeze and unfreeze: an operator its own customers, the supervision board anywhere.

Each order names the standing that it replaces, so that two of them cannot land swapped.
"""

from __future__ import annotations

from dcep.ids import WalletId, operator_of
from dcep.ledger.engine.accounts import Account
from dcep.ledger.engine.book import Book
from dcep.messages.classes import Scope, WalletClass
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.layout import Version
from dcep.messages.refusals import Refusal, known, refuse_if


def freeze(book: Book, signer: Account, order: Freeze) -> None:
    """Freeze a wallet in a scope. Money that arrives while it may not receive is locked.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    wallet = _subject(book, signer, order.wallet, order.replaces)
    refuse_if(not 1 <= order.scope <= Scope.PAY | Scope.RECEIVE, Refusal.SCOPE_UNKNOWN)

    # From here on the wallet is frozen. What an earlier freeze locked stays locked only while receiving stays frozen.
    wallet.freeze(order.scope, by_supervision=signer.is_a(WalletClass.SUPERVISION))
    if not wallet.is_frozen_to_receive:
        book.free_locked(wallet)


def unfreeze(book: Book, signer: Account, order: Unfreeze) -> None:
    """Lift every freeze; locked money becomes free.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    wallet = _subject(book, signer, order.wallet, order.replaces)

    # From here on the wallet is free.
    wallet.unfreeze()
    book.free_locked(wallet)


def _subject(book: Book, signer: Account, number: WalletId, replaces: Version) -> Account:
    wallet = known(book.customer(number), Refusal.WALLET_UNKNOWN)
    is_supervision = signer.is_a(WalletClass.SUPERVISION)
    is_own_customer = operator_of(signer.wallet) == operator_of(wallet.wallet)

    refuse_if(not is_supervision and not is_own_customer, Refusal.NOT_YOUR_CUSTOMER)
    refuse_if(wallet.is_closed, Refusal.WALLET_CLOSED)
    refuse_if(replaces != wallet.standing, Refusal.STALE)
    refuse_if(wallet.is_frozen_by_supervision and not is_supervision, Refusal.FROZEN_BY_CENTRAL_BANK)
    return wallet
