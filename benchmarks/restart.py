"""How long a start takes from a snapshot of a million accounts, and how fast what stands behind it is replayed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random  # noqa: TID251  seeded: the same payments every time
from typing import Final

from benchmarks.apply import BATCH
from benchmarks.figure import Figure, Reference, Spent, present
from benchmarks.world import World, bodies_of, world_in
from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.ledger.client import WorkerLine, open_line
from dcep.ledger.folder import Folder
from dcep.ledger.native import RustEngine
from dcep.simulation.economy import SHARD

_ACCOUNTS: Final = 1_000_000
_BATCHES_BEHIND: Final = 60


def measure() -> Figure:
    """Fill a shard, keep a snapshot, pay, leave and open it again; then once more, with a snapshot of everything."""
    with_replay, spent = Spent(), Spent()
    with tempfile.TemporaryDirectory(prefix="dcep-bench-") as folder:
        data = Path(folder)
        with world_in(data) as world:
            world.add_unsigned(_ACCOUNTS)
            world.economy.checkpoint()
            replayed = _pay(world)
            log_bytes, worker, now = world.log_bytes, world.worker, world.economy.now
        with _opened(data, worker, now, with_replay) as line:
            line.checkpoint()
        with _opened(data, worker, now, spent):
            pass
    replay_s, replay_cpu_s = with_replay.wall_s - spent.wall_s, with_replay.cpu_s - spent.cpu_s
    return Figure(
        name="restart",
        value=round(spent.wall_s, 2),
        unit="s",
        reference=Reference(name="the figure to reach", value=2, unit="s"),
        conditions=spent.conditions(
            _ACCOUNTS,
            accounts=_ACCOUNTS,
            log_bytes=log_bytes,
            history="not built",
            replayed=replayed,
            replayed_per_s=round(replayed / replay_s),
            replay_cpu_us_each=round(replay_cpu_s / replayed * 1e6, 2),
        ),
    )


def _pay(world: World) -> int:
    """Pay from accounts drawn at random, each to its neighbour; return how often."""
    chance = Random(_ACCOUNTS)
    for _ in range(_BATCHES_BEHIND):
        payers = [chance.randrange(_ACCOUNTS) for _ in range(BATCH)]
        world.append(bodies_of([world.pay_unsigned(payer, payer - 1) for payer in payers]), BATCH)
    return _BATCHES_BEHIND * BATCH


@contextmanager
def _opened(data: Path, worker: Signer, now: UnixMs, spent: Spent) -> Iterator[WorkerLine]:
    """Open the shard against the clock."""
    with Folder.open(data) as folder:
        with spent:
            line = open_line(folder, SHARD, RustEngine, worker, lambda: now)
        yield line
        line.close()


if __name__ == "__main__":
    present(measure)
