"""What an operator reports of its customers' money: sums by class and city, never by wallet. Signed by its registrar.

A city stands as its code of six digits (GB/T 2260); 0 is everywhere else. A line of a city that fewer than MIN_WALLETS
share would tell of one holder where he lives: it goes into the line of everywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.ids import NetworkId, OperatorId, PolicyHash
from dcep.messages import layout
from dcep.messages.classes import CUSTOMERS
from dcep.messages.layout import Code, Count, Malformed, Reader, Sum
from dcep.messages.policies import policy_hash
from dcep.messages.reports.sealing import open_seal, seal

TAG: Final = b"drpt"
VERSION: Final = 1
ELSEWHERE: Final = Count(0)
# Not published: chosen so that no line points at a household.
MIN_WALLETS: Final = 10
MAX_REPORT: Final = 16_384
_CITIES: Final = range(100_000, 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsLine:
    """How many wallets of a class in a city there are, and what they hold together, fen."""

    wallet_class: Code
    city: Count
    wallets: Count
    held: Sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """All wallets of an operator at an instant; each class and city has one line, in ascending order."""

    network: NetworkId
    operator: OperatorId
    at: UnixMs
    lines: tuple[HoldingsLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHoldings:
    """A report whose signatures hold, and the policy under which they stand: whose policy it is, the reader asks."""

    holdings: Holdings
    policy: PolicyHash


def sign_holdings(holdings: Holdings, registrar: Signer) -> bytes:
    """Return a report, signed by the operator's registrar.

    Raises:
        Malformed: a line that no reader takes.
    """
    _check(holdings)
    return seal(TAG + bytes((VERSION,)) + layout.encode(holdings), registrar)


def read_holdings(message: bytes) -> SignedHoldings:
    """Return the report of a message.

    Raises:
        Malformed: it is none, too few have signed, or a signature does not hold.
    """
    if len(message) > MAX_REPORT or message[:5] != TAG + bytes((VERSION,)):
        raise Malformed("not a report of this version")
    reader = Reader(message, 5)
    holdings: Holdings = layout.read(Holdings, reader)
    policy = open_seal(message, reader)
    _check(holdings)
    return SignedHoldings(holdings=holdings, policy=policy_hash(policy))


def _check(holdings: Holdings) -> None:
    places = [(line.wallet_class, line.city) for line in holdings.lines]
    if any(wallet_class not in CUSTOMERS for wallet_class, _ in places):
        raise Malformed("a class that no customer has")
    if any(city != ELSEWHERE and city not in _CITIES for _, city in places):
        raise Malformed("a city has six digits")
    if any(later <= earlier for earlier, later in pairwise(places)):
        raise Malformed("lines out of order")
    if any(line.city != ELSEWHERE and line.wallets < MIN_WALLETS for line in holdings.lines):
        raise Malformed("so few wallets of a city are nobody else's business")
