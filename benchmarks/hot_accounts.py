"""Unsigned payments between two accounts, durable: nothing is gained by spreading the load."""

from __future__ import annotations

from benchmarks.apply import measure_apply
from benchmarks.figure import Figure, Reference, present


def measure() -> Figure:
    """Pay to and fro between two accounts."""
    quoted = Reference(name="TigerBeetle on two hot accounts, quoted", value=562_000, unit="payments/s")
    return measure_apply("hot-accounts", accounts=2, batches=200, reference=quoted)


if __name__ == "__main__":
    present(measure)
