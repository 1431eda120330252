"""Hold, capture, release: money is kept apart for a receiver, and moves when the hold's condition is met.

1. A hold debits its payer and counts into the limits at once. It asks nothing about the receiver's means: capture does.
2. Until it expires whoever meets `capture_if` may let the receiver be paid, in parts until the amount is exhausted, and
   whoever meets `release_if` may let the rest go back.
3. From its expiry on nothing is captured, and anybody may let the rest go back; until somebody does it stays held.

Who gives a capture or a release moves no money of its own: its number makes the command count once.
"""

from __future__ import annotations

from typing import Final

from dcep.ledger.engine import held
from dcep.ledger.engine.accounts import Account
from dcep.ledger.engine.book import Book
from dcep.ledger.engine.keys import has_bad_key
from dcep.messages.commands.conditions import (
    After,
    Before,
    Condition,
    Evidence,
    Leaf,
    Preimage,
    SignedByAccount,
    SignedByPolicy,
    Verb,
    cosigned_message,
    is_met,
)
from dcep.messages.commands.holds import Capture, Hold, Release
from dcep.messages.policies import policy_hash
from dcep.messages.refusals import Refusal, known, refuse_if
from dcep.money import Fen, over

# A year and a day: longer than any deposit, and history still knows the command (400 days).
LONGEST: Final = 366 * 86_400_000
# Each is a row of the state with two conditions, for as long as nobody ends it.
MAX_HOLDS: Final = 64


def hold(book: Book, payer: Account, order: Hold) -> None:
    """1. Keep money of the payer for the receiver.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    limits, amount = book.limits_of(payer), order.amount

    refuse_if(payer.is_closed, Refusal.PAYER_CLOSED)
    refuse_if(payer.is_frozen_to_pay, Refusal.PAYER_FROZEN)
    refuse_if(amount == 0, Refusal.AMOUNT_ZERO)
    refuse_if(payer.wallet == order.receiver, Refusal.PAYER_IS_RECEIVER)
    known(book.destination(order.receiver), Refusal.RECEIVER_UNKNOWN)
    refuse_if(not book.now < order.until <= book.now + LONGEST, Refusal.UNTIL_INVALID)
    refuse_if(book.held.count_of(payer.wallet) >= MAX_HOLDS, Refusal.TOO_MANY_HOLDS)
    refuse_if(over(limits.single, amount), Refusal.OVER_SINGLE_LIMIT)
    refuse_if(over(limits.daily, payer.spent_on(book.today), amount), Refusal.OVER_DAILY_LIMIT)
    refuse_if(over(limits.annual, payer.spent_in(book.year), amount), Refusal.OVER_ANNUAL_LIMIT)
    refuse_if(amount > payer.balance, Refusal.INSUFFICIENT_FUNDS)

    # From here on the money is held.
    book.spend(payer, amount)
    book.held.add(
        book.command_at_hand().id,
        held.Hold(
            payer=payer.wallet,
            receiver=order.receiver,
            amount=amount,
            captured=Fen(0),
            until=order.until,
            day=book.today,
            capture_if=order.capture_if,
            release_if=order.release_if,
        ),
    )


def capture(book: Book, signer: Account, order: Capture) -> None:
    """2. Pay the receiver, who may live on another ledger: what cannot be credited there comes back to the payer.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    amount = order.amount

    refuse_if(amount == 0, Refusal.AMOUNT_ZERO)
    found = known(book.held.find(order.hold), Refusal.HOLD_UNKNOWN)
    payer = known(book.account(found.payer), Refusal.WALLET_UNKNOWN)
    receiver = known(book.destination(found.receiver), Refusal.RECEIVER_UNKNOWN)
    refuse_if(book.now >= found.until, Refusal.HOLD_EXPIRED)
    refuse_if(amount > found.left, Refusal.OVER_HELD_AMOUNT)
    message = cosigned_message(book.network, order.hold, Verb.CAPTURE, amount, found.captured)
    is_allowed = _is_allowed(book, signer, found.capture_if, order.evidence, message)
    refuse_if(not is_allowed, Refusal.CONDITION_NOT_MET)
    refuse_if(receiver.cannot_accept(amount), Refusal.RECEIVER_CANNOT_ACCEPT)

    # From here on the capture succeeds. A channel never refuses: it brings the money back.
    book.held.take(order.hold, amount)
    book.deliver(payer, receiver, amount, found.day)


def release(book: Book, signer: Account, order: Release) -> None:
    """2., 3. Give the rest back to the payer: always, over the cap and frozen too.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    found = known(book.held.find(order.hold), Refusal.HOLD_UNKNOWN)
    is_over = book.now >= found.until
    message = cosigned_message(book.network, order.hold, Verb.RELEASE, found.left, found.captured)
    is_allowed = is_over or _is_allowed(book, signer, found.release_if, order.evidence, message)
    refuse_if(not is_allowed, Refusal.CONDITION_NOT_MET)

    # From here on the release succeeds.
    book.held.end(order.hold)
    book.give_back(book.customer(found.payer), found.payer, found.left, found.day)


def _is_allowed(book: Book, signer: Account, condition: Condition, evidence: Evidence, message: bytes) -> bool:
    """Return whether a condition is met here and now, by who gives the command and by what it brings."""
    signed = {
        policy_hash(cosignature.policy)
        for cosignature in evidence.cosignatures
        if not has_bad_key(cosignature.policy) and cosignature.holds(message)
    }

    hashes = evidence.hashes()

    def holds(leaf: Leaf) -> bool:
        match leaf:
            case SignedByAccount(account=wallet):
                account = book.account(wallet)
                return account is not None and (account is signer or account.policy in signed)
            case SignedByPolicy(policy=policy):
                return policy in signed
            case Before(time=time):
                return book.now < time
            case After(time=time):
                return book.now >= time
            case Preimage(hash=digest):
                return digest in hashes

    return is_met(condition, holds)
