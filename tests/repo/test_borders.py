"""Where no rule may be decided: the binding and the worker carry bytes, the engine alone says no."""

from __future__ import annotations

from typing import Final

import pytest

from tests.repo.tracked import text_of, tracked

LINES_OF_THE_BINDING: Final = 400


def test_the_binding_converts_and_stays_small() -> None:
    """Whole batches go through; a binding that grows is learning rules."""
    lines = sum(text_of(path).count("\n") for path in tracked() if path.is_relative_to("rust/python/src"))

    assert lines <= LINES_OF_THE_BINDING


@pytest.mark.parametrize("room", ["rust/python/src", "src/dcep/ledger/worker"])
def test_no_refusal_is_named_outside_the_engine(room: str) -> None:
    """Codes come out of the engine as they are: a shortcut here would be a second law."""
    naming = [str(path) for path in tracked() if path.is_relative_to(room) and "Refusal" in text_of(path)]

    assert naming == []
