"""Identifiers: who, where and which, as numbers and bytes of fixed size."""

from __future__ import annotations

import re
from typing import Final, NewType

WalletId = NewType("WalletId", int)
"""Sixteen digits: operator 3, serial 12, check digit 1; fits 64 bits."""

OperatorId = NewType("OperatorId", int)
"""An authorized operator, 1..999; the default topology has 1..8."""

CommandId = NewType("CommandId", bytes)
"""32 bytes: SHA-256 of a command's body without keys and signatures."""

NetworkId = NewType("NetworkId", bytes)
"""16 bytes: the beginning of SHA-256(genesis)."""

PolicyHash = NewType("PolicyHash", bytes)
"""32 bytes: the hash of a policy, the rule that says which signatures move a wallet's money."""

LedgerId = NewType("LedgerId", int)
"""A ledger of the network, 16 bits: the retail shards count from 0, tier 1 is TIER1."""

TIER1: Final = LedgerId(0xFFFF)

_OPERATORS: Final = range(1, 1_000)
_SERIALS: Final = range(10**12)
_WALLET_IDS: Final = range(10**16)
_SIXTEEN_DIGITS: Final = re.compile(r"[0-9]{16}")


class BadWalletId(ValueError):
    """The number or text is no wallet id: wrong length, wrong check digit or no operator."""


def wallet_id(operator: OperatorId, serial: int) -> WalletId:
    """Make the wallet id of an operator's serial number, with its check digit.

    Args:
        operator: 1..999.
        serial: 0..999_999_999_999; drawn at random where wallets are opened, so that nobody can count them.

    Raises:
        BadWalletId: operator or serial is outside its range.
    """
    if operator not in _OPERATORS or serial not in _SERIALS:
        raise BadWalletId(f"operator {operator} is not 1 to 999, or serial {serial} has more than 12 digits")
    body = operator * len(_SERIALS) + serial
    return WalletId(body * 10 + _check_digit(body))


def operator_of(wallet: WalletId) -> OperatorId:
    """Return the operator that opened the wallet: the first three digits."""
    return OperatorId(wallet // 10**13)


def is_wallet_id(number: int) -> bool:
    """Tell whether the number is a wallet id: at most 16 digits, an operator, the right check digit."""
    if number not in _WALLET_IDS or number // 10**13 not in _OPERATORS:
        return False
    body, check_digit = divmod(number, 10)
    return _check_digit(body) == check_digit


def parse_wallet_id(text: str) -> WalletId:
    """Read a wallet id as people type it: 16 digits, spaces anywhere.

    Raises:
        BadWalletId: not 16 digits, no operator, or the check digit says that a digit is wrong.
    """
    digits = text.replace(" ", "")
    if not _SIXTEEN_DIGITS.fullmatch(digits):
        raise BadWalletId("a wallet id has 16 digits")
    number = int(digits)
    if not is_wallet_id(number):
        raise BadWalletId("no wallet has this id: a digit is wrong, or two were exchanged")
    return WalletId(number)


def format_wallet_id(wallet: WalletId) -> str:
    """Write a wallet id as people read it: `001 234567890123 1`."""
    digits = f"{wallet:016}"
    return f"{digits[:3]} {digits[3:15]} {digits[15:]}"


def home_of(wallet: WalletId, shards: int) -> LedgerId:
    """Return the retail shard that keeps the wallet's account.

    Args:
        shards: how many retail shards the network has, at least 1. The check digit takes no part.
    """
    return LedgerId(wallet // 10 % shards)


def ledger_name(ledger: LedgerId) -> str:
    """Return the name of a ledger, which is its folder under `DIR/ledger`: `tier1` or `shard-000`."""
    return "tier1" if ledger == TIER1 else f"shard-{ledger:03}"


def _check_digit(body: int) -> int:
    """Return the check digit of fifteen digits: finds every wrong digit and nearly every exchanged pair.

    Source: ISO 7064 MOD 11,10, as in GB/T 17710.
    """
    product = 10
    for digit in f"{body:015}":
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (11 - product) % 10
