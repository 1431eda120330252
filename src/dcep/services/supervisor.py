"""Keep the processes of a currency alive: start them in order, start again whoever dies, stop them in reverse.

1. A stage is started when every service of the stage before is ready: whoever is depended upon comes first.
2. A service is ready when its `/readyz` says so; one that dies before that is started again like any other.
3. Whoever dies is started again, at once the first time, later each time that it dies young; it is never given up.
4. Services are stopped in reverse, politely first; one that does not listen is killed, and its log will bear it.
5. A supervisor that is killed itself takes its services with it: each watches the pipe whose other end was held here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from dcep.errors import Unavailable
from dcep.services.machine import PARENT

_POLL_S: Final = 0.05
_ANSWER_S: Final = 2.0
_POLITE_S: Final = 10.0
# Whoever lived so long has recovered.
_GROWN_UP_S: Final = 10.0
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0
_LOG_BYTES: Final = 16 << 20
_LAST_WORDS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A process to keep alive.

    Args:
        name: as in its folder and in the reports.
        kind: central-bank, operator, ledger, tier1 or validator.
        url: where it answers.
        line: the command line.
        log: the file to which it speaks; what is older is kept beside it once.
    """

    name: str
    kind: str
    url: str
    line: Sequence[str]
    log: Path


@dataclass(slots=True, kw_only=True)
class Kept:
    """A service as it stands now; `deaths` counts how often it was started again."""

    service: Service
    process: asyncio.subprocess.Process | None = None
    deaths: int = 0
    keeper: asyncio.Task[None] | None = field(default=None, repr=False)


class Supervisor:
    """Keeps services alive until it is told to stop.

    Args:
        stages: services in the order in which they depend on each other; those of a stage start together.
        tell: hears one line whenever a service dies.
    """

    def __init__(self, stages: Sequence[Sequence[Service]], tell: Callable[[str], None]) -> None:
        self._stages = [[Kept(service=service) for service in stage] for stage in stages]
        self._tell = tell
        self._is_stopping = False
        # 5.
        self._watched, self._held = os.pipe()

    @property
    def kept(self) -> list[Kept]:
        """Every service as it stands, in the order of the stages."""
        return [kept for stage in self._stages for kept in stage]

    async def start(self, within_s: float) -> None:
        """Start every stage and return when all are ready.

        Raises:
            Unavailable: `not_ready`: one of them is not within this time; all were stopped again.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        try:
            # 1.
            for stage in self._stages:
                for kept in stage:
                    kept.keeper = asyncio.create_task(self._keep(kept))
                for kept in stage:
                    await self._wait_until_ready(kept, deadline)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop every service, the last stage first."""
        # 4.
        self._is_stopping = True
        for stage in reversed(self._stages):
            await asyncio.gather(*(self._stop(kept) for kept in stage))
        for end in (self._watched, self._held):
            with suppress(OSError):
                os.close(end)

    # 2.

    async def _wait_until_ready(self, kept: Kept, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        while not await is_ready(kept.service.url):
            if loop.time() > deadline:
                service = kept.service
                message = f"{service.name} is not ready; its last words: {_last_words(service.log)}"
                raise Unavailable("not_ready", message, retry_after_ms=1_000, next_step=f"read {service.log}")
            await asyncio.sleep(_POLL_S)

    # 3.

    async def _keep(self, kept: Kept) -> None:
        loop = asyncio.get_running_loop()
        pause = 0.0
        while True:
            born = loop.time()
            kept.process = await self._spawn(kept.service)
            code = await kept.process.wait()
            if self._is_stopping:
                return
            kept.deaths += 1
            self._tell(f"{kept.service.name} ended with {code}; it is started again")
            if loop.time() - born >= _GROWN_UP_S:
                pause = 0.0
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE_S, max(_FIRST_PAUSE_S, 2 * pause))

    async def _spawn(self, service: Service) -> asyncio.subprocess.Process:
        service.log.parent.mkdir(parents=True, exist_ok=True)
        if service.log.exists() and service.log.stat().st_size > _LOG_BYTES:
            service.log.replace(service.log.with_suffix(".old"))
        with service.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *service.line,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for the supervisor alone: it stops the others in their order.
                start_new_session=True,
                pass_fds=(self._watched,),
                env=os.environ | {PARENT: str(self._watched)},
            )

    # 4.

    async def _stop(self, kept: Kept) -> None:
        if kept.keeper is None:
            return
        if kept.process is not None and kept.process.returncode is None:
            with suppress(ProcessLookupError):
                kept.process.terminate()
            try:
                await asyncio.wait_for(kept.process.wait(), _POLITE_S)
            except TimeoutError:
                with suppress(ProcessLookupError):
                    kept.process.kill()
                await kept.process.wait()
        kept.keeper.cancel()
        with suppress(asyncio.CancelledError):
            await kept.keeper


async def is_ready(url: str) -> bool:
    """Return whether a service says that it can do its work."""
    place = urlsplit(url)
    try:
        async with asyncio.timeout(_ANSWER_S):
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
            try:
                writer.write(f"GET /readyz HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n\r\n".encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return False


def _last_words(log: Path) -> str:
    try:
        words = log.read_bytes()[-_LAST_WORDS:].decode(errors="replace").strip()
    except OSError:
        words = ""
    return words.splitlines()[-1] if words else "none"
