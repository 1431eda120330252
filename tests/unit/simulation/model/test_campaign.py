"""A campaign: the same whatever runs it, and a violation told as a short story."""

from __future__ import annotations

import pytest

from dcep.errors import BadInput
from dcep.simulation.model.campaign import run_campaign, run_one
from dcep.simulation.model.play import run_seed
from dcep.simulation.model.story import shorten, tell
from dcep.simulation.replay_command import ENGINES


def test_the_result_does_not_depend_on_the_number_of_processes() -> None:
    """Violations and digest stand in the order of the seeds, on whatever machine."""
    one, two = (
        run_campaign(3, 16, engine="rust", variant="used-is-receipt", processes=processes, progress=_silent)
        for processes in (1, 2)
    )

    assert one == two
    assert [found["seed"] for found in one["violations"]] == sorted(found["seed"] for found in one["violations"])


def test_a_step_that_is_left_out_leaves_the_chances_of_the_others() -> None:
    """Else a story could not be shortened: each step less would make another run."""
    whole = run_seed(1, ENGINES["rust"], steps=40)

    shorter = run_seed(1, ENGINES["rust"], steps=40, without=range(41, 100))

    assert whole == shorter


def test_a_story_tells_what_concerns_the_violation_and_ends_with_the_law() -> None:
    """A person must be able to follow it without the program."""
    found = run_one(1, engine="python", variant="drop-at-receiver")

    shortest = shorten(found, ENGINES["python"], "drop-at-receiver", steps=400, progress=_silent)
    lines = tell(shortest)

    assert shortest.law == found.law
    assert shortest.commands < found.commands
    assert lines[-1].startswith("So it does not hold that money is conserved at any cut: ")
    assert len(lines) <= 32


@pytest.mark.parametrize(("first", "seeds"), [(1, 0), (-1, 1), (2**63, 1)])
def test_a_number_that_is_no_seed_runs_nothing(first: int, seeds: int) -> None:
    """Wrong input is said before anything is done."""
    with pytest.raises(BadInput) as refused:
        run_campaign(first, seeds, engine="rust", progress=_silent)

    assert refused.value.code == "bad_number"


def _silent(what: str, done: int, total: int) -> None:
    """Show nothing."""
