"""Unsigned payments straight to a durable log and the engine: among a million accounts, in batches of 8,192."""

from __future__ import annotations

from random import Random  # noqa: TID251  seeded: the same payments every time
from typing import Final

from benchmarks.figure import Figure, Reference, Spent, present
from benchmarks.world import bodies_of, new_world

BATCH: Final = 8_192


def measure_apply(name: str, *, accounts: int, batches: int, reference: Reference | None) -> Figure:
    """Append, flush and apply batches that were made before the clock runs; every payment must settle."""
    chance, spent = Random(accounts), Spent()
    bodies: list[bytes] = []
    with new_world() as world:
        world.add_unsigned(accounts)
        for _ in range(batches):
            payers = [chance.randrange(accounts) for _ in range(BATCH)]
            bodies += bodies_of([world.pay_unsigned(payer, payer - 1) for payer in payers])
        # What stands in the log already is no work of these payments.
        world.line.build_history()
        with spent:
            world.append(bodies, batches * BATCH)
    count = batches * BATCH
    return Figure(
        name=name,
        value=spent.rate(count),
        unit="payments/s",
        reference=reference,
        conditions=spent.conditions(count, payments=count, batch=BATCH, accounts=accounts),
    )


def measure() -> Figure:
    """Pay from accounts drawn at random, each to its neighbour."""
    quoted = Reference(name="TigerBeetle, quoted: the upper end of 166-310 k/s", value=310_000, unit="payments/s")
    return measure_apply("apply", accounts=1_000_000, batches=120, reference=quoted)


if __name__ == "__main__":
    present(measure)
