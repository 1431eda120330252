"""A whole currency on one machine: found it if it is not, start its processes in order, keep them alive until the end.

1. One supervisor for a data folder: another one waits for nothing and is told so.
2. The currency is founded, or found again with every key.
3. Certificates that end soon are renewed, before the processes start and while they run.
4. The processes are started; what an earlier supervisor has left behind has ended by then.
5. As soon as the central bank answers the operators are admitted, and get what they begin with.
6. At a signal all are stopped in reverse, the operators first.
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
from threading import Event
from typing import Any, Final

from dcep.durable import make_folder
from dcep.errors import BadInput, Unavailable
from dcep.http.addresses import require_free
from dcep.http.caller import Caller
from dcep.identity.certificates import Kind
from dcep.issuance.rules import read_rules
from dcep.ledger.folder import Folder
from dcep.services import machine
from dcep.services.ceremony import OFFICERS_NEEDED, Ceremony
from dcep.services.chores import Chore, beside, keep
from dcep.services.opening.inauguration import Inauguration
from dcep.services.settings import papers_in
from dcep.services.supervisor import Kept, Service, Supervisor, is_ready
from dcep.services.topology import CENTRAL_BANK, OPERATORS, SHARD_NAME, TIER1_NAME, Address

START_S: Final = 120.0
RENEW_EVERY_S: Final = 3_600.0
# What a killed supervisor has left behind ends by itself, and holds the folder until then.
_LEFT_BEHIND_S: Final = 15.0
_LOOK_S: Final = 0.1
_RULES: Final = "ecny-2021"
# What stands in for somebody else's system, or for hands that must not be one; a production network has none of these.
STAND_INS: Final = (
    "EmbeddedTier1: one node and no consensus",
    "SimulatedSettlement: no real reserves are locked",
    "SimulatedCoreBanking: the operators' deposits are nobody's money",
    "SimulatedKyc: nobody's identity is checked",
    "SimulatedAlipayChannel, SimulatedWechatChannel, SimulatedUnionpayChannel: codes are none of the apps they imitate",
    "OneHand: the keys of officers, supervision, members and the authentication centre lie on this machine",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is there when everything is ready."""

    seconds: float
    data: Path
    network: str
    services: list[Kept]
    pages: dict[str, str]

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
        pages = [{"name": name, "url": url} for name, url in self.pages.items()]
        told = {"ready": True, "seconds": round(self.seconds, 2), "data": str(self.data)}
        return told | {"services": rows, "pages": pages}


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
        Unavailable: `currency_running`, `folder_in_use`, `address_in_use`, or `not_ready`.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    with _alone(data):
        # 2.
        ceremony = Ceremony(data, machine.random_bytes)
        await _wait_for_folder(data)
        await _wait_for_ports(address)
        network = ceremony.found(read_rules(_RULES))
        # 3.
        ceremony.certify(machine.now())
        renewing = Chore("certificates", lambda: ceremony.certify(machine.now()), RENEW_EVERY_S)
        settings = ceremony.write_settings(address)
        # 4.
        supervisor, over = Supervisor(_stages(data, address, settings), tell), Event()
        try:
            await asyncio.gather(supervisor.start(START_S), _inaugurate(ceremony, address, over))
            seconds = loop.time() - begun
            kept, pages = supervisor.kept, address.pages()
            ready(Report(seconds=seconds, data=data, network=network.hex(), services=kept, pages=pages))
            async with beside(stop, keep(renewing, stop)):
                await stop.wait()
        finally:
            # 6.
            over.set()
            await supervisor.stop()
    return 0


def _stages(data: Path, address: Address, settings: dict[str, Path]) -> list[list[Service]]:
    """Return the processes in the order in which they depend on each other."""

    def service(name: str, kind: str, program: str) -> Service:
        line = [sys.executable, "-m", f"dcep.services.{program}", "--settings", str(settings[name])]
        return Service(name=name, kind=kind, url=address.url_of(name), line=line, log=data / name / "log")

    return [
        [
            service(TIER1_NAME, "tier1", "tier1"),
            service(SHARD_NAME, "ledger", "ledger"),
            service(CENTRAL_BANK, CENTRAL_BANK, "centralbank"),
        ],
        [service(name, "operator", "bank") for name in OPERATORS.values()],
    ]


# 5.


async def _inaugurate(ceremony: Ceremony, address: Address, over: Event) -> None:
    while not await is_ready(address.url_of(CENTRAL_BANK)):
        await asyncio.sleep(_LOOK_S)
    staff = ceremony.party(CENTRAL_BANK, Kind.STAFF)
    central_bank = Caller(address.url_of(CENTRAL_BANK), seal=papers_in(staff.key, staff.certificate).seal)
    inauguration = Inauguration(central_bank, ceremony.officers(), needed=OFFICERS_NEEDED, over=over)
    await asyncio.to_thread(inauguration.hold, ceremony.seals, START_S)


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


async def _wait_for_ports(address: Address) -> None:
    """Return when every port is free: whoever else answered there would be taken for a process of this currency.

    Raises:
        Unavailable: `address_in_use`: somebody goes on answering there.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + _LEFT_BEHIND_S
    for name in (TIER1_NAME, SHARD_NAME, CENTRAL_BANK, *OPERATORS.values()):
        while True:
            try:
                require_free(address.host, address.port_of(name))
            except Unavailable:
                if loop.time() > end:
                    raise
                await asyncio.sleep(_LOOK_S)
            else:
                break
