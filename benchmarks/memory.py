"""Bytes of memory an account, its index and window included."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Final

from benchmarks.figure import Figure, Reference, present
from benchmarks.world import new_world
from dcep.ledger.native import RustEngine
from dcep.messages.genesis import encode_genesis

_ACCOUNTS: Final = 1_000_000


def measure() -> Figure:
    """Take a shard's chunks into a new engine, and see how much more memory the process has."""
    with new_world() as world:
        world.add_unsigned(_ACCOUNTS)
        # What the history's index frees while it is written would be taken for the engine's.
        world.line.build_history()
        genesis, ledger = encode_genesis(world.economy.genesis), world.line.ledger
        chunks = ledger.engine.chunks()
        before = _resident()
        engine = RustEngine(genesis, ledger.ledger, chunks)
        grown = _resident() - before
        if engine.root() != ledger.engine.root():
            raise AssertionError("the second engine has another state")
    return Figure(
        name="memory",
        value=round(grown / _ACCOUNTS, 1),
        unit="B an account",
        reference=Reference(name="the figure to reach", value=128, unit="B an account"),
        conditions={"accounts": _ACCOUNTS, "load": round(os.getloadavg()[0], 2)},
    )


def _resident() -> int:
    # What was freed and is still held would hide what is new.
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    present(measure)
