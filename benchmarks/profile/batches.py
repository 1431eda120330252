"""Signed payments in batches of one size: how many a second, and how long a batch waits for its answers."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from benchmarks.figure import Spent, percentile
from benchmarks.payments import UNDER_WAY, count_settled, require_all
from benchmarks.world import World, in_batches, new_world
from dcep.ledger.native import verify_records
from dcep.ledger.worker.answers import Answer
from dcep.ledger.worker.pipeline import VERIFIERS
from dcep.messages.frames import join
from dcep.messages.signed import record_of

_WALLETS: Final = 20_000
_MOST_BATCHES: Final = 3_000
_MOST_PAYMENTS: Final = 120_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Batches:
    """What batches of one size gave."""

    size: int
    payments_per_second: float
    verified_per_second: float
    p50_ms: float
    p99_ms: float


def measure_batches(sizes: Sequence[int]) -> list[Batches]:
    """Pay in batches of each size, in one world."""
    with new_world() as world:
        world.add_signing(_WALLETS)
        return [_measure(world, size) for size in sizes]


def _measure(world: World, size: int) -> Batches:
    count = min(_MOST_BATCHES, _MOST_PAYMENTS // size) * size
    batches = in_batches(world.sign_payments(count), size)
    bodies = [join(map(record_of, batch)) for batch in batches]
    verified, paid = Spent(), Spent()
    with ThreadPoolExecutor(max_workers=VERIFIERS) as verifiers, verified:
        list(verifiers.map(lambda body: verify_records(world.economy.network, body), bodies))
    waits: list[float] = []
    with paid:
        settled = _pay(world, batches, waits)
    require_all(settled, count)
    return Batches(
        size=size,
        payments_per_second=paid.rate(count),
        verified_per_second=verified.rate(count),
        p50_ms=round(percentile(waits, 0.5), 2),
        p99_ms=round(percentile(waits, 0.99), 2),
    )


def _pay(world: World, batches: Sequence[Sequence[bytes]], waits: list[float]) -> int:
    """Keep some batches under way, note how long each waited, and return how many payments settled."""
    under_way: deque[Future[Sequence[Answer]]] = deque()
    settled = 0
    for batch in batches:
        if len(under_way) == UNDER_WAY:
            settled += count_settled(under_way.popleft().result())
        sent_at = time.perf_counter()
        future = world.line.submit_later(batch, at=world.economy.now)
        future.add_done_callback(lambda _, sent_at=sent_at: waits.append((time.perf_counter() - sent_at) * 1_000))
        under_way.append(future)
    return settled + sum(count_settled(future.result()) for future in under_way)
