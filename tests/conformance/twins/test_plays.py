"""Every play of vectors/rules, on both engines at once: not only the answers, every byte of the state is the same."""

from __future__ import annotations

import pytest

from tests.conformance.twins.twins import Twins
from tests.language import PLAYS, play, plays

_PLAYS = [(title, lines) for file in sorted(PLAYS.glob("*.txt")) for title, lines in plays(file)]


@pytest.mark.parametrize("lines", [lines for _, lines in _PLAYS], ids=[title for title, _ in _PLAYS])
def test_a_play_leaves_both_engines_in_one_state(lines: str) -> None:
    """The vectors ask for an answer a line; what an answer does not show must be one as well."""
    scene = play(lines, Twins)

    for place in scene.network.ledgers.values():
        place.engine.root()
