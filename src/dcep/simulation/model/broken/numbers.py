"""Rules about numbers, expiry and authority, left out."""

from __future__ import annotations

from dataclasses import replace

from dcep.clock import UnixMs
from dcep.ids import WalletId
from dcep.ledger.engine import admissibility
from dcep.ledger.engine.accounts import Account
from dcep.ledger.engine.admissibility import Answered
from dcep.ledger.engine.book import Book
from dcep.ledger.engine.lanes import WIDTH, Window
from dcep.messages.commands.wallets import Close
from dcep.messages.layout import Number, Version
from dcep.messages.outcomes import EXPIRED
from dcep.messages.refusals import NotProcessed, Refusal, Unheard, known, refuse_if
from dcep.messages.signed import Command

_MASK = 2**WIDTH - 1


def take_only_the_next(window: Window, number: Number) -> bool:
    """Take no number but the next."""
    return number != window.high + 1


def know_no_floor(window: Window, number: Number) -> bool:
    """Find no number below the window: its bit has fallen out, and looks unused."""
    return False


def use_without_floor(window: Window, number: Number, *, settled: bool) -> None:
    """Use a number, of which the window may have no bit any more."""
    if number + WIDTH > window.high:
        _use(window, number, settled=settled)


def shift_by_less_than_the_word(window: Window, number: Number, *, settled: bool) -> None:
    """Shift as machines do, which take 64 for 0."""
    if number > window.high:
        shift = (number - window.high) % WIDTH
        window.used = window.used << shift & _MASK
        window.settled = window.settled << shift & _MASK
        window.high = number
    _use(window, number, settled=settled)


def ask_expiry_first(book: Book, command: Command) -> Account:
    """Ask for the expiry before the number."""
    if book.account(command.body.account) is not None and book.now >= command.body.expires_at:
        raise Answered(EXPIRED)
    return _hear(book, command)


def let_live_for_ever(book: Book, command: Command) -> Account:
    """Take bodies whose expiry lies further away than the longest life."""
    try:
        return _hear(book, command)
    except Unheard as unheard:
        if unheard.reason is not NotProcessed.LIFE_TOO_LONG:
            raise
    body = replace(command.body, expires_at=UnixMs(book.now + 1))
    return _hear(book, replace(command, body=body))


def ask_policy_first(book: Book, command: Command) -> Account:
    """Ask for the authority before the number."""
    account = book.account(command.body.account)
    if account is not None and not admissibility._is_authorised(book, account, command):
        raise Unheard(NotProcessed.NOT_AUTHORISED)
    return _hear(book, command)


def find_whatever_version(book: Book, signer: Account, number: WalletId, replaces: Version) -> Account:
    """Find the wallet of an order that overwrites, whatever version it names."""
    return known(book.customer(number), Refusal.WALLET_UNKNOWN)


def close_with_money_in_flight(book: Book, signer: Account, order: Close) -> None:
    """Close a wallet without asking for money in flight."""
    wallet = known(book.customer(order.wallet), Refusal.WALLET_UNKNOWN)
    refuse_if(wallet.is_closed, Refusal.WALLET_CLOSED)
    refuse_if(wallet.is_frozen, Refusal.WALLET_FROZEN)
    refuse_if(wallet.balance > 0, Refusal.BALANCE_NOT_ZERO)
    wallet.close()


# The rules as they stand, kept before anything takes their place.
_hear = admissibility.hear
_use = Window.use
