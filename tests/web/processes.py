"""A currency of real processes, as `dcep up` runs it for everybody."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dcep.http.caller import Caller

_DCEP: Final = (sys.executable, "-c", "from dcep.cli.app import main; main()")
_STOPS_WITHIN_S: Final = 90
# Below the ports that a system gives out by itself: nobody's answer comes in where a service will listen.
_FIRST_PORTS: Final = range(20_000, 32_000, 100)
_PORTS_OF_A_CURRENCY: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """A currency that runs.

    Args:
        data: its folder.
        urls: of each service by its name: `icbc`, `ccb`, `central-bank`, `shard-000` …
        pids: of each service's process.
    """

    data: Path
    urls: dict[str, str]
    pids: dict[str, int]

    def ask(self, name: str, path: str) -> Any:
        """Return the document that a service answers to everybody."""
        return Caller(self.urls[name], timeout_s=10).ask("GET", path).document()

    def law_holds(self) -> bool:
        """Say whether the central bank finds all money where it must be."""
        return bool(self.ask("central-bank", "/v1/supply")["supply"]["law_holds"])


@contextmanager
def currency_in(folder: Path) -> Iterator[Currency]:
    """Found a currency in a folder and run it; stopped at the end, and nothing of it is left behind."""
    line = [*_DCEP, "up", "--data", str(folder / "currency"), "--port", str(_free_ports()), "--json"]
    with (folder / "up.log").open("wb") as log, subprocess.Popen(line, stdout=subprocess.PIPE, stderr=log) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first, f"it did not come up: {(folder / 'up.log').read_text(errors='replace')[-2_000:]}"
            told = json.loads(first)
            yield Currency(
                data=Path(told["data"]),
                urls={service["name"]: service["url"] for service in told["services"]},
                pids={service["name"]: service["pid"] for service in told["services"]},
            )
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_STOPS_WITHIN_S)


def _free_ports() -> int:
    """Return the first of many ports on which nobody listens. Whoever looks at the same moment begins elsewhere."""
    begin = os.getpid() % len(_FIRST_PORTS)
    candidates: list[int] = [*_FIRST_PORTS[begin:], *_FIRST_PORTS[:begin]]
    for first in candidates:
        if all(_is_free(port) for port in range(first, first + _PORTS_OF_A_CURRENCY)):
            return first
    raise AssertionError("somebody listens everywhere")


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
