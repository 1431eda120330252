"""Is the command heard? Asked before the append, law at apply: in PROTOCOL's order, and only in this order.

0. unknown wallet
1. number below the window          superseded
2. number used                      already used
3. expired, or living too long      expired · life_too_long
4. not authorised, or no such lane  not_authorised · no_lane
5. number too far ahead             too_far
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dcep.ids import PolicyHash
from dcep.ledger.engine.accounts import Account
from dcep.ledger.engine.book import Book
from dcep.ledger.engine.lanes import LANES_OF_A_WALLET, LANES_OF_AN_INSTITUTION
from dcep.messages.classes import WalletClass
from dcep.messages.kinds import Authority
from dcep.messages.outcomes import ALREADY_USED, EXPIRED, SUPERSEDED, Outcome
from dcep.messages.policies import policy_hash
from dcep.messages.refusals import NotProcessed, Unheard
from dcep.messages.signed import Command


class Answered(Exception):
    """The number or the expiry has answered already: these answers are stable."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


def hear(book: Book, command: Command) -> Account:
    """Return the account that gives the command.

    Raises:
        Answered: superseded, already used or expired; nothing has changed.
        Unheard: the command cannot be heard now; nothing has changed, the number is free.
    """
    body = command.body
    number = body.number

    # 0.
    account = book.account(body.account)
    if account is None:
        raise Unheard(NotProcessed.UNKNOWN_WALLET)
    window = book.window(account, body.lane)
    # 1.
    if window.is_superseded(number):
        raise Answered(SUPERSEDED)
    # 2.
    if window.is_used(number):
        raise Answered(ALREADY_USED)
    # 3.
    if book.now >= body.expires_at:
        raise Answered(EXPIRED)
    if body.expires_at > book.now + book.rules.in_force.max_life:
        raise Unheard(NotProcessed.LIFE_TOO_LONG)
    # 4.
    if not _is_authorised(book, account, command):
        raise Unheard(NotProcessed.NOT_AUTHORISED)
    if body.lane >= (LANES_OF_A_WALLET if account.is_customer else LANES_OF_AN_INSTITUTION):
        raise Unheard(NotProcessed.NO_LANE)
    # 5.
    if window.is_too_far(number):
        raise Unheard(NotProcessed.TOO_FAR)
    return account


def _is_authorised(book: Book, account: Account, command: Command) -> bool:
    policy, epoch = _authority_of(book, account)
    return (
        command.body.epoch == epoch and policy_hash(command.policy) == policy and _MAY[command.kind.authority](account)
    )


def _authority_of(book: Book, account: Account) -> tuple[PolicyHash, int]:
    """Return who guards an account: the issuing vault the officers' board, every other its own policy."""
    if account.wallet_class == WalletClass.ISSUING_VAULT:
        return book.board_hash, book.board_version
    return account.policy, account.epoch


_MAY: Final[dict[Authority, Callable[[Account], bool]]] = {
    Authority.HOLDER: lambda account: account.is_customer,
    Authority.ANY_ACCOUNT: lambda account: True,
    Authority.REGISTRAR: lambda account: account.is_a(WalletClass.REGISTRAR),
    Authority.HOLDER_OR_REGISTRAR: lambda account: account.is_customer or account.is_a(WalletClass.REGISTRAR),
    Authority.REGISTRAR_OR_SUPERVISION: lambda account: (
        account.is_a(WalletClass.REGISTRAR) or account.is_a(WalletClass.SUPERVISION)
    ),
    Authority.VAULT: lambda account: account.is_a(WalletClass.VAULT),
    Authority.BOARD: lambda account: account.is_a(WalletClass.ISSUING_VAULT),
}
