"""A ledger's process: open the ledger, serve it, and keep what must be done beside it going until the end.

1. The data folder is shared with the other ledgers' processes, and with nobody who wants it alone.
2. Work beside the requests (telling the time, carrying, checkpoints) is done again and again; what cannot be done now
   is tried again at the next turn.
3. A worker that has stopped, the disk being full, is the end of the process: whoever watches it starts it again.
4. At a signal no new connection is taken, what is under way is answered, then the files are closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Final, NamedTuple

from dcep.errors import Unavailable
from dcep.http.events import Bell
from dcep.http.server import serve
from dcep.identity.member import Member
from dcep.ids import LedgerId
from dcep.ledger.client import WorkerLine, open_line
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.folder import Folder
from dcep.ledger.routes import ledger_service
from dcep.ledger.timekeeping import Teller
from dcep.services import machine
from dcep.services.chores import LOG, Chore, beside, keep, silence, wait
from dcep.services.settings import LedgerSettings, signer_in

_DONE: Final = 0
# Whoever waits at a stopped worker hears 503 before the process ends.
_FAREWELL_S: Final = 1.0
_LOOK_S: Final = 0.25


class Desk(NamedTuple):
    """An opened ledger, as its process serves it."""

    line: WorkerLine
    member: Member
    teller: Teller | None
    chores: Sequence[Chore]


def open_ledger(settings: LedgerSettings, ledger: LedgerId, make: EngineMaker, opened: ExitStack) -> WorkerLine:
    """Open a ledger of the data folder, to be closed with the stack.

    Raises:
        DcepError: the folder is not there, held by somebody alone, or damaged.
    """
    # 1.
    folder = opened.enter_context(Folder.open(settings.data, is_shared=True))
    line = open_line(folder, ledger, make, signer_in(settings.worker_key), machine.now)
    opened.callback(line.close)
    return line


async def serve_ledger(settings: LedgerSettings, desk: Desk, stop: asyncio.Event) -> int:
    """Serve an opened ledger until it is told to stop; return the exit code."""
    line, member, bell = desk.line, desk.member, Bell(asyncio.get_running_loop())

    def missing() -> list[str]:
        lacks = {
            "worker": not line.is_running,
            "time": machine.now() > line.ledger.furthest,
            "stopping": stop.is_set(),
        }
        return [name for name, is_missing in lacks.items() if is_missing] + member.missing()

    edge = ledger_service(
        line,
        member.askers,
        ids=machine.request_ids(),
        bell=bell,
        missing=missing,
        warnings=member.warnings,
        teller=desk.teller,
    )
    checkpoint = Chore("checkpoint", _checkpoints(line), settings.checkpoint_every_s)
    chores = [keep(chore, stop) for chore in (*desk.chores, checkpoint)]
    # 4.
    async with beside(stop, *chores, _watch(line, stop), silence(bell, stop)):
        await serve(edge, settings.host, settings.port, stop)
    # 3.
    return _DONE if line.is_running else Unavailable.exit_code


# 2.


def _checkpoints(line: WorkerLine) -> Callable[[], None]:
    """Return the work of taking a checkpoint, if anything was done since the last one."""
    last = line.ledger.seq

    def work() -> None:
        nonlocal last
        # The checkpoint's own frame, and that of a tick, are nothing done.
        if line.ledger.seq > last + 1:
            line.checkpoint()
            last = line.ledger.seq

    return work


# 3.


async def _watch(line: WorkerLine, stop: asyncio.Event) -> None:
    while line.is_running and not stop.is_set():
        await wait(stop, _LOOK_S)
    if not line.is_running:
        LOG.error("the worker has stopped: the process ends, and a start reads the log")
        await wait(stop, _FAREWELL_S)
        stop.set()
