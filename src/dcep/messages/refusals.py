"""Why a valid, authorised command did not happen; why a command was not processed.

Numbers are identity: they stand in outcomes and never change. The order of the lines is precedence: each chapter asks
in this order, and the first rule that says no answers. docs/reference/refusals.md has a row for each, in this order.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeVar

T = TypeVar("T")


class Refusal(IntEnum):
    """The rules say no; the number is used up, nothing else changed."""

    WRONG_LANE = 1
    PAYER_CLOSED = 2
    PAYER_FROZEN = 3
    AMOUNT_ZERO = 4
    PAYER_IS_RECEIVER = 5
    OPERATOR_UNKNOWN = 6
    OPERATOR_SUSPENDED = 7
    WALLET_ID_INVALID = 8
    HOLD_UNKNOWN = 41
    WALLET_UNKNOWN = 9
    RECEIVER_UNKNOWN = 10
    VAULT_UNKNOWN = 11
    NOT_YOUR_CUSTOMER = 12
    LEDGER_UNKNOWN = 13
    WRONG_LEDGER = 14
    WALLET_EXISTS = 15
    WALLET_CLOSED = 16
    WALLET_FROZEN = 17
    STALE = 18
    FROZEN_BY_CENTRAL_BANK = 19
    SCOPE_UNKNOWN = 20
    CLASS_UNKNOWN = 21
    BAD_KEY = 22
    BOARD_INVALID = 23
    WORKERS_INVALID = 24
    RULES_INVALID = 25
    STATUS_UNKNOWN = 26
    BOARD_NOT_IN_FORCE = 27
    NUMBER_USED = 28
    LOCK_UNKNOWN = 29
    LOCK_USED = 30
    LOCK_MISMATCH = 31
    TOO_MANY_OPEN = 32
    HOLD_EXPIRED = 42
    UNTIL_INVALID = 43
    TOO_MANY_HOLDS = 44
    OVER_HELD_AMOUNT = 45
    CONDITION_NOT_MET = 46
    OVER_SINGLE_LIMIT = 33
    OVER_DAILY_LIMIT = 34
    OVER_ANNUAL_LIMIT = 35
    INSUFFICIENT_FUNDS = 36
    BALANCE_NOT_ZERO = 37
    MONEY_IN_FLIGHT = 38
    HOLDS_OPEN = 47
    SUPPLY_OVERFLOW = 39
    RECEIVER_CANNOT_ACCEPT = 40

    @property
    def code(self) -> str:
        """The stable code that people and programs read."""
        return self.name.lower()


class NotProcessed(IntEnum):
    """The command was not heard; nothing changed, the number is free, the answer is not final."""

    MALFORMED = 1
    WRONG_NETWORK = 2
    UNSUPPORTED_SUITE = 3
    BAD_SIGNATURE = 4
    UNKNOWN_WALLET = 5
    NOT_AUTHORISED = 6
    NO_LANE = 7
    TOO_FAR = 8
    LIFE_TOO_LONG = 9
    CLOCK_AHEAD = 10
    OUT_OF_TURN = 11

    @property
    def code(self) -> str:
        """The stable code that people and programs read."""
        return self.name.lower()


class Refused(Exception):
    """A rule said no; the writes of the command have not begun."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Unheard(Exception):
    """The command cannot be heard as it stands."""

    def __init__(self, reason: NotProcessed) -> None:
        super().__init__(reason.code)
        self.reason = reason


def refuse_if(wrong: bool, refusal: Refusal) -> None:
    """Refuse the command if this rule is broken."""
    if wrong:
        raise Refused(refusal)


def known(found: T | None, refusal: Refusal) -> T:
    """Return what was looked up; refuse if there is no such thing."""
    if found is None:
        raise Refused(refusal)
    return found
