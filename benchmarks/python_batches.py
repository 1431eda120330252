"""Signed payments submitted from Python in full batches, each batch waited for by a thread of its own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from benchmarks.figure import Figure, Reference, Spent, present
from benchmarks.payments import PER_ROUND, WALLETS, count_settled, require_all
from benchmarks.world import FULL_BATCH, World, in_batches, new_world

_SUBMITTERS: Final = 8
_ROUNDS: Final = 5


def measure() -> Figure:
    """Submit and read every answer."""
    spent = Spent()
    with new_world() as world, ThreadPoolExecutor(max_workers=_SUBMITTERS) as submitters:
        world.add_signing(WALLETS)
        for _ in range(_ROUNDS):
            batches = in_batches(world.sign_payments(PER_ROUND))
            with spent:
                settled = sum(submitters.map(lambda batch: _submit(world, batch), batches))
            require_all(settled, PER_ROUND)
    count = _ROUNDS * PER_ROUND
    return Figure(
        name="python-batches",
        value=spent.rate(count),
        unit="payments/s",
        reference=Reference(
            name="TigerBeetle's Python client, unsigned, quoted: the upper end of 49-66 k/s",
            value=66_000,
            unit="payments/s",
        ),
        conditions=spent.conditions(count, payments=count, batch=FULL_BATCH, submitters=_SUBMITTERS, wallets=WALLETS),
    )


def _submit(world: World, batch: Sequence[bytes]) -> int:
    return count_settled(world.line.submit(batch, at=world.economy.now))


if __name__ == "__main__":
    present(measure)
