"""What happens in the pilot: every step of a phase, made from the seed, in stages that follow one another.

Each step says who does what, and what the rules answer to it. Most settle; some are there to be refused: a gate before
an empty wallet, a fee above the limit of a wallet without papers, a bill above what is held. A step that ends in
another way than the rules say is counted against its operator.

1. Opening: everybody who joins gets a wallet at his operator; one in each city tries a gate with it while it is empty.
2. Exchange: whoever has a deposit exchanges some of it; a student is given money at home.
3. Transport: everybody passes gates, all at once.
4. Education: a fee at once, a fee in two instalments; a student's fee is above his limit, and is paid in three.
5. Medicine: a deposit is held, the bill is captured, which is less, and the rest is released.
6. Takings: every merchant redeems half of what it must have taken.

In the second phase everybody buys something in a shop, and winners of the draw are given red envelopes (`Envelopes`).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from dcep.money import Fen
from dcep.simulation.pilot.cast import Cast, Part, Role, Trade

SETTLED: Final = "settled"
_YUAN: Final = 100
ENVELOPE: Final = Fen(200 * _YUAN)
_RIDES: Final = {1: 4, 2: 8}
_DEPOSIT: Final = Fen(500 * _YUAN)
_FEE: Final = Fen(2_400 * _YUAN)
_INSTALMENT: Final = Fen(800 * _YUAN)
_EXCHANGED: Final = {"II": Fen(3_000 * _YUAN), "III": Fen(1_500 * _YUAN)}
_FROM_HOME: Final = Fen(2_600 * _YUAN)
# Of so many winners one does not open his envelope: in Luohu 2,427 of 50,000 did not.
_UNOPENED: Final = 20


class Verb(StrEnum):
    """What somebody does."""

    OPEN = "open"
    EXCHANGE = "exchange"
    PAY = "pay"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    REDEEM = "redeem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that somebody does once.

    Args:
        key: its name for ever, under which it is done at most once.
        about: the step whose hold is captured or released.
        told: the answers that the rules give to it.
    """

    key: str
    trade: Trade
    verb: Verb
    who: str
    to: str = ""
    amount: Fen = Fen(0)
    about: str = ""
    told: tuple[str, ...] = (SETTLED,)


class Stage(NamedTuple):
    """Steps that happen beside one another; those of one wallet in their order. `at_once` of them are under way."""

    name: str
    steps: Sequence[Step]
    at_once: int = 4


