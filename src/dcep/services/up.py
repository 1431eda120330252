"""A whole currency on one machine: found it if it is not, start its processes in order, keep them alive until the end.

1. One supervisor for a data folder: another one waits for nothing and is told so.
2. The currency is founded, or found again with every key.
3. Certificates that end soon are renewed, before the processes start and while they run.
4. The processes are started, tier 1 first; what an earlier supervisor has left behind has ended by then.
5. At a signal they are stopped in reverse.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dcep.errors import BadInput, Unavailable
from dcep.issuance.rules import read_rules
from dcep.ledger.folder import Folder, make_folder
from dcep.services import machine
from dcep.services.ceremony import Ceremony
from dcep.services.chores import Chore, beside, keep
from dcep.services.supervisor import Kept, Service, Supervisor
from dcep.services.topology import CENTRAL_BANK, SHARD_NAME, TIER1_NAME, Address

START_S: Final = 60.0
RENEW_EVERY_S: Final = 3_600.0
# What a killed supervisor has left behind ends by itself, and holds the folder until then.
_LEFT_BEHIND_S: Final = 15.0
_LOOK_S: Final = 0.1
_RULES: Final = "ecny-2021"
# What stands in for somebody else's system, or for hands that must not be one; a production network has none of these.
STAND_INS: Final = (
    "EmbeddedTier1: one node and no consensus",
    "SimulatedSettlement: no real reserves are locked",
    "OneHand: the keys of officers, supervision, members and the authentication centre lie on this machine",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is there when everything is ready."""

    seconds: float
    data: Path
    network: str
    services: list[Kept]

    def document(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        rows = [
            {
                "name": kept.service.name,
                "kind": kept.service.kind,
                "url": kept.service.url,
                "pid": kept.process.pid if kept.process else None,
            }
            for kept in self.services
        ]
        return {"ready": True, "seconds": round(self.seconds, 2), "data": str(self.data), "services": rows}


def require_no_stand_ins(profile: str) -> None:
    """Return only if the profile bears what stands in here for something else.

    Raises:
        BadInput: `stand_ins`, each by name.
    """
    if profile == "production":
        step = "run it as a laboratory: leave out --profile; a production network is started process by process"
        raise BadInput("stand_ins", f"the production profile refuses {'; '.join(STAND_INS)}", next_step=step)


async def live(
    data: Path, address: Address, stop: asyncio.Event, *, ready: Callable[[Report], None], tell: Callable[[str], None]
) -> int:
    """Run a currency until it is told to stop; return the exit code.

    Args:
        data: the data folder, there or not yet.
        address: where its services answer.
        stop: set by whoever wants the end.
        ready: called once everything answers.
        tell: hears a line whenever a process dies.

    Raises:
        BadInput: `missing_key`, or the folder keeps something else.
        Unavailable: `currency_running`, `folder_in_use`, or `not_ready`.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    with _alone(data):
        # 2.
        ceremony = Ceremony(data, machine.random_bytes)
        await _wait_for_folder(data)
        network = ceremony.found(read_rules(_RULES))
        # 3.
        ceremony.certify(machine.now())
        renewing = Chore("certificates", lambda: ceremony.certify(machine.now()), RENEW_EVERY_S)
        settings = ceremony.write_settings(address)
        # 4.
        stages = [
            [_service(data, address, settings, TIER1_NAME, kind="tier1", program="tier1")],
            [_service(data, address, settings, SHARD_NAME, kind="ledger", program="ledger")],
            [_service(data, address, settings, CENTRAL_BANK, kind=CENTRAL_BANK, program="centralbank")],
        ]
        supervisor = Supervisor(stages, tell)
        await supervisor.start(START_S)
        try:
            seconds = loop.time() - begun
            ready(Report(seconds=seconds, data=data, network=network.hex(), services=supervisor.kept))
            async with beside(stop, keep(renewing, stop)):
                await stop.wait()
        finally:
            # 5.
            await supervisor.stop()
    return 0


def _service(data: Path, address: Address, settings: dict[str, Path], name: str, *, kind: str, program: str) -> Service:
    line = [sys.executable, "-m", f"dcep.services.{program}", "--settings", str(settings[name])]
    return Service(name=name, kind=kind, url=address.url_of(name), line=line, log=data / name / "log")


# 1.


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    make_folder(data)
    lock = os.open(data / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{data}: a currency is running there already"
            raise Unavailable("currency_running", message, retry_after_ms=1_000, next_step="stop it first") from None
        yield
    finally:
        os.close(lock)


async def _wait_for_folder(data: Path) -> None:
    """Return when nobody holds the folder any more; if somebody goes on holding it, the start will say so."""
    loop = asyncio.get_running_loop()
    end = loop.time() + _LEFT_BEHIND_S
    while (data / "ledger" / "genesis").is_file() and loop.time() < end:
        with suppress(Unavailable):
            Folder.open(data).close()
            return
        await asyncio.sleep(_LOOK_S)
