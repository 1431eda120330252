"""Signed payments over REST, durable: tier 1 and the retail ledger in processes of their own, the load in another.

First one payment a request over 128 connections, answered with its receipt; then whole batches, two under way.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from benchmarks.figure import Figure, Reference, Spent, percentile, present
from benchmarks.payments import require_all
from dcep.ledger.worker.answers import Answer
from dcep.messages.commands.payments import Pay
from dcep.messages.frames import join
from dcep.messages.outcomes import Status
from dcep.messages.signatory import Signatory, sign_bodies
from dcep.money import Fen
from tests.street import Process, Town, later, town

_CONNECTIONS: Final = 128
_WALLETS: Final = 1_024
_WARM_UP: Final = 4_096
_PAYMENTS: Final = 40_000
_BATCHED: Final = 150_000
# As many payments as fill a frame of 256 KiB.
_BATCH: Final = 1_489
_UNDER_WAY: Final = 4
_OPENING: Final = Fen(1_000_000)


def measure() -> Figure:
    """Load the payment route, then the batch route, and report both."""
    spent = Spent()
    with tempfile.TemporaryDirectory(prefix="dcep-bench-") as folder, town(Path(folder)) as place:
        wallets = [wallet.signatory for wallet in place.new_wallets(place.line(), _WALLETS, _OPENING)]
        _run(place, Path(folder) / "warm-up", _sign(wallets, _WARM_UP))
        wires = _sign(wallets, _PAYMENTS)
        before = _cpu_s(place.shard)
        with spent:
            seen = _run(place, Path(folder) / "payments", wires)
        server_s = _cpu_s(place.shard) - before
        require_all(int(seen["settled"]), _PAYMENTS)
        batched = _batches(place, _sign(wallets, _BATCHED))
    return Figure(
        name="rest",
        value=round(_PAYMENTS / seen["wall_s"], 1),
        unit="payments/s",
        reference=Reference(
            name="an unsigned transfer function of PostgreSQL, quoted", value=5_261, unit="transfers/s"
        ),
        conditions={
            "payments": _PAYMENTS,
            "connections": _CONNECTIONS,
            "p50_ms": round(seen["p50_ms"], 2),
            "p99_ms": round(seen["p99_ms"], 2),
            "server_cpu_us_each": round(server_s / _PAYMENTS * 1e6, 1),
            "load_cpu_us_each": round(seen["cpu_s"] / _PAYMENTS * 1e6, 1),
            **batched,
            **{key: value for key, value in spent.conditions(_PAYMENTS).items() if key == "load"},
        },
    )


def _sign(wallets: Sequence[Signatory], count: int) -> list[bytes]:
    """Return payments of each wallet in turn, each to the wallet behind it."""
    expires_at = later()
    payers = [wallets[place % len(wallets)] for place in range(count)]
    bodies = [
        payer.body(Pay(receiver=wallets[(place + 1) % len(wallets)].account, amount=Fen(1)), expires_at)
        for place, payer in enumerate(payers)
    ]
    return sign_bodies(payers, bodies)


def _run(place: Town, file: Path, wires: Sequence[bytes]) -> dict[str, float]:
    file.write_bytes(join(wires))
    line = [sys.executable, "-m", "benchmarks.rest.load", str(place.shard_port), str(_CONNECTIONS), str(file)]
    done = subprocess.run(line, stdout=subprocess.PIPE, check=True)  # noqa: S603  a script of this checkout
    seen: dict[str, float] = json.loads(done.stdout)
    return seen


def _batches(place: Town, wires: Sequence[bytes]) -> dict[str, Any]:
    """Send whole batches, some under way at once, and return their rate."""
    line = place.line()
    batches = [wires[start : start + _BATCH] for start in range(0, len(wires), _BATCH)]
    waits: list[float] = []

    def send(batch: Sequence[bytes]) -> Sequence[Answer]:
        sent_at = time.perf_counter()
        answers = line.submit(batch)
        waits.append((time.perf_counter() - sent_at) * 1_000)
        return answers

    settled, under_way = 0, deque[Any]()
    before, began = _cpu_s(place.shard), time.perf_counter()
    # One thread: batches of one wallet arrive in order; the next is sent when the first of those under way is answered.
    with ThreadPoolExecutor(max_workers=_UNDER_WAY) as pool:
        for batch in batches:
            if len(under_way) == _UNDER_WAY:
                settled += _settled(under_way.popleft().result())
            under_way.append(pool.submit(send, batch))
        settled += sum(_settled(future.result()) for future in under_way)
    wall_s = time.perf_counter() - began
    require_all(settled, len(wires))
    return {
        "batched_payments_per_second": round(len(wires) / wall_s, 1),
        "batched_p99_ms": round(percentile(waits, 0.99), 1),
        "batched_server_cpu_us_each": round((_cpu_s(place.shard) - before) / len(wires) * 1e6, 1),
    }


def _settled(answers: Sequence[Answer]) -> int:
    return sum(answer.outcome.status is Status.SETTLED for answer in answers)


def _cpu_s(process: Process) -> float:
    """Return the CPU time that a process has used: fields 14 and 15 of its line, in ticks of 10 ms."""
    fields = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


if __name__ == "__main__":
    present(measure)
