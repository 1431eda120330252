"""Who plays in the pilot: residents and merchants of two cities, each at one of the operators, made from a seed.

A part is the same for the same seed, whatever the machine does: names, papers, class and operator. The wallet's number
is the operator's to draw, and nobody foresees it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dcep.client import Evidence
from dcep.client.records import WalletClassName
from dcep.errors import BadInput
from dcep.ids import OperatorId

# Operators of the race: the eighth place is empty.
RACING: Final = tuple(OperatorId(number) for number in range(1, 8))
# GB 11643: weights and check characters of a resident identity number.
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
# What lies on a simulated deposit account bears so many envelopes of 200 yuan.
ENVELOPES_A_FUND: Final = 45


class Trade(StrEnum):
    """What a step of the pilot is about."""

    OPENING = "opening"
    EXCHANGE = "exchange"
    FAMILY = "family"
    TRANSPORT = "transport"
    EDUCATION = "education"
    MEDICINE = "medicine"
    SHOPS = "shops"
    ENVELOPES = "envelopes"
    TAKINGS = "takings"


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A pilot city; `area` is a district's code of GB/T 2260, as papers have it."""

    name: str
    written: str
    area: str
    letter: str


CITIES: Final = {
    "shenzhen": City(name="Shenzhen", written="深圳", area="440303", letter="z"),
    "suzhou": City(name="Suzhou", written="苏州", area="320508", letter="u"),
}


class Role(StrEnum):
    """What somebody is in the play."""

    RESIDENT = "resident"
    STUDENT = "student"
    MERCHANT = "merchant"
    FUND = "fund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Somebody with a wallet; `id` is his name in the plan, `phase` that in which he joins."""

    id: str
    role: Role
    city: str
    operator: OperatorId
    wallet_class: WalletClassName
    evidence: Evidence
    phase: int
    trade: Trade | None = None

    def seed(self, number: int) -> bytes:
        """Return the seed of his key in the pilot with this seed: nobody's money hangs on it."""
        return hashlib.sha256(f"dcep pilot {number} {self.id}".encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a pilot is: one for `scale` people of the real one."""

    scale: int

    def __post_init__(self) -> None:
        if not 100 <= self.scale <= 10_000:
            raise BadInput("bad_options", "--scale is from 100 to 10000: one wallet for so many people")

    def residents(self, phase: int) -> int:
        """Return how many residents each city has in a phase; at least one an operator, and ten an operator at most."""
        people = {1: 20_000, 2: 100_000}[phase]
        return max(len(RACING) * phase, people // self.scale)

    @property
    def envelopes(self) -> int:
        """How many red envelopes there are: 50,000 in Luohu."""
        return min(50_000 // self.scale, self.residents(2) // 2)


class Cast:
    """Everybody in the pilot of these cities.

    Raises:
        BadInput: `bad_options`: an unknown city, or none.
    """

    def __init__(self, cities: tuple[str, ...], size: Size) -> None:
        unknown = [name for name in cities if name not in CITIES]
        if unknown or not cities or len(set(cities)) != len(cities):
            raise BadInput("bad_options", f"the pilot cities are {', '.join(CITIES)}, each named once")
        self.cities, self.size = cities, size
        parts = [part for city in cities for part in (*_residents(city, size), *_merchants(city))]
        self.parts: Final = {part.id: part for part in (*parts, *_funds(cities[0], size))}
        self._merchants: dict[tuple[Trade | None, str], list[Part]] = defaultdict(list)
        for part in self.parts.values():
            if part.role is Role.MERCHANT:
                self._merchants[part.trade, part.city].append(part)

    def joining(self, phase: int) -> list[Part]:
        """Return who opens a wallet in a phase."""
        return [part for part in self.parts.values() if part.phase == phase]

    def residents(self, phase: int, city: str | None = None) -> list[Part]:
        """Return the residents who are there in a phase, those who joined before too."""
        people = (Role.RESIDENT, Role.STUDENT)
        return [
            part
            for part in self.parts.values()
            if part.role in people and part.phase <= phase and city in (None, part.city)
        ]

    def merchant(self, trade: Trade, city: str, at: int, phase: int) -> Part:
        """Return one of the city's merchants of a trade who are there in a phase, whichever number is named."""
        found = [part for part in self._merchants[trade, city] if part.phase <= phase]
        return found[at % len(found)]

    def funds(self) -> list[Part]:
        """Return the wallets from which red envelopes are given."""
        return [part for part in self.parts.values() if part.role is Role.FUND]


def _residents(city: str, size: Size) -> list[Part]:
    return [_resident(city, at, 1 if at < size.residents(1) else 2) for at in range(size.residents(2))]


def _resident(city: str, at: int, phase: int) -> Part:
    # Of ten residents seven show a bank account from afar, two less, and one is a student with a phone and no papers.
    classes: dict[int, WalletClassName] = {3: "III", 6: "III", 9: "IV"}
    wallet_class = classes.get(at % 10, "II")
    phone = _phone(city, at)
    papers = Evidence(
        phone=phone,
        name=f"{CITIES[city].name} resident {at + 1}",
        document=_document(CITIES[city].area, at),
        bank_account=f"62{CITIES[city].area}{at:08}",
    )
    return Part(
        id=f"{city}-resident-{at + 1}",
        role=Role.STUDENT if wallet_class == "IV" else Role.RESIDENT,
        city=city,
        operator=RACING[at % len(RACING)],
        wallet_class=wallet_class,
        evidence=Evidence(phone=phone) if wallet_class == "IV" else papers,
        phase=phase,
    )


def _merchants(city: str) -> list[Part]:
    trades = (Trade.TRANSPORT, Trade.EDUCATION, Trade.MEDICINE, Trade.SHOPS)
    found = []
    for number, trade in enumerate(trades):
        # Shops come with the red envelopes.
        for phase in (2,) if trade is Trade.SHOPS else (1, 2):
            # Each at another operator, and in each city at others: whoever pays mostly pays a customer of another bank.
            operator = RACING[(2 * number + phase + list(CITIES).index(city) * 3) % len(RACING)]
            found.append(_firm(f"{city}-{trade.value}-{phase}", city, operator, phase, trade))
    return found


def _funds(city: str, size: Size) -> list[Part]:
    count = -(-size.envelopes // ENVELOPES_A_FUND)
    return [_firm(f"{city}-fund-{at + 1}", city, RACING[at % len(RACING)], 2, Trade.ENVELOPES) for at in range(count)]


def _firm(name: str, city: str, operator: OperatorId, phase: int, trade: Trade) -> Part:
    area = CITIES[city].area
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % 10**8
    evidence = Evidence(
        phone=f"+8675{number:09}",
        legal_name=name,
        credit_code=f"91{area}MA{number:08}",
        document=_document(area, 900 + number % 100),
        bank_account=f"91{area}{number:08}",
    )
    return Part(
        id=name,
        role=Role.FUND if trade is Trade.ENVELOPES else Role.MERCHANT,
        city=city,
        operator=operator,
        wallet_class="corporate",
        evidence=evidence,
        phase=phase,
        trade=trade,
    )


def _phone(city: str, at: int) -> str:
    return f"+86199{list(CITIES).index(city)}{at:07}"


def _document(area: str, at: int) -> str:
    """Return a resident identity number that is nobody's: born in a year, a month and a day that the number decides."""
    digits = f"{area}{1950 + at % 50}{1 + at // 50 % 12:02}{1 + at // 600 % 28:02}{at % 1000:03}"
    return digits + _CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]
