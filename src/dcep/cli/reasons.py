"""What each answer of a ledger means, a sentence for each code."""

from __future__ import annotations

from typing import Final

from dcep.messages.outcomes import Outcome, Status
from dcep.messages.refusals import NotProcessed, Refusal

REFUSALS: Final[dict[Refusal, str]] = {
    Refusal.WRONG_LANE: "the central bank's order came on another lane than its purpose has",
    Refusal.PAYER_CLOSED: "the payer's wallet is closed",
    Refusal.PAYER_FROZEN: "the payer's wallet is frozen and may not pay",
    Refusal.AMOUNT_ZERO: "an amount of nothing moves nothing",
    Refusal.PAYER_IS_RECEIVER: "nobody pays himself",
    Refusal.OPERATOR_UNKNOWN: "no such operator is admitted here",
    Refusal.OPERATOR_SUSPENDED: "the operator is suspended",
    Refusal.WALLET_ID_INVALID: "the number is no wallet id of this operator",
    Refusal.HOLD_UNKNOWN: "no hold of this id is open here",
    Refusal.WALLET_UNKNOWN: "no such wallet was opened here",
    Refusal.RECEIVER_UNKNOWN: "no wallet of the receiver's number was opened",
    Refusal.VAULT_UNKNOWN: "this is not the bank vault of the wallet's operator",
    Refusal.NOT_YOUR_CUSTOMER: "the wallet belongs to another operator's customer",
    Refusal.LEDGER_UNKNOWN: "the network has no such ledger",
    Refusal.WRONG_LEDGER: "this belongs to another ledger",
    Refusal.WALLET_EXISTS: "a wallet with this number was opened before",
    Refusal.WALLET_CLOSED: "the wallet is closed",
    Refusal.WALLET_FROZEN: "the wallet is frozen",
    Refusal.STALE: "the order replaces a version that is no longer in force",
    Refusal.FROZEN_BY_CENTRAL_BANK: "the supervision board froze the wallet, and it alone may change that",
    Refusal.SCOPE_UNKNOWN: "a freeze stops paying, receiving or both",
    Refusal.CLASS_UNKNOWN: "no wallet has this class",
    Refusal.BAD_KEY: "a key is weak, spelt twice or not of its suite",
    Refusal.BOARD_INVALID: "a board needs at least two officers from at least two sites",
    Refusal.WORKERS_INVALID: "a worker list has 1 to 16 keys",
    Refusal.RULES_INVALID: "the rule set contradicts itself, or too many wait for their date",
    Refusal.STATUS_UNKNOWN: "an operator is admitted or suspended",
    Refusal.BOARD_NOT_IN_FORCE: "the officers' board in force did not sign this",
    Refusal.NUMBER_USED: "the allocation's number has been credited before",
    Refusal.LOCK_UNKNOWN: "nothing was issued against this lock of reserves",
    Refusal.LOCK_USED: "this lock of reserves has been used before",
    Refusal.LOCK_MISMATCH: "operator or amount are not those of the lock of reserves",
    Refusal.TOO_MANY_OPEN: "too many allocations to this ledger wait to be counted",
    Refusal.HOLD_EXPIRED: "the hold has expired; what is left of it can only go back",
    Refusal.UNTIL_INVALID: "a hold ends later than now, and within 366 days",
    Refusal.TOO_MANY_HOLDS: "the wallet has 64 open holds",
    Refusal.OVER_HELD_AMOUNT: "that much is not left of the hold",
    Refusal.CONDITION_NOT_MET: "the hold's condition is not met by what was brought",
    Refusal.OVER_SINGLE_LIMIT: "the amount is more than one payment of this class may be",
    Refusal.OVER_DAILY_LIMIT: "with it the wallet would have paid more today than its class allows",
    Refusal.OVER_ANNUAL_LIMIT: "with it the wallet would have paid more this year than its class allows",
    Refusal.INSUFFICIENT_FUNDS: "there is not that much money",
    Refusal.BALANCE_NOT_ZERO: "only an empty wallet is closed",
    Refusal.MONEY_IN_FLIGHT: "money of the wallet is still on its way to another ledger",
    Refusal.HOLDS_OPEN: "money of the wallet is still on hold for others",
    Refusal.SUPPLY_OVERFLOW: "more money than a ledger can count",
    Refusal.RECEIVER_CANNOT_ACCEPT: "the receiver's wallet cannot take this amount",
}
UNHEARD: Final[dict[NotProcessed, str]] = {
    NotProcessed.MALFORMED: "the bytes are no command",
    NotProcessed.WRONG_NETWORK: "it belongs to another network",
    NotProcessed.UNSUPPORTED_SUITE: "a key is of a signature suite that is not spoken here",
    NotProcessed.BAD_SIGNATURE: "a signature does not hold, or too few have signed",
    NotProcessed.UNKNOWN_WALLET: "the account that gives it was never opened here",
    NotProcessed.NOT_AUTHORISED: "these keys may not give this command",
    NotProcessed.NO_LANE: "the account has no such lane",
    NotProcessed.TOO_FAR: "its number is too far ahead",
    NotProcessed.LIFE_TOO_LONG: "it would live longer than the rules allow",
    NotProcessed.CLOCK_AHEAD: "the clock of its frame was ahead of the time that tier 1 had told",
    NotProcessed.OUT_OF_TURN: "it is not the next message",
}
# Those that stand in frames; what history alone says is resolved before anybody hears of it.
_ANSWERS: Final[dict[Status, str]] = {
    Status.SETTLED: "done, final",
    Status.EXPIRED: "it came after its expiry, and never happens",
    Status.ALREADY_USED: "its number had been used before; nothing happened here",
    Status.SUPERSEDED: "its number had fallen out of the window; nothing happened here",
}


def refusal_words(code: str) -> str | None:
    """Return what a refusal's code means; None if it is no refusal of the ledger."""
    return next((words for refusal, words in REFUSALS.items() if refusal.code == code), None)


def reason_for(outcome: Outcome) -> str:
    """Return what an outcome that stands in a frame means."""
    match outcome.status:
        case Status.REFUSED:
            return REFUSALS[Refusal(outcome.reason)]
        case Status.NOT_PROCESSED:
            return UNHEARD[NotProcessed(outcome.reason)]
    return _ANSWERS[outcome.status]
