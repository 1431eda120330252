"""A violation told again without whatever it does not need: steps are left out while the same law breaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dcep.ledger.engine.standing import EngineMaker
from dcep.simulation.model.play import Run, run_seed
from dcep.simulation.replay import Progress

# Runs that a story is worth; the shorter the story gets, the less each of them costs.
_MOST_RUNS: Final = 250
_MOST_LINES: Final = 30


def shorten(found: Run, make: EngineMaker, variant: str, *, steps: int, progress: Progress) -> Run:
    """Return a run of the same seed that breaks the same law, with as few steps as could be found, and its story.

    Halves are left out, then quarters, then single steps: delta debugging. Each step has a chance of its own, so the
    others act as before.
    """
    kept = list(range(1, min(found.step, steps) + 1))
    tried, size = 0, max(1, len(kept) // 2)
    while tried < _MOST_RUNS:
        at, before = 0, len(kept)
        while at < len(kept) and tried < _MOST_RUNS:
            shorter = kept[:at] + kept[at + size :]
            tried += 1
            progress("shortening", tried, _MOST_RUNS)
            run = _run(found.seed, make, variant, shorter)
            if run.law == found.law:
                kept = [step for step in shorter if step <= run.step]
            else:
                at += size
        if size == 1 and len(kept) == before:
            break
        size = max(1, size // 2)
    progress("shortening", _MOST_RUNS, _MOST_RUNS)
    return _run(found.seed, make, variant, kept, is_told=True)


def tell(run: Run) -> list[str]:
    """Return the lines of a story: what concerns the violation, in order, and in the end what does not hold and why."""
    lines: list[str] = []
    for note in run.story:
        line = note.told_to(run.about) if note.about & run.about else ""
        if line and line not in lines[-3:]:
            lines.append(line)
    if len(lines) > _MOST_LINES:
        half = _MOST_LINES // 2
        lines = [*lines[:half], f"… {len(lines) - 2 * half} lines …", *lines[-half:]]
    return [*lines, f"So it does not hold that {run.law}: {run.explanation}."]


def _run(seed: int, make: EngineMaker, variant: str, kept: Sequence[int], *, is_told: bool = False) -> Run:
    last = kept[-1] if kept else 0
    without = set(range(1, last + 1)).difference(kept)
    return run_seed(seed, make, variant, steps=last, without=without, is_told=is_told)
