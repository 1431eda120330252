"""The seeded model of the protocol: no law breaks over many seeds, and each rule that is left out is missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import pytest

from dcep.messages.outcomes import Status
from dcep.messages.refusals import NotProcessed, Refusal
from dcep.simulation.model.broken import VARIANTS, breaks_the_engine
from dcep.simulation.model.campaign import run_campaign, run_one
from dcep.simulation.model.judgement.laws import Law
from dcep.simulation.model.judgement.situations import Situation
from dcep.simulation.model.play import Run

# What `make test` runs: as many on either engine.
QUICK: Final = 100
# A seed that finds the variant, and the law that it breaks there.
FOUND_BY: Final[dict[str, tuple[int, Law]]] = {
    "no-floor": (3, Law.COMMAND_ONCE),
    "expiry-first": (1, Law.FINAL),
    "life-unbounded": (14, Law.FINAL),
    "policy-first": (1, Law.ANSWERED),
    "last-plus-one": (1, Law.ANSWERED),
    "shift-by-word": (1, Law.WINDOW),
    "unversioned-freeze": (3, Law.IN_ORDER),
    "credit-any": (1, Law.DENSE),
    "wait-for-receiver": (1, Law.ARRIVED),
    "drop-at-receiver": (1, Law.CONSERVED),
    "redirect-returns": (9, Law.TWO_MESSAGES),
    "naive-ack": (1, Law.NO_SUSPENSE),
    "close-in-flight": (1, Law.NO_SUSPENSE),
    "no-vault-window": (9, Law.ALLOCATED_ONCE),
    "shard-judges-expiry": (14, Law.HONEST_CREDIT),
    "replace-anything": (1, Law.CONSERVED),
    "newest-board": (3, Law.ONE_STATE),
    "void-blocks": (6, Law.STANDS),
    "halt-on-clock": (2, Law.JUDGED),
    "operators-tick": (4, Law.TIME),
    "uncounted-capture": (8, Law.HELD),
    "capture-for-ever": (4, Law.HELD),
    "close-on-hold": (12, Law.BOOKS),
    "unheard-is-final": (23, Law.PURCHASE_ONCE),
    "answer-on-append": (1, Law.FINAL),
    "used-is-receipt": (1, Law.FINAL),
    "stale-history": (1, Law.FINAL),
    "resign-on-timeout": (1, Law.PURCHASE_ONCE),
    "burnt-numbers": (13, Law.NOT_LOCKED_OUT),
    "recovery-without-barrier": (99, Law.NOT_LOCKED_OUT),
    "unread-append": (1, Law.GENUINE),
    "no-resend": (2, Law.STANDS),
    "checkpoint-by-place": (1, Law.ONE_STATE),
    "worker-clock": (1, Law.FINAL),
    "wallet-clock": (91, Law.PURCHASE_ONCE),
    "raw-clock": (1, Law.FINAL),
}
FIXED_BY_THE_INTERFACE: Final = {
    "last-plus-one",
    "answer-on-append",
    "credit-any",
    "redirect-returns",
    "close-in-flight",
    "resign-on-timeout",
    "expiry-first",
    "used-is-receipt",
    "stale-history",
    "halt-on-clock",
    "naive-ack",
    "unversioned-freeze",
}
# Answers that a frame gives in these seeds; the others have their rows in `vectors/rules`.
REACHED: Final = {
    Refusal.PAYER_CLOSED.code,
    Refusal.PAYER_FROZEN.code,
    Refusal.PAYER_IS_RECEIVER.code,
    Refusal.RECEIVER_UNKNOWN.code,
    Refusal.RECEIVER_CANNOT_ACCEPT.code,
    Refusal.OVER_SINGLE_LIMIT.code,
    Refusal.INSUFFICIENT_FUNDS.code,
    Refusal.WALLET_FROZEN.code,
    Refusal.STALE.code,
    Refusal.BALANCE_NOT_ZERO.code,
    Refusal.MONEY_IN_FLIGHT.code,
    Refusal.HOLDS_OPEN.code,
    Refusal.HOLD_UNKNOWN.code,
    Refusal.HOLD_EXPIRED.code,
    Refusal.OVER_HELD_AMOUNT.code,
    Refusal.CONDITION_NOT_MET.code,
    Refusal.OPERATOR_SUSPENDED.code,
    Refusal.BOARD_NOT_IN_FORCE.code,
    Refusal.NUMBER_USED.code,
    Refusal.LOCK_UNKNOWN.code,
    Refusal.WRONG_LEDGER.code,
    NotProcessed.NOT_AUTHORISED.code,
    NotProcessed.TOO_FAR.code,
    NotProcessed.LIFE_TOO_LONG.code,
    NotProcessed.CLOCK_AHEAD.code,
    NotProcessed.OUT_OF_TURN.code,
    *(status.name.lower() for status in (Status.SETTLED, Status.EXPIRED, Status.ALREADY_USED, Status.SUPERSEDED)),
}


# A thief signed beyond its window while expired numbers were free, and had nothing left that would be taken.
ONCE_BROKEN: Final = (4_255, 15_053)


@pytest.fixture(scope="module")
def quick() -> Sequence[Run]:
    """Return the runs of the quick seeds, the first half on the Rust engine, the second on the statute."""
    rust = [run_one(seed, engine="rust", variant="") for seed in range(1, QUICK + 1)]
    python = [run_one(seed, engine="python", variant="") for seed in range(QUICK + 1, 2 * QUICK + 1)]
    return rust + python


def test_no_law_breaks_in_the_quick_seeds(quick: Sequence[Run]) -> None:
    """A violation here is a bug of the protocol, the engines or the model; its seed tells it again."""
    broken = [(run.seed, run.step, run.law, run.explanation) for run in quick if run.law]

    assert broken == []


@pytest.mark.parametrize("seed", ONCE_BROKEN)
def test_a_seed_that_once_broke_a_law_breaks_none(seed: int) -> None:
    """What many seeds have found is tried with every run."""
    run = run_one(seed, engine="rust", variant="")

    assert (run.law, run.explanation) == ("", "")


@pytest.mark.parametrize("situation", Situation)
def test_the_quick_seeds_come_to_every_situation(quick: Sequence[Run], situation: Situation) -> None:
    """Where the model has never been it has proven nothing."""
    met = sum(run.situations[situation] for run in quick)

    assert met > 0


def test_the_quick_seeds_are_given_every_answer_that_they_are_made_for(quick: Sequence[Run]) -> None:
    """A rule that never says no in the model could as well be missing there."""
    given = sum((run.outcomes for run in quick), Counter[str]())

    assert {code for code in REACHED if not given[code]} == set()


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6])
def test_both_engines_live_the_same_seed(seed: int) -> None:
    """Two engines, one law: frame by frame, answer by answer."""
    rust, python = (run_one(seed, engine=engine, variant="") for engine in ("rust", "python"))

    assert rust == python


def test_the_variants_of_the_interface_are_there() -> None:
    """Other programs name them."""
    assert set(VARIANTS) >= FIXED_BY_THE_INTERFACE


def test_each_variant_has_a_seed_that_finds_it() -> None:
    """A variant without one would be left out of the next test in silence."""
    assert list(FOUND_BY) == list(VARIANTS)


@pytest.mark.parametrize("variant", FOUND_BY)
def test_a_rule_that_is_left_out_is_missed(variant: str) -> None:
    """Laws that hold without a rule would not see its bugs either."""
    seed, law = FOUND_BY[variant]

    run = run_one(seed, engine=_engine_of(variant), variant=variant)

    assert run.law == law.value


def test_a_variant_ends_with_its_run() -> None:
    """A rule that stayed out would be missing in every ledger of this process."""
    before = run_one(1, engine="python", variant="")
    run_one(FOUND_BY["halt-on-clock"][0], engine="python", variant="halt-on-clock")

    after = run_one(1, engine="python", variant="")

    assert before == after


@pytest.mark.long
@pytest.mark.parametrize(("engine", "seeds"), [("rust", 20_000), ("python", 2_000)])
def test_no_law_breaks_in_many_seeds(engine: str, seeds: int) -> None:
    """Rare orders of events come only with many seeds."""
    result = run_campaign(1_000, seeds, engine=engine, progress=_silent)

    assert result["violations"] == []


@pytest.mark.long
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_is_found_within_300_seeds(variant: str) -> None:
    """As the interface promises, from the first seed on."""
    found = next(
        (seed for seed in range(1, 301) if run_one(seed, engine=_engine_of(variant), variant=variant).law), None
    )

    assert found is not None


def _engine_of(variant: str) -> str:
    return "python" if breaks_the_engine(variant) else "rust"


def _silent(what: str, done: int, total: int) -> None:
    """Show nothing."""
