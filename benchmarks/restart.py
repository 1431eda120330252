"""How long a start takes from a snapshot of a million accounts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from benchmarks.figure import Figure, Reference, Spent, present
from benchmarks.world import world_in
from dcep.ledger.client import open_line
from dcep.ledger.folder import Folder
from dcep.ledger.native import RustEngine
from dcep.simulation.economy import SHARD

_ACCOUNTS: Final = 1_000_000


def measure() -> Figure:
    """Fill a shard, keep a snapshot, leave, and open it again."""
    spent = Spent()
    with tempfile.TemporaryDirectory(prefix="dcep-bench-") as folder:
        data = Path(folder)
        with world_in(data) as world:
            world.add_unsigned(_ACCOUNTS)
            world.economy.checkpoint()
            log_bytes, worker, now = world.log_bytes, world.worker, world.economy.now
        with Folder.open(data) as reopened, spent:
            line = open_line(reopened, SHARD, RustEngine, worker, lambda: now)
        line.close()
    return Figure(
        name="restart",
        value=round(spent.wall_s, 2),
        unit="s",
        reference=Reference(name="the figure to reach", value=2, unit="s"),
        conditions=spent.conditions(_ACCOUNTS, accounts=_ACCOUNTS, log_bytes=log_bytes, history="not built"),
    )


if __name__ == "__main__":
    present(measure)
