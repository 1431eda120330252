"""The latency of small batches on a ledger that has seen many payments."""

from __future__ import annotations

import time
from random import Random  # noqa: TID251  seeded: the same payments every time
from typing import Final

from benchmarks.apply import BATCH
from benchmarks.figure import Figure, Reference, Spent, percentile, present
from benchmarks.payments import count_settled, require_all
from benchmarks.world import bodies_of, in_batches, new_world

_BUILD_S: Final = 25
_ACCOUNTS: Final = 100_000
_SIGNING: Final = 4_096
_SMALL: Final = 16
_BATCHES: Final = 2_000


def measure() -> Figure:
    """Pay for a while to give the ledger a past, then time batches of 16 signed payments one after the other."""
    chance, latencies_ms, spent, past = Random(1), [], Spent(), 0
    with new_world() as world:
        world.add_signing(_SIGNING)
        until = time.perf_counter() + _BUILD_S
        world.add_unsigned(_ACCOUNTS)
        while time.perf_counter() < until:
            payers = [chance.randrange(_ACCOUNTS) for _ in range(BATCH)]
            world.append(bodies_of([world.pay_unsigned(payer, payer - 1) for payer in payers]), BATCH)
            past += BATCH
        for batch in in_batches(world.sign_payments(_BATCHES * _SMALL), _SMALL):
            sent_at = time.perf_counter()
            with spent:
                answers = world.line.submit(batch, at=world.economy.now)
            latencies_ms.append((time.perf_counter() - sent_at) * 1_000)
            require_all(count_settled(answers), _SMALL)
    return Figure(
        name="small-batches",
        value=round(percentile(latencies_ms, 0.99), 2),
        unit="ms p99",
        reference=Reference(name="TigerBeetle at 10 M transfers, quoted", value=127, unit="ms p99"),
        conditions=spent.conditions(
            _BATCHES * _SMALL,
            batch=_SMALL,
            batches=_BATCHES,
            payments_before=past,
            accounts=_ACCOUNTS,
            p50_ms=round(percentile(latencies_ms, 0.5), 2),
            max_ms=round(max(latencies_ms), 2),
        ),
    )


if __name__ == "__main__":
    present(measure)
