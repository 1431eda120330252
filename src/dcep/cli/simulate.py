"""`dcep simulate`: the seeded model of the protocol under faults."""

from __future__ import annotations

from typing import Any, Final, Literal

from dcep.cli.output import DONE, NO, print_json, say
from dcep.cli.progress import progress_bar

_MOST_SHOWN: Final = 10


def simulate(
    *,
    seed: int,
    seeds: int = 1,
    engine: Literal["rust", "python"] = "rust",
    variant: str = "",
    json: bool = False,
) -> int:
    """Run the seeded model: ledgers, senders, thieves and faults in one process, held to the laws at every step.

    Parameters
    ----------
    seed
        The first seed; the same line always does the same.
    seeds
        How many seeds, from the first on; they run on every core.
    engine
        What judges the shards: the Rust engine, or the statute in Python.
    variant
        Leave this rule out on purpose; then violations must be found.
    json
        Print one JSON document.
    """
    from dcep.simulation.model.campaign import run_campaign

    result = run_campaign(seed, seeds, engine=engine, variant=variant, progress=progress_bar())
    if json:
        print_json(result)
    else:
        _say(result)
    return NO if result["violations"] else DONE


def _say(result: dict[str, Any]) -> None:
    for found in result["violations"][:_MOST_SHOWN]:
        *story, last = found["explanation"].splitlines()
        say(f"✗ seed {found['seed']}, step {found['step']}: {found['law']}" + (":" if story else f": {last}"))
        for line in [*story, last] if story else []:
            say(f"  {line}")
    hidden = len(result["violations"]) - _MOST_SHOWN
    if hidden > 0:
        say(f"… and {hidden:,} more, all of them with --json")
    without = f" without the rule of `{result['variant']}`" if result["variant"] else ""
    seeds = "1 seed" if result["seeds"] == 1 else f"{result['seeds']:,} seeds"
    say(f"{seeds}{without}, {result['frames']:,} frames, {result['commands']:,} commands, engine {result['engine']}")
    violated = len(result["violations"])
    say("✓ every law held at every step" if not violated else f"✗ a law did not hold in {violated:,} of them")
    say(f"digest {result['digest']}")
