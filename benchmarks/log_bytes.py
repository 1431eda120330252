"""Bytes of log that a signed payment takes in full batches; headers and outcomes apart."""

from __future__ import annotations

from typing import Final

from benchmarks.figure import Figure, Reference, Spent, present
from benchmarks.payments import pay, require_all
from benchmarks.world import FULL_BATCH, in_batches, new_world

_WALLETS: Final = 5_000
_PAYMENTS: Final = 20 * FULL_BATCH


def measure() -> Figure:
    """Pay, and see by how much the files have grown."""
    spent = Spent()
    with new_world() as world:
        world.add_signing(_WALLETS)
        batches = in_batches(world.sign_payments(_PAYMENTS))
        log, headers = world.log_bytes, world.header_bytes
        with spent:
            settled = pay(world, batches)
        require_all(settled, _PAYMENTS)
        log, headers = world.log_bytes - log, world.header_bytes - headers
    return Figure(
        name="log-bytes",
        value=round(log / _PAYMENTS, 1),
        unit="B a payment",
        reference=Reference(name="the figure to reach", value=200, unit="B a payment"),
        conditions=spent.conditions(
            _PAYMENTS, payments=_PAYMENTS, batch=FULL_BATCH, header_and_outcome_bytes_each=round(headers / _PAYMENTS, 1)
        ),
    )


if __name__ == "__main__":
    present(measure)
