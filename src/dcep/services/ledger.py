"""A retail ledger as a process: one shard, and the relay between it and tier 1.

Start: `python -m dcep.services.ledger --settings FILE`.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from dcep.ids import TIER1, LedgerId
from dcep.ledger.client import WorkerLine
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.native import RustEngine
from dcep.ledger.relay import carry
from dcep.ledger.remote import RemoteLine
from dcep.services import machine
from dcep.services.chores import Chore
from dcep.services.outcome import ended
from dcep.services.serving import Desk, open_ledger, serve_ledger
from dcep.services.settings import LedgerSettings, Seconds, member, papers_in, read_settings, settings_path


class RetailSettings(LedgerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ledger's settings, where tier 1 is, and the papers that the relay shows there."""

    tier1_url: str
    key: Path
    certificate: Path
    shard: Annotated[int, msgspec.Meta(ge=0, le=254)] = 0
    engine: Literal["rust", "python"] = "rust"
    carry_every_s: Seconds = 1.0


async def serve(settings: RetailSettings, stop: asyncio.Event) -> int:
    """Serve a shard until it is told to stop."""
    make = RustEngine if settings.engine == "rust" else PythonEngine
    with ExitStack() as opened:
        line = open_ledger(settings, LedgerId(settings.shard), make, opened)
        # Little patience: what is not carried now is carried at the next turn, and a stop waits for this one.
        papers = papers_in(settings.key, settings.certificate)
        tier1 = RemoteLine(settings.tier1_url, line.network, TIER1, seal=papers.seal, patience_s=1.0, timeout_s=5.0)
        opened.callback(tier1.close)
        chores = [Chore("relay", _Relay(line, tier1).carry, settings.carry_every_s)]
        return await serve_ledger(settings, Desk(line, member(settings, papers), None, chores), stop)


class _Relay:
    """Carries between tier 1 and this shard: the time, messages and acknowledgements."""

    def __init__(self, shard: WorkerLine, tier1: RemoteLine) -> None:
        self._shard, self._tier1 = shard, tier1
        self._told: bytes | None = None

    def carry(self) -> None:
        """Carry everything that waits, once."""
        tick = self._tier1.tick()
        if tick is not None and tick != self._told:
            self._shard.submit([tick])
            self._told = tick
        carry(self._tier1, self._shard)
        carry(self._shard, self._tier1)


def main() -> int:
    """Run the process."""
    settings = read_settings(RetailSettings, settings_path())
    return machine.run(lambda stop: serve(settings, stop))


if __name__ == "__main__":
    sys.exit(ended(main))
