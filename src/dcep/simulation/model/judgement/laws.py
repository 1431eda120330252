"""The laws of PROTOCOL that the model asks for, and what it says when one does not hold."""

from __future__ import annotations

from collections.abc import Hashable
from enum import StrEnum


class Law(StrEnum):
    """What must hold at every step, or in the end."""

    ONE_STATE = "replicas of one log have one state"
    JUDGED = "every frame can be judged"
    CONSERVED = "money is conserved at any cut"
    BOOKS = "balances are what the outcomes say"
    NO_SUSPENSE = "no money lies in suspense"
    RESERVES = "money is issued once against reserves, and never more than they are"
    HELD = "a hold gives out what was held, once, in time, and as its conditions say"
    NUMBER_ONCE = "a number counts once"
    COMMAND_ONCE = "a command is consumed once"
    WINDOW = "a window says which numbers are used"
    FINAL = "a final answer is never contradicted"
    PROVEN = "an answer that was read back can be proven by a receipt"
    PURCHASE_ONCE = "a purchase is paid once"
    IN_ORDER = "orders that overwrite land in the order in which they were given"
    DEAD = "what a recovered device had signed is dead"
    DENSE = "a channel is dense"
    GENUINE = "a message that counts is one that its sender sent, or the officers signed"
    ALLOCATED_ONCE = "an allocation is credited once"
    HONEST_CREDIT = "an allocation that tier 1 sent is credited"
    TWO_MESSAGES = "a payment takes at most two messages"
    TIME = "no ledger's time runs ahead by more than the bound"
    ARRIVED = "in the end everything sent has arrived and is acknowledged"
    STANDS = "in the end what the officers ordered stands everywhere"
    LANDED = "in the end no money is in flight"
    NOTHING_HELD = "in the end nothing is on hold"
    CLOSED_EMPTY = "a closed wallet holds nothing"
    ANSWERED = "in the end every sender has a final answer"
    ANY_ORDER = "numbers of one lane may come in any order"
    NOT_LOCKED_OUT = "who has an open wallet can sign"


class Violation(Exception):
    """A law does not hold.

    Args:
        about: commands, accounts, messages, ledgers of which it speaks; the story tells what concerns them.
    """

    def __init__(self, law: Law, explanation: str, *about: Hashable) -> None:
        super().__init__(f"{law.value}: {explanation}")
        self.law, self.explanation, self.about = law, explanation, frozenset(about)


def require(holds: bool, law: Law, explanation: str, *about: Hashable) -> None:
    """Return only if the law holds.

    Raises:
        Violation: it does not.
    """
    if not holds:
        raise Violation(law, explanation, *about)
