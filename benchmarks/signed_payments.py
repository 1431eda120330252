"""Signed payments, verified, judged, durable, applied and answered, beside the check of their signatures alone."""

from __future__ import annotations

from benchmarks.figure import Figure, present
from benchmarks.payments import race, require_all


def measure() -> Figure:
    """Race the pipeline against verify-only over the same payments."""
    result = race()
    require_all(result.settled, result.count)
    return result.figure("signed-payments", result.limit)


if __name__ == "__main__":
    present(measure)