class Script:
    """The steps of a pilot.

    Args:
        seed: decides every amount that somebody might have chosen.
    """

    def __init__(self, cast: Cast, seed: int) -> None:
        self._cast, self._seed = cast, seed

    def stages(self, phase: int) -> list[Stage]:
        """Return a phase from its first opening to its takings."""
        days = [
            Stage("gates", self._rides(phase), at_once=6),
            Stage("shops", self._purchases(phase)),
            Stage("fees", self._fees(phase)),
            Stage("hospital deposits", self._deposits(phase)),
            Stage("hospital bills", self._bills(phase)),
            Stage("hospital rests", self._rests(phase)),
        ]
        return [
            Stage("wallets", self._openings(phase)),
            Stage("empty wallets", self._empty(phase)),
            Stage("exchanges", self._exchanges(phase)),
            Stage("money from home", self._from_home(phase)),
            *days,
            Stage("takings", self._takings(phase, [step for stage in days for step in stage.steps])),
        ]

    # 1.

    def _openings(self, phase: int) -> list[Step]:
        return [_step(phase, Trade.OPENING, Verb.OPEN, part) for part in self._cast.joining(phase)]

    def _empty(self, phase: int) -> list[Step]:
        steps = []
        for city in self._cast.cities:
            part = next(part for part in self._cast.joining(phase) if part.city == city)
            gate = self._cast.merchant(Trade.TRANSPORT, city, 0, phase)
            told = ("insufficient_funds",)
            steps.append(_step(phase, Trade.TRANSPORT, Verb.PAY, part, to=gate.id, amount=Fen(2 * _YUAN), told=told))
        return steps

    # 2.

    def _exchanges(self, phase: int) -> list[Step]:
        steps = []
        for part in self._cast.joining(phase):
            amount = _EXCHANGED.get(part.wallet_class, Fen(0))
            if part.role is Role.RESIDENT:
                more = _FROM_HOME if self._child_of(part) else 0
                steps.append(_step(phase, Trade.EXCHANGE, Verb.EXCHANGE, part, amount=Fen(amount + more)))
        return steps

    def _from_home(self, phase: int) -> list[Step]:
        return [
            _step(phase, Trade.FAMILY, Verb.PAY, part, to=child.id, amount=_FROM_HOME)
            for part in self._cast.joining(phase)
            if (child := self._child_of(part)) is not None
        ]

    def _child_of(self, part: Part) -> Part | None:
        """Return the student to whom somebody gives money: the one behind him."""
        if part.role is not Role.RESIDENT:
            return None
        name, _, number = part.id.rpartition("-")
        behind = self._cast.parts.get(f"{name}-{int(number) + 1}")
        return behind if behind and behind.role is Role.STUDENT and behind.phase == part.phase else None

    # 3.

    def _rides(self, phase: int) -> list[Step]:
        steps = []
        for at, part in enumerate(self._cast.residents(phase)):
            if part.role is Role.STUDENT and not self._has_parent(part):
                continue
            for ride in range(_RIDES[phase]):
                gate = self._cast.merchant(Trade.TRANSPORT, part.city, at + ride, phase)
                fare = Fen(_YUAN * (2 + self._chosen(f"{part.id} {phase} {ride}", 8)))
                steps.append(_step(phase, Trade.TRANSPORT, Verb.PAY, part, to=gate.id, amount=fare, number=ride + 1))
        return steps

    def _purchases(self, phase: int) -> list[Step]:
        if phase == 1:
            return []
        return [
            _step(
                phase,
                Trade.SHOPS,
                Verb.PAY,
                part,
                to=self._cast.merchant(Trade.SHOPS, part.city, at, phase).id,
                amount=Fen(_YUAN * (10 + self._chosen(f"{part.id} shop", 50))),
            )
            for at, part in enumerate(self._cast.residents(phase))
            if part.role is not Role.STUDENT or self._has_parent(part)
        ]

    def _has_parent(self, part: Part) -> bool:
        name, _, number = part.id.rpartition("-")
        before = self._cast.parts.get(f"{name}-{int(number) - 1}")
        return before is not None and self._child_of(before) is part

    # 4.

    def _fees(self, phase: int) -> list[Step]:
        steps = []
        for at, part in enumerate(self._cast.joining(phase)):
            if part.role not in (Role.RESIDENT, Role.STUDENT):
                continue
            school = self._cast.merchant(Trade.EDUCATION, part.city, at, phase).id
            if part.role is Role.STUDENT and self._has_parent(part):
                # Class IV pays at most 2,000 yuan at once (docs/reference/limits.md).
                amounts = [(_FEE, ("over_single_limit",)), *[(_INSTALMENT, (SETTLED,))] * 3]
            elif part.wallet_class == "II" and at % 3 == 0:
                amounts = [(Fen(1_200 * _YUAN), (SETTLED,))]
            elif part.wallet_class == "III":
                amounts = [(Fen(300 * _YUAN), (SETTLED,))] * 2
            else:
                continue
            for number, (amount, told) in enumerate(amounts, start=1):
                steps.append(
                    _step(phase, Trade.EDUCATION, Verb.PAY, part, to=school, amount=amount, told=told, number=number)
                )
        return steps

    # 5.

    def _patients(self, phase: int) -> list[tuple[Part, Part]]:
        """Return who is at a hospital, and at which."""
        well_off = [part for part in self._cast.joining(phase) if part.role is Role.RESIDENT]
        return [
            (part, self._cast.merchant(Trade.MEDICINE, part.city, at, phase))
            for at, part in enumerate(well_off)
            if at % 3 == 1
        ]

    def _deposits(self, phase: int) -> list[Step]:
        return [
            Step(
                key=_key(phase, Verb.HOLD, part.id),
                trade=Trade.MEDICINE,
                verb=Verb.HOLD,
                who=part.id,
                to=hospital.id,
                amount=_DEPOSIT,
            )
            for part, hospital in self._patients(phase)
        ]

    def _bills(self, phase: int) -> list[Step]:
        steps = []
        for at, (part, hospital) in enumerate(self._patients(phase)):
            held = _key(phase, Verb.HOLD, part.id)
            bill = Fen(_YUAN * (80 + self._chosen(f"{part.id} bill", 400)))
            if at == 0:
                too_much = Fen(_DEPOSIT + _YUAN)
                told = ("over_held_amount",)
                steps.append(_of_hold(phase, Verb.CAPTURE, hospital, held, too_much, told=told, number=1))
            steps.append(_of_hold(phase, Verb.CAPTURE, hospital, held, bill, number=2))
        return steps

    def _rests(self, phase: int) -> list[Step]:
        return [
            _of_hold(phase, Verb.RELEASE, hospital, _key(phase, Verb.HOLD, part.id))
            for part, hospital in self._patients(phase)
        ]

    # 6.

    def _takings(self, phase: int, steps: Sequence[Step]) -> list[Step]:
        taken: dict[str, int] = defaultdict(int)
        for step in steps:
            if step.told == (SETTLED,) and step.verb in (Verb.PAY, Verb.CAPTURE):
                taken[step.to if step.verb is Verb.PAY else step.who] += step.amount
        merchants = [part for part in self._cast.parts.values() if part.role is Role.MERCHANT and part.phase <= phase]
        return [
            _step(phase, Trade.TAKINGS, Verb.REDEEM, part, amount=Fen(taken[part.id] // 2))
            for part in merchants
            if taken[part.id]
        ]

    def _chosen(self, what: str, below: int) -> int:
        return int.from_bytes(hashlib.sha256(f"{self._seed} {what}".encode()).digest()[:8]) % below


class Envelopes:
    """The red envelopes of a draw: each is money held for its winner, who opens it in time or loses it.

    1. A fund exchanges what its envelopes need, and holds one for each winner.
    2. A winner opens his: he captures all of it. Some do not.
    3. Whoever has opened his spends most of it in a shop.
    4. When the time is over the fund releases what was not opened, and the money is back.
    """

    def __init__(self, cast: Cast, winners: Sequence[Part]) -> None:
        self._cast, self._winners, self._funds = cast, winners, cast.funds()

    def given(self) -> list[Stage]:
        """1."""
        needs: dict[str, int] = defaultdict(int)
        held = []
        for at, winner in enumerate(self._winners):
            fund = self._funds[at % len(self._funds)]
            needs[fund.id] += ENVELOPE
            held.append(
                Step(
                    key=_key(2, Verb.HOLD, fund.id, winner.id),
                    trade=Trade.ENVELOPES,
                    verb=Verb.HOLD,
                    who=fund.id,
                    to=winner.id,
                    amount=ENVELOPE,
                )
            )
        filled = [
            _step(2, Trade.ENVELOPES, Verb.EXCHANGE, self._cast.parts[fund], amount=Fen(need))
            for fund, need in needs.items()
        ]
        return [Stage("envelope funds", filled), Stage("envelopes", held)]

    def opened(self) -> list[Stage]:
        """2., 3."""
        opened, spent = [], []
        for at, winner in enumerate(self._winners):
            if self._is_left(at):
                continue
            opened.append(
                # Whoever was too late, for the pilot was killed meanwhile, has lost it.
                _of_hold(2, Verb.CAPTURE, winner, self._held(at), ENVELOPE, told=(SETTLED, "hold_expired"))
            )
            shop = self._cast.merchant(Trade.SHOPS, winner.city, at, 2)
            amount = Fen(_YUAN * (120 + at * 7 % 60))
            spent.append(
                Step(
                    key=_key(2, "spent", winner.id),
                    trade=Trade.SHOPS,
                    verb=Verb.PAY,
                    who=winner.id,
                    to=shop.id,
                    amount=amount,
                    about=opened[-1].key,
                )
            )
        return [Stage("envelopes opened", opened), Stage("envelopes spent", spent)]

    def returned(self) -> Stage:
        """4. Whoever opened his has left nothing to release."""
        steps = [
            _of_hold(2, Verb.RELEASE, self._fund(at), self._held(at))
            for at in range(len(self._winners))
            if self._is_left(at)
        ]
        return Stage("envelopes returned", steps)

    def _is_left(self, at: int) -> bool:
        return at % _UNOPENED == _UNOPENED - 1 or at == len(self._winners) - 1

    def _fund(self, at: int) -> Part:
        return self._funds[at % len(self._funds)]

    def _held(self, at: int) -> str:
        return _key(2, Verb.HOLD, self._fund(at).id, self._winners[at].id)


def _step(
    phase: int,
    trade: Trade,
    verb: Verb,
    part: Part,
    *,
    to: str = "",
    amount: Fen = Fen(0),
    about: str = "",
    told: tuple[str, ...] = (SETTLED,),
    number: int = 0,
) -> Step:
    key = _key(phase, trade, part.id, str(number) if number else "")
    return Step(key=key, trade=trade, verb=verb, who=part.id, to=to, amount=amount, about=about, told=told)


def _of_hold(
    phase: int,
    verb: Verb,
    part: Part,
    held: str,
    amount: Fen = Fen(0),
    *,
    told: tuple[str, ...] = (SETTLED,),
    number: int = 0,
) -> Step:
    trade = Trade.ENVELOPES if "fund" in held else Trade.MEDICINE
    key = _key(phase, verb, held.partition("-")[2], str(number) if number else "")
    return Step(key=key, trade=trade, verb=verb, who=part.id, amount=amount, about=held, told=told)


def _key(phase: int, *words: str) -> str:
    """Return the name of a step: short enough for a client's key, told apart by its hash if it were not."""
    name = "-".join([f"p{phase}", *(word for word in words if word)])
    return name if len(name) <= 64 else f"{name[:47]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
