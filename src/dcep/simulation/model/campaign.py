"""Many seeds, on every core: what was judged, which laws did not hold, and a digest of everything.

The result depends on the seeds alone, never on how many processes ran them: they are gathered in the order of
the seeds.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
from collections.abc import Iterator
from functools import partial
from multiprocessing.pool import Pool
from typing import Any, Final

from dcep.errors import BadInput
from dcep.simulation.model.broken import VARIANTS, breaks_the_engine
from dcep.simulation.model.play import Run, run_seed
from dcep.simulation.model.story import shorten, tell
from dcep.simulation.replay import Progress
from dcep.simulation.replay_command import ENGINES

STEPS: Final = 400
# Fewer seeds than this are run before another process would have started.
_WORTH_A_PROCESS: Final = 16
_AT_ONCE: Final = 4


def run_campaign(
    first: int, seeds: int, *, engine: str, variant: str = "", processes: int = 0, progress: Progress
) -> dict[str, Any]:
    """Run the seeds from `first` on.

    Args:
        engine: what judges the shards; a variant that leaves out a rule of the engine is always played in Python.
        variant: the rule that is left out; empty: none.
        processes: how many run them; 0: one a core.
        progress: called with (what, done, total).

    Returns:
        The keys of INTERFACES, `dcep simulate`. The first violation is explained as a short story.

    Raises:
        BadInput: `unknown_variant`, `bad_number`; nothing was run.
    """
    if variant and variant not in VARIANTS:
        raise BadInput("unknown_variant", f"no variant is named {variant}", next_step=f"one of {' '.join(VARIANTS)}")
    if seeds < 1 or not 0 <= first < 2**63:
        raise BadInput(
            "bad_number", "a seed is a whole number from 0, and there is at least one", where="--seed, --seeds"
        )
    engine = "python" if breaks_the_engine(variant) else engine
    runs = []
    for run in _run_all(range(first, first + seeds), engine, variant, processes or os.cpu_count() or 1):
        runs.append(run)
        progress("seeds", len(runs), seeds)
    return {
        "seeds": seeds,
        "engine": engine,
        "variant": variant or None,
        "frames": sum(run.frames for run in runs),
        "commands": sum(run.commands for run in runs),
        "violations": _explain([run for run in runs if run.law], engine, variant, progress),
        "digest": hashlib.sha256(b"".join(run.digest for run in runs)).hexdigest(),
    }


def run_one(seed: int, *, engine: str, variant: str) -> Run:
    """Run one seed as a campaign does."""
    return run_seed(seed, ENGINES[engine], variant, steps=STEPS)


def _run_all(seeds: range, engine: str, variant: str, processes: int) -> Iterator[Run]:
    run = partial(run_one, engine=engine, variant=variant)
    if processes == 1 or len(seeds) < _WORTH_A_PROCESS:
        yield from map(run, seeds)
        return
    with _processes(processes) as pool:
        yield from pool.imap(run, seeds, chunksize=_AT_ONCE)


def _processes(count: int) -> Pool:
    """Start processes that leave Ctrl-C to their parent, who then ends them.

    They are started anew, not forked: whatever threads run here, none is cut in two. From their first instruction on
    they have what the parent does with the key at this moment.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return multiprocessing.get_context("spawn").Pool(count)
    finally:
        signal.signal(signal.SIGINT, before)


def _explain(found: list[Run], engine: str, variant: str, progress: Progress) -> list[dict[str, Any]]:
    violations = [{"seed": run.seed, "step": run.step, "law": run.law, "explanation": run.explanation} for run in found]
    if found:
        shortest = shorten(found[0], ENGINES[engine], variant, steps=STEPS, progress=progress)
        violations[0]["explanation"] = "\n".join(tell(shortest))
    return violations
