"""Every play of vectors/rules on every engine that is built here; tier 1 is always the Python engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.language import PLAYS, play, plays
from tests.network import ENGINES, Network

FILES = sorted(PLAYS.glob("*.txt"))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "lines", [pytest.param(lines, id=f"{file.stem}: {title}") for file in FILES for title, lines in plays(file)]
)
def test_every_line_has_its_answer_and_no_money_is_lost(lines: str, engine: str) -> None:
    """The answers are the law; whatever they are, money is where it was before or where it was sent."""
    network = play(lines, ENGINES[engine]).network

    for place in network.ledgers.values():
        sums, total = place.engine.sums(), place.engine.standing().total
        assert sums.wallets + sums.vaults + sums.issuing_vault + sums.locked + sums.on_hold + sums.suspense == total
        assert sums.suspense == 0 or f" suspense {sums.suspense} " in lines
    if not network.is_forged:
        assert _money(network) == _supply(network)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_play_is_told_twice(file: Path) -> None:
    """A title names one play, or a failure would not say which."""
    titles = [title for title, _ in plays(file)]

    assert titles
    assert sorted(set(titles)) == sorted(titles)


def _money(network: Network) -> int:
    return sum(place.engine.standing().total for place in network.ledgers.values()) + network.in_transit()


def _supply(network: Network) -> int:
    sums = network.ledgers[max(network.ledgers)].engine.sums()
    return sums.issued - sums.withdrawn
