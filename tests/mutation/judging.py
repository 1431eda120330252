"""Judge mutants: each is played in a process of its own, several side by side; what survives must be in the list.

A mutant whose checks are swapped and whom no play tells apart may still be caught by the order test, which reads the
source. Of the other kinds one that no play catches is played again with the twin beside it, and put to the engine's own
tests: whatever an answer does not show, the bytes of the state do.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.mutation.mutants import Kind, Mutant, changed
from tests.mutation.python_mutants import ENGINE
from tests.repo.test_refusal_order import asked_in_order
from tests.repo.tracked import ROOT

LIST: Final = Path(__file__).with_name("equivalent.txt")
# The two kinds that the plays or the order test must catch without the twin's help.
REQUIRED: Final = frozenset({Kind.DROPPED, Kind.SWAPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of a mutant: `by` is the play or the test that caught it, empty where it survived."""

    mutant: Mutant
    by: str


Play = Callable[[Mutant, bool], str]


def judge(mutants: Iterable[Mutant], play: Play, source_of: Callable[[Mutant], bytes]) -> Iterator[Judgement]:
    """Yield what becomes of each mutant, in order.

    Args:
        mutants: which.
        play: plays one, perhaps with its twin beside it, and says what caught it.
        source_of: the whole source of its file with the mutant in it, for the order test.
    """

    def judged(mutant: Mutant) -> Judgement:
        by = play(mutant, False)
        if not by and mutant.kind is Kind.SWAPPED and not asked_in_order(source_of(mutant).decode()):
            by = "order test"
        if not by and mutant.kind not in REQUIRED:
            twin = play(mutant, True)
            by = f"beside the twin: {twin}" if twin else ""
        return Judgement(mutant=mutant, by=by)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as workers:
        yield from workers.map(judged, mutants)


def play_python(mutant: Mutant, twins: bool) -> str:
    """Play with a mutant of the statute and return what caught it."""
    return run_plays(mutant.file, twins, source=source_of_python(mutant))


def source_of_python(mutant: Mutant) -> bytes:
    """Return the source of a file of the statute with a mutant in it."""
    return changed((ENGINE / mutant.file).read_bytes(), mutant.edit)


def run_plays(file: str, twins: bool, *, source: bytes = b"", environment: dict[str, str] | None = None) -> str:
    """Run the plays in a process of their own and return what caught the mutant."""
    words = ["twins"] if twins else []
    ended = subprocess.run(
        [sys.executable, "-m", "tests.mutation.plays", file, *words],
        input=source,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    said = ended.stdout.decode()
    if ended.returncode == -signal.SIGXCPU:
        return "it goes on for ever"
    if ended.returncode and not said:
        return "it falls over: " + (ended.stderr.decode().strip().splitlines() or ["without a word"])[-1]
    return said


def equivalent() -> dict[str, str]:
    """Return the mutants that nobody can tell from the law, each as `ENGINE NAME`, with its reason."""
    found: dict[str, str] = {}
    for block in LIST.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        reason = next((line.strip() for line in lines if line.startswith("    ")), "")
        names = [line for line in lines if not line.startswith("    ")]
        assert bool(names) == bool(reason), f"a mutant without its reason, or a reason without one: {block}"
        found |= dict.fromkeys(names, reason)
    return found
