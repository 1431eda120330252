"""The plan of a pilot: the same for the same seed, within the law of every class, and every fen of it foreseen."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

import pytest

from dcep.errors import BadInput
from dcep.issuance.rules import read_rules
from dcep.money import Fen, over
from dcep.simulation.pilot.cast import CITIES, RACING, Cast, Part, Role, Size
from dcep.simulation.pilot.script import SETTLED, Envelopes, Script, Stage, Step, Verb

_SIZES: Final = (400, 1_000, 10_000)
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LIMITS: Final = dict(zip(("I", "II", "III", "IV", "corporate"), read_rules("ecny-2021").classes, strict=True))
# What SimulatedCoreBanking lets lie on an account.
_DEPOSIT: Final = 10**6


def _cast(scale: int = 1_000, cities: tuple[str, ...] = ("shenzhen", "suzhou")) -> Cast:
    return Cast(cities, Size(scale=scale))


def _stages(cast: Cast, seed: int = 1) -> list[Stage]:
    """Return a whole pilot in which the first residents of the first city win."""
    script = Script(cast, seed)
    winners = cast.residents(2, cast.cities[0])[: cast.size.envelopes]
    envelopes = Envelopes(cast, winners)
    second = script.stages(2)
    given = [*envelopes.given(), *envelopes.opened(), envelopes.returned()]
    return [*script.stages(1), *second[:-1], *given, second[-1]]


@pytest.mark.parametrize("scale", _SIZES)
def test_the_same_seed_is_the_same_plan(scale: int) -> None:
    """Whoever plays it again plays the same steps; another seed lets people pay other amounts."""
    one, again, other = ([step for stage in _stages(_cast(scale), seed) for step in stage.steps] for seed in (1, 1, 2))

    assert one == again
    assert [step.key for step in one] == [step.key for step in other]
    assert one != other


@pytest.mark.parametrize("scale", _SIZES)
def test_each_step_has_a_key_of_its_own_that_a_client_takes(scale: int) -> None:
    """Under one key a wallet signs once: two steps that shared one would be one."""
    keys = [step.key for stage in _stages(_cast(scale)) for step in stage.steps]

    assert len(set(keys)) == len(keys)
    assert all(_KEY.fullmatch(key) for key in keys)


@pytest.mark.parametrize("scale", _SIZES)
def test_played_by_plain_bookkeeping_the_plan_ends_as_it_says(scale: int) -> None:
    """Nobody is planned to spend what he has not got, or more than his class allows on one day."""
    cast = _cast(scale)
    books = _Bookkeeping(cast)

    for stage in _stages(cast):
        for step in stage.steps:
            assert books.answer(step) in step.told, step.key

    assert all(balance >= 0 for balance in books.balances.values())
    assert all(spent <= _DEPOSIT for spent in books.deposits.values())


@pytest.mark.parametrize("scale", _SIZES)
def test_everybody_who_joins_uses_his_wallet(scale: int) -> None:
    """Activation is measured: a part that never plays would count against its operator."""
    cast = _cast(scale)
    for phase in (1, 2):
        stages = Script(cast, 1).stages(phase)
        active = {who for stage in stages for step in stage.steps for who in _moved_by(step)}

        idle = {
            part.id
            for part in cast.parts.values()
            if part.phase <= phase and part.role is not Role.FUND and part.id not in active
        }
        assert {name.rpartition("-")[0] for name in idle} <= {f"{city}-resident" for city in cast.cities}
        # A student whose parent joins in another phase stays at home.
        assert len(idle) <= len(cast.cities) * 2


def test_every_operator_has_customers_of_each_phase() -> None:
    """A race that somebody does not run is none."""
    for scale in _SIZES:
        cast = _cast(scale)
        for phase in (1, 2):
            assert {part.operator for part in cast.residents(phase)} == set(RACING)


def test_nobody_shows_the_papers_of_another() -> None:
    """Two parts with one document or phone would be one customer, with one wallet class."""
    cast = _cast(100)
    shown = [part.evidence for part in cast.parts.values()]

    for papers in ("phone", "document", "bank_account", "credit_code"):
        told = [getattr(evidence, papers) for evidence in shown if getattr(evidence, papers)]
        firms = [evidence for evidence in shown if evidence.legal_name]
        if papers != "document" or not firms:
            assert len(set(told)) == len(told), papers


def test_the_lottery_is_luohus_scaled_down() -> None:
    """50,000 envelopes of 200 yuan, one for so many; at most every second resident wins."""
    assert Size(scale=1_000).envelopes == 50
    assert all(Size(scale=scale).envelopes * 2 <= Size(scale=scale).residents(2) for scale in _SIZES)


@pytest.mark.parametrize(
    ("cities", "scale"), [(("beijing",), 1_000), ((), 1_000), (("suzhou", "suzhou"), 1_000), (("suzhou",), 99)]
)
def test_a_pilot_that_cannot_be_is_wrong_input(cities: tuple[str, ...], scale: int) -> None:
    """It is said before anything is started."""
    with pytest.raises(BadInput) as wrong:
        _cast(scale, cities)

    assert wrong.value.code == "bad_options"


def test_one_city_alone_is_a_pilot_too() -> None:
    """`--cities suzhou`: gates, fees, hospitals and envelopes are there."""
    cast = _cast(1_000, ("suzhou",))
    books = _Bookkeeping(cast)

    answers = {step.trade: books.answer(step) for stage in _stages(cast) for step in stage.steps}

    assert len(answers) == 9
    assert {part.city for part in cast.parts.values()} == {"suzhou"}
    assert CITIES["suzhou"].name == "Suzhou"


def _moved_by(step: Step) -> tuple[str, ...]:
    is_money = step.told == (SETTLED,) and step.verb is not Verb.OPEN
    return (step.who, step.to) if is_money else ()


class _Bookkeeping:
    """The law of a day in a few lines: caps, limits, balances, holds."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self.balances: dict[str, int] = defaultdict(int)
        self.deposits: dict[str, int] = defaultdict(int)
        self._spent: dict[str, int] = defaultdict(int)
        self._holds: dict[str, tuple[str, str, int]] = {}

    def answer(self, step: Step) -> str:
        amount = step.amount
        match step.verb:
            case Verb.OPEN:
                return SETTLED
            case Verb.EXCHANGE:
                self.deposits[step.who] += amount
                self.balances[step.who] += amount
            case Verb.REDEEM:
                self.balances[step.who] -= amount
            case Verb.PAY | Verb.HOLD:
                refused = self._refusal(self._cast.parts[step.who], amount)
                if refused:
                    return refused
                self.balances[step.who] -= amount
                self._spent[step.who] += amount
                if step.verb is Verb.HOLD:
                    self._holds[step.key] = (step.who, step.to, amount)
                else:
                    self.balances[step.to] += amount
            case Verb.CAPTURE:
                payer, receiver, left = self._holds[step.about]
                assert receiver == step.who
                if amount > left:
                    return "over_held_amount"
                self._holds[step.about] = (payer, receiver, left - amount)
                self.balances[receiver] += amount
            case Verb.RELEASE:
                payer, receiver, left = self._holds.pop(step.about)
                assert step.who in (payer, receiver)
                self.balances[payer] += left
        return SETTLED

    def _refusal(self, payer: Part, amount: Fen) -> str:
        limits = _LIMITS[payer.wallet_class]
        if over(limits.single, amount):
            return "over_single_limit"
        if over(limits.daily, Fen(self._spent[payer.id]), amount):
            return "over_daily_limit"
        return "insufficient_funds" if amount > self.balances[payer.id] else ""
