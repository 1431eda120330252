"""A measured figure: value, ratio to what it is held against, conditions, and the load of the machine beside it."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a figure is held against: measured in the same run, or quoted and marked so in its name."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table; `conditions` say under what it holds, CPU time and load included."""

    name: str
    value: float
    unit: str
    conditions: Mapping[str, float | str]
    reference: Reference | None = None

    @property
    def ratio(self) -> float | None:
        """Return the value as a multiple of the reference."""
        return None if self.reference is None else round(self.value / self.reference.value, 3)


class Spent:
    """Wall and CPU time of a stretch of work; several stretches with the same object add up."""

    def __init__(self) -> None:
        self.wall_s = self.cpu_s = 0.0

    def __enter__(self) -> Self:
        # What was made before the clock runs stands in other processes elsewhere: the collector leaves it out.
        gc.freeze()
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall_s += time.perf_counter() - self._wall
        self.cpu_s += time.process_time() - self._cpu

    def rate(self, count: int) -> float:
        """Return how many a second were done."""
        return round(count / self.wall_s, 1)

    def conditions(self, count: int, **others: float | str) -> dict[str, float | str]:
        """Return the others, CPU time for each of `count`, and the load average of the last minute."""
        return others | {"cpu_us_each": round(self.cpu_s / count * 1e6, 2), "load": round(os.getloadavg()[0], 2)}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def present(measure: Callable[[], Figure]) -> None:
    """Measure, and print the figure as one JSON object on standard output."""
    figure = measure()
    sys.stdout.write(json.dumps(asdict(figure) | {"ratio": figure.ratio}) + "\n")
