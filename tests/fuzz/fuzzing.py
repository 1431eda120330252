"""Fuzz a target, with a seed that makes the same inputs again; what fails is made small and kept."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.target import Target, keep

# Inputs of a target before the next one's turn.
_A_TURN: Final = 400
_SETTINGS: Final = settings(
    deadline=None,
    database=None,
    print_blob=False,
    report_multiple_bugs=False,
    phases=(Phase.generate, Phase.target, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


class Found(AssertionError):
    """An input does what none may do; it is kept in a file, and the message says how to run it again."""

    def __init__(self, target: Target, file: Path, seed_: int) -> None:
        super().__init__(f"{target.name}: seed {seed_}; again: python -m tests.fuzz --again {target.name} {file.name}")


def fuzz(target: Target, seed_: int, examples: int = _A_TURN) -> int:
    """Try inputs and return how many.

    Raises:
        Found: one of them fails; its cause is what it did.
    """
    tried, last = 0, b""

    @seed(seed_)
    @settings(_SETTINGS, max_examples=examples)
    @given(data=target.inputs)
    def try_each(data: bytes) -> None:
        nonlocal tried, last
        tried, last = tried + 1, data
        target.check(data)

    try:
        try_each()
    except Exception as error:
        # The last one that was tried is the smallest that fails.
        raise Found(target, keep(target.folder, last), seed_) from error
    return tried


def fuzz_for(targets: list[Target], seconds: float, first_seed: int, say: Callable[[str], None]) -> None:
    """Fuzz targets in turns until the time is up, and say how many inputs each has had.

    Raises:
        Found: an input fails.
    """
    logging.disable(logging.WARNING)
    tried: Counter[str] = Counter()
    begun, turn = time.monotonic(), 0
    while turn < len(targets) or time.monotonic() < begun + seconds:
        target = targets[turn % len(targets)]
        tried[target.name] += fuzz(target, first_seed + turn)
        turn += 1
    each = " · ".join(f"{name} {count:,}" for name, count in tried.items())
    say(f"{targets[0].group}: {tried.total():,} inputs in {time.monotonic() - begun:.0f} s: {each}")
