"""Signed payments from Python one at a time, 256 callers: each sends its next payment when the last is answered.

A caller is a chain of futures: the callback of one answer submits the next payment. No thread stands behind it.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Event
from typing import Final

from benchmarks.figure import Figure, Reference, Spent, percentile, present
from benchmarks.payments import count_settled, require_all
from benchmarks.world import World, new_world
from dcep.ledger.worker.answers import Answer

_CALLERS: Final = 256
_WALLETS: Final = 20_000
_PAYMENTS: Final = 300_000


class Callers:
    """Chains that take payments off one list until it is empty."""

    def __init__(self, world: World, wires: list[bytes]) -> None:
        self._line, self._now = world.line, world.economy.now
        self._wires = iter(wires)
        self._left = len(wires)
        self._done = Event()
        self.settled = 0
        self.latencies_ms = array("d")

    def run(self) -> None:
        """Start every caller, and return when the last payment is answered."""
        for _ in range(_CALLERS):
            self._send()
        self._done.wait()

    def _send(self) -> None:
        wire = next(self._wires, None)
        if wire is None:
            return
        sent_at = time.perf_counter()
        future = self._line.submit_later([wire], at=self._now)
        future.add_done_callback(lambda answered: self._take(answered, sent_at))

    def _take(self, answered: Future[Sequence[Answer]], sent_at: float) -> None:
        # The worker calls back from one thread; the first calls may come from the starter's.
        self.latencies_ms.append((time.perf_counter() - sent_at) * 1_000)
        self.settled += count_settled(answered.result())
        self._left -= 1
        if self._left == 0:
            self._done.set()
        self._send()


def measure() -> Figure:
    """Let the callers pay, and report the rate with the latency in its conditions."""
    spent = Spent()
    with new_world() as world:
        world.add_signing(_WALLETS)
        callers = Callers(world, world.sign_payments(_PAYMENTS))
        with spent:
            callers.run()
        require_all(callers.settled, _PAYMENTS)
    return Figure(
        name="python-api",
        value=spent.rate(_PAYMENTS),
        unit="payments/s",
        reference=Reference(
            name="TigerBeetle's Python client, unsigned, quoted: the upper end of 5-10 k/s",
            value=10_000,
            unit="payments/s",
        ),
        conditions=spent.conditions(
            _PAYMENTS,
            payments=_PAYMENTS,
            callers=f"{_CALLERS}, futures chained",
            p50_ms=round(percentile(callers.latencies_ms, 0.5), 2),
            p99_ms=round(percentile(callers.latencies_ms, 0.99), 2),
        ),
    )


if __name__ == "__main__":
    present(measure)
