"""Classes of accounts, states of operators, scopes of a freeze: the small numbers that stand in commands."""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final


class WalletClass(IntEnum):
    """What an account is. I to CORPORATE are customers, whose limits the rules give; the others are institutions."""

    I = 1  # noqa: E741  the classes are published under Roman numerals
    II = 2
    III = 3
    IV = 4
    CORPORATE = 5
    REGISTRAR = 16
    VAULT = 17
    SUPERVISION = 18
    ISSUING_VAULT = 19


CUSTOMERS: Final[frozenset[int]] = frozenset(
    {WalletClass.I, WalletClass.II, WalletClass.III, WalletClass.IV, WalletClass.CORPORATE}
)


class OperatorStatus(IntEnum):
    """Whether an operator may open wallets and exchange."""

    ADMITTED = 1
    SUSPENDED = 2


class Scope(IntFlag):
    """What a freeze stops: paying, receiving, or both."""

    PAY = 1
    RECEIVE = 2
