"""The demonstration: everything that it tells is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcep.cli.storyteller import SilentTeller, Storyteller
from dcep.simulation.demo_run import run_demo
from dcep.simulation.generated import generate_economy


@pytest.mark.parametrize("engine", ["rust", "python"])
def test_the_demonstration_holds_what_it_says(engine: str, tmp_path: Path) -> None:
    """The law at every stage, a receipt, a byte found, and nearly all payments of a small economy settled."""
    result = run_demo(
        tmp_path, SilentTeller(), lambda what, done, total: None, engine=engine, wallets=200, payments=1_000
    )

    assert result["ok"]
    assert [entry["law_holds"] for entry in result["supply"]] == [True] * 6
    assert result["receipt_holds"]
    assert result["tampering_found"]
    assert result["economy"]["settled_share"] >= 0.95
    assert result["economy"]["left_over_fen"] == 0


def test_the_story_names_what_happens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The words of the domain, a refusal with its reason, a refund, and the officers."""
    run_demo(tmp_path, Storyteller(), lambda what, done, total: None, engine="rust", wallets=60, payments=200)

    told = capsys.readouterr().out

    for words in (
        "3 of 5 officers",
        "exchanges 3,000.00 yuan",
        "refused: over_single_limit",
        "refunds 200.00 yuan",
        "sent a second time: settled, counted once",
        "are withdrawn",
        "The supply law held at 8 of 8 stages",
    ):
        assert words in told


def test_a_generated_economy_follows_from_its_seed() -> None:
    """The same seed, the same payments."""
    one = generate_economy(7, wallets=50, payments=100, days=3)
    other = generate_economy(7, wallets=50, payments=100, days=3)

    assert one == other
    assert list(one[1].days) == sorted(one[1].days)
