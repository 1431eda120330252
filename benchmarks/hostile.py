"""Signed payments of which one in a hundred is forged: what an attacker can cost everybody else."""

from __future__ import annotations

from typing import Final

from benchmarks.figure import Figure, present
from benchmarks.payments import PER_ROUND, ROUNDS, WALLETS, Race, forge
from benchmarks.world import new_world

_FORGED_EVERY: Final = 100


def measure() -> Figure:
    """Race honest payments against hostile ones, the limit being verify-only of honest ones in the same run."""
    honest, hostile = Race(), Race()
    with new_world() as world:
        world.add_signing(WALLETS)
        for _ in range(ROUNDS // 2):
            honest.run(world, world.sign_payments(PER_ROUND))
            hostile.run(world, forge(world.sign_payments(PER_ROUND), _FORGED_EVERY))
    return hostile.figure("hostile", limit=honest.limit, forged_every=_FORGED_EVERY)


if __name__ == "__main__":
    present(measure)
