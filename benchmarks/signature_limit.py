"""How many payments a second the machine can verify and do nothing else: the limit of every ledger with signatures."""

from __future__ import annotations

from benchmarks.figure import Figure, present
from benchmarks.payments import WALLETS, race
from benchmarks.world import FULL_BATCH


def measure() -> Figure:
    """Verify distinct payments in full batches on as many threads as the worker has."""
    result = race()
    return Figure(
        name="signature-limit",
        value=result.limit.value,
        unit=result.limit.unit,
        conditions=result.verified.conditions(result.count, payments=result.count, batch=FULL_BATCH, wallets=WALLETS),
    )


if __name__ == "__main__":
    present(measure)
