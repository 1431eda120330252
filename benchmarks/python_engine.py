"""Signed payments judged by the statute in plain Python, with the same native check of signatures."""

from __future__ import annotations

from typing import Final

from benchmarks.figure import Figure, Reference, Spent, present
from benchmarks.payments import pay, require_all
from benchmarks.world import FULL_BATCH, in_batches, new_world
from dcep.ledger.engine.statute import PythonEngine

_WALLETS: Final = 5_000
_PAYMENTS: Final = 40 * FULL_BATCH


def measure() -> Figure:
    """Pay in full batches on the Python engine."""
    spent = Spent()
    with new_world(PythonEngine) as world:
        world.add_signing(_WALLETS)
        batches = in_batches(world.sign_payments(_PAYMENTS))
        with spent:
            settled = pay(world, batches)
        require_all(settled, _PAYMENTS)
    return Figure(
        name="python-engine",
        value=spent.rate(_PAYMENTS),
        unit="payments/s",
        reference=Reference(name="the figure to reach", value=8_000, unit="payments/s"),
        conditions=spent.conditions(_PAYMENTS, payments=_PAYMENTS, batch=FULL_BATCH, wallets=_WALLETS),
    )


if __name__ == "__main__":
    present(measure)
