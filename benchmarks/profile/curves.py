"""How throughput and latency depend on the size of a batch, and throughput on the number of accounts: a picture.

    python -m benchmarks.profile.curves [--json] [FILE.svg]

Left: signed payments, durable, with 12 batches of one size under way, and how long one waits; beside them the check
of the signatures alone in batches of the same size. Right: unsigned payments straight to a durable log and the engine,
in batches of 8,192.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.apply import measure_apply
from benchmarks.profile.batches import Batches, measure_batches

_SIZES: Final = (1, 4, 16, 64, 256, 1_489)
_ACCOUNTS: Final = (2, 1_000, 10_000, 100_000, 1_000_000)
_APPLIED_BATCHES: Final = 60
_PLACE: Final = Path(__file__).with_name("curves.svg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Signed payments by the size of their batch; unsigned ones a second by the number of accounts."""

    signed: Sequence[Batches]
    unsigned: dict[int, float]
    load: float


def measure() -> Curves:
    """Measure every point, one after the other."""
    return Curves(
        signed=measure_batches(_SIZES),
        unsigned={
            accounts: measure_apply("apply", accounts=accounts, batches=_APPLIED_BATCHES, reference=None).value
            for accounts in _ACCOUNTS
        },
        load=round(os.getloadavg()[0], 2),
    )


def draw(curves: Curves, place: Path) -> None:
    """Draw the curves, logarithmic in both directions, into an SVG file."""
    # The same figures give the same bytes.
    mpl.rcParams.update({"svg.hashsalt": "dcep", "svg.fonttype": "none", "font.size": 9})
    figure = Figure(figsize=(11, 4), layout="constrained")
    rate, wait, accounts = figure.subplots(1, 3)
    sizes = [point.size for point in curves.signed]
    rate.plot(sizes, [point.payments_per_second for point in curves.signed], "o-", label="verified, durable, answered")
    rate.plot(sizes, [point.verified_per_second for point in curves.signed], "s--", label="verified only")
    rate.set(title="signed payments", xlabel="payments a batch", ylabel="payments/s")
    wait.plot(sizes, [point.p50_ms for point in curves.signed], "o-", label="p50")
    wait.plot(sizes, [point.p99_ms for point in curves.signed], "s--", label="p99")
    wait.set(title="a batch waits, 12 under way", xlabel="payments a batch", ylabel="ms")
    accounts.plot(list(curves.unsigned), list(curves.unsigned.values()), "o-", label="applied, durable")
    accounts.set(title="unsigned payments, 8,192 a batch", xlabel="accounts", ylabel="payments/s")
    for panel in (rate, wait, accounts):
        panel.set(xscale="log", yscale="log")
        panel.grid(visible=True, which="major", alpha=0.3)
        panel.legend()
    figure.savefig(place, format="svg", metadata={"Date": None})


def main() -> None:
    """Measure, draw, and say where the picture is, or print the points as one JSON document."""
    words = sys.argv[1:]
    places = [Path(word) for word in words if not word.startswith("--")]
    curves = measure()
    draw(curves, places[0] if places else _PLACE)
    if "--json" in words:
        sys.stdout.write(json.dumps(asdict(curves)) + "\n")
    else:
        sys.stdout.write(f"{places[0] if places else _PLACE}: load {curves.load}\n")


if __name__ == "__main__":
    main()
