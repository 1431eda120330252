"""Tier 1 as a process: the ledger of the issuing vault, on one node, which also tells the time.

Start: `python -m dcep.services.tier1 --settings FILE`.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path

from dcep.ids import TIER1
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.timekeeping import TELL_EVERY_S, Teller
from dcep.services import machine
from dcep.services.chores import Chore
from dcep.services.outcome import ended
from dcep.services.serving import Desk, open_ledger, serve_ledger
from dcep.services.settings import LedgerSettings, member, read_settings, settings_path, signer_in


class Tier1Settings(LedgerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ledger's settings, and the members' key that tells the time."""

    members_key: Path
    tell_every_s: float = TELL_EVERY_S


async def serve(settings: Tier1Settings, stop: asyncio.Event) -> int:
    """Serve tier 1 until it is told to stop."""
    with ExitStack() as opened:
        line = open_ledger(settings, TIER1, PythonEngine, opened)
        teller = Teller(line, signer_in(settings.members_key), machine.now)
        chores = [Chore("tick", teller.tell, settings.tell_every_s)]
        return await serve_ledger(settings, Desk(line, member(settings), teller, chores), stop)


def main() -> int:
    """Run the process."""
    settings = read_settings(Tier1Settings, settings_path())
    return machine.run(lambda stop: serve(settings, stop))


if __name__ == "__main__":
    sys.exit(ended(main))
