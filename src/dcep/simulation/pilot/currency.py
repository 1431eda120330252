"""The currency in which the pilot plays: the one that runs over a data folder, or one that is started for it.

1. Whoever holds `up.lock` of the folder is a running `dcep up`: the pilot comes as any other stranger, by the addresses
   in the settings that lie there. One that is ending, such as an earlier pilot has left behind, is let end: it is ready
   at one look, and gone or not ready any more a moment later.
2. Where none runs, `dcep up` is started as a process of its own, and told to stop at the end. It watches a pipe that is
   held here: a pilot that is killed takes it along, and the next one finds the folder free.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import sys
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dcep.errors import BadInput, Unavailable
from dcep.ids import OperatorId
from dcep.services.ceremony import SETTINGS
from dcep.services.machine import PARENT
from dcep.services.supervisor import is_ready
from dcep.services.topology import CENTRAL_BANK, OPERATORS, SHARD_NAME, url_of

_DCEP: Final = "from dcep.cli.app import main; main()"
_READY_S: Final = 120.0
_STOP_S: Final = 30.0
_LOOK_S: Final = 0.2
# Ready at so many looks, one behind the other.
_LOOKS: Final = 5
_MAX_LINE: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """Where the institutions of a currency answer; `is_own` if it was started here."""

    data: Path
    central_bank: str
    ledger: str
    operators: dict[OperatorId, str]
    is_own: bool


@asynccontextmanager
async def running(data: Path, port: int) -> AsyncIterator[Currency]:
    """Yield the currency of a folder, ready for everybody; one that was started here is stopped afterwards.

    Args:
        port: the first of a hundred ports, for one that is started.

    Raises:
        BadInput: `no_such_file`, `bad_settings`.
        Unavailable: `not_ready`.
    """
    # 1.
    if await _stays(data):
        yield await _ready(data, is_own=False)
        return
    # 2.
    held, kept = os.pipe()
    line = ["-c", _DCEP, "up", "--data", str(data), "--port", str(port), "--json"]
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *line,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {PARENT: str(held)},
            pass_fds=(held,),
            start_new_session=True,
            limit=_MAX_LINE,
        )
        try:
            await _told_ready(process)
            yield await _ready(data, is_own=True)
        finally:
            await _stop(process)
    finally:
        os.close(held)
        os.close(kept)


def _is_running(data: Path) -> bool:
    try:
        lock = os.open(data / "up.lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(lock)


async def _stays(data: Path) -> bool:
    """Return whether a currency runs over a folder and goes on running; one that is ending has ended by then."""
    loop = asyncio.get_running_loop()
    end, looks = loop.time() + _READY_S, 0
    while _is_running(data) and loop.time() < end:
        looks = looks + 1 if await _is_ready(data) else 0
        if looks == _LOOKS:
            return True
        await asyncio.sleep(_LOOK_S)
    return _is_running(data)


async def _is_ready(data: Path) -> bool:
    try:
        urls = [address_in(data / name) for name in (SHARD_NAME, CENTRAL_BANK, *OPERATORS.values())]
    except BadInput:
        # It is being founded.
        return False
    return all(await asyncio.gather(*map(is_ready, urls)))


async def _told_ready(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    said = await process.stdout.readline()
    try:
        is_up = bool(json.loads(said)["ready"])
    except (ValueError, KeyError):
        is_up = False
    if not is_up:
        step = "see what dcep up says over the same folder: dcep up --data DIR"
        raise Unavailable("not_ready", "the currency did not start", retry_after_ms=1_000, next_step=step)


async def found(data: Path) -> Currency:
    """Return the currency that runs over a folder.

    Raises:
        BadInput: `no_such_file`, `bad_settings`.
        Unavailable: `not_ready`: it does not run.
    """
    if not _is_running(data):
        message = f"no currency is running over {data}"
        raise Unavailable("not_ready", message, retry_after_ms=1_000, next_step="dcep up --data DIR")
    return await _ready(data, is_own=False)


async def _ready(data: Path, *, is_own: bool) -> Currency:
    currency = Currency(
        data=data,
        central_bank=address_in(data / CENTRAL_BANK),
        ledger=address_in(data / SHARD_NAME),
        operators={operator: address_in(data / name) for operator, name in OPERATORS.items()},
        is_own=is_own,
    )
    loop = asyncio.get_running_loop()
    end = loop.time() + _READY_S
    for url in (currency.ledger, currency.central_bank, *currency.operators.values()):
        while not await is_ready(url):
            if loop.time() > end:
                raise Unavailable("not_ready", f"{url} is not ready", retry_after_ms=1_000)
            await asyncio.sleep(_LOOK_S)
    return currency


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(_STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def address_in(folder: Path) -> str:
    """Return where the service of a folder answers, as its settings say.

    Raises:
        BadInput: `no_such_file`, `bad_settings`.
    """
    path = folder / SETTINGS
    try:
        settings: dict[str, Any] = tomllib.loads(path.read_text())
    except OSError as error:
        message = f"the settings cannot be read: {error.strerror}"
        raise BadInput("no_such_file", message, where=str(path), next_step="dcep up --data DIR") from error
    except ValueError as error:
        raise BadInput("bad_settings", str(error), where=str(path)) from error
    return str(settings.get("url") or url_of(str(settings["host"]), int(settings["port"])))
