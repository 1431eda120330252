"""Serve an institution on this machine, and run commands of `dcep` against it in this process."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from dcep.cli.app import main
from dcep.errors import Unavailable
from dcep.http.caller import Caller
from dcep.http.edge import Edge
from dcep.http.server import serve

_LOOK_S = 0.05
_LOOKS = 600


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> Said:
    """Run a command in this process."""
    with pytest.MonkeyPatch.context() as here:
        here.setattr(sys, "argv", ["dcep", *words])
        with pytest.raises(SystemExit) as left:
            main()
    out, err = capsys.readouterr()
    return Said(int(left.value.code or 0), out, err)


@contextmanager
def served(make: Callable[[], Edge], port: int) -> Iterator[None]:
    """Serve in a thread of its own; the service answers when the block begins."""
    begun, handles = threading.Event(), []

    async def live() -> None:
        stop = asyncio.Event()
        handles.append((asyncio.get_running_loop(), stop))
        begun.set()
        await serve(make(), "127.0.0.1", port, stop)

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    begun.wait()
    _wait_until_it_answers(port)
    yield
    loop, stop = handles[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join()


def _wait_until_it_answers(port: int) -> None:
    caller = Caller(f"http://127.0.0.1:{port}")
    for _ in range(_LOOKS):
        try:
            caller.ask("GET", "/livez")
        except Unavailable:
            threading.Event().wait(_LOOK_S)
        else:
            return
    raise AssertionError("the service does not answer")
