"""Processes are started in order, started again when they die, and stopped in reverse; none is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest

from dcep.errors import Unavailable
from dcep.services.supervisor import Service, Supervisor, is_ready

# A service that is ready after a moment, writes down when it comes and goes, and watches the supervisor's pipe.
_PROGRAM: Final = """
import http.server, os, signal, sys, threading
name, port, diary, manners = sys.argv[1:]

def note(word):
    with open(diary, "a") as out:
        out.write(f"{name} {word}\\n")

class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass

def leave(*_):
    if manners == "polite":
        note("left")
        os._exit(0)

def watch():
    os.read(int(os.environ["DCEP_PARENT_PIPE"]), 1)
    note("orphaned")
    os._exit(0)

signal.signal(signal.SIGTERM, leave)
threading.Thread(target=watch, daemon=True).start()
if manners == "broken":
    sys.exit("no such setting")
server = http.server.HTTPServer(("127.0.0.1", int(port)), Ready)
note("came")
server.serve_forever()
"""


class Street:
    """Places for services, and a diary of who came and went."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.diary, self.told = folder, folder / "diary", list[str]()
        (folder / "program.py").write_text(_PROGRAM, encoding="utf-8")

    def service(self, name: str, manners: str = "polite") -> Service:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        line = [sys.executable, str(self.folder / "program.py"), name, str(port), str(self.diary), manners]
        return Service(
            name=name, kind="operator", url=f"http://127.0.0.1:{port}", line=line, log=self.folder / name / "log"
        )

    @property
    def entries(self) -> list[str]:
        return self.diary.read_text(encoding="ascii").splitlines() if self.diary.exists() else []

    def supervisor(self, *stages: list[Service]) -> Supervisor:
        return Supervisor(stages, self.told.append)


@pytest.fixture
def street(tmp_path: Path) -> Street:
    """Return a street without services."""
    return Street(tmp_path)


async def _until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await is_so():
            await asyncio.sleep(0.02)


def test_a_stage_waits_for_the_one_before_and_leaves_before_it(street: Street) -> None:
    """Whoever is depended upon comes first and goes last."""

    async def live() -> None:
        supervisor = street.supervisor([street.service("ledger")], [street.service("bank")])
        await supervisor.start(20)
        await supervisor.stop()

    asyncio.run(live())

    assert street.entries == ["ledger came", "bank came", "bank left", "ledger left"]
    assert street.told == []


def test_a_service_that_is_killed_comes_back(street: Street) -> None:
    """With another process, at the same place; the death is told and counted."""

    async def live() -> tuple[int, int]:
        supervisor = street.supervisor([street.service("bank")])
        await supervisor.start(20)
        (kept,) = supervisor.kept
        assert kept.process is not None
        first = kept.process.pid
        os.kill(first, signal.SIGKILL)

        async def is_back() -> bool:
            return kept.deaths == 1 and await is_ready(kept.service.url)

        await _until(is_back)
        second = kept.process.pid
        await supervisor.stop()
        return first, second

    first, second = asyncio.run(live())

    assert first != second
    assert street.told == ["bank ended with -9; it is started again"]
    assert street.entries == ["bank came", "bank came", "bank left"]


def test_a_service_that_does_not_listen_is_killed(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a polite while; the stop ends."""
    monkeypatch.setattr("dcep.services.supervisor._POLITE_S", 0.2)

    async def live() -> int | None:
        supervisor = street.supervisor([street.service("bank", "deaf")])
        await supervisor.start(20)
        await supervisor.stop()
        (kept,) = supervisor.kept
        assert kept.process is not None
        return kept.process.returncode

    assert asyncio.run(live()) == -signal.SIGKILL


def test_a_service_that_never_gets_ready_is_named_with_its_last_words(street: Street) -> None:
    """The others are stopped again: half a currency is none."""

    async def live() -> None:
        await street.supervisor([street.service("ledger")], [street.service("bank", "broken")]).start(1.0)

    with pytest.raises(Unavailable, match="not_ready: bank is not ready; its last words: no such setting"):
        asyncio.run(live())

    assert street.entries == ["ledger came", "ledger left"]


def test_services_of_a_killed_supervisor_end_by_themselves(street: Street) -> None:
    """Nobody is left who would answer for a currency that is not there."""
    service = street.service("bank")
    program = (
        "import asyncio, pathlib\n"
        "from dcep.services.supervisor import Service, Supervisor\n"
        f"service = Service(name='bank', kind='operator', url={service.url!r}, line={list(service.line)!r},"
        f" log=pathlib.Path({str(service.log)!r}))\n"
        "async def live():\n"
        "    await Supervisor([[service]], print).start(20)\n"
        "    print('ready', flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(live())\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == b"ready\n"

        supervisor.kill()

    async def is_gone() -> bool:
        return street.entries == ["bank came", "bank orphaned"]

    asyncio.run(_until(is_gone))
