"""A reader of a page, who runs its blocks one after the other and compares what he sees with what it shows.

What he leaves running, such as a currency, `NAME.pid` names it, is stopped when he leaves. Two readers whose currencies
would answer at the same ports read one after the other.
"""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Final, NamedTuple

from tests.docs.pages import RUN, Block, blocks_of
from tests.repo.tracked import ROOT

_MAKE: Final = re.compile(r"make( [a-z-]+)?")
# Who plays a pilot starts one too.
_CURRENCY: Final = re.compile(r"dcep (up|pilot --)")
_ENDS_AFTER_S: Final = 120
_GONE_AFTER_S: Final = 60.0
_LOOK_S: Final = 0.1


class Step(NamedTuple):
    """A command of a `console` block and the output shown below it."""

    command: str
    shown: str


@contextmanager
def reader_in(folder: Path, *, with_currency: bool) -> Iterator[Path]:
    """Make a folder one of a page's reader, and stop what he has left running.

    Args:
        with_currency: whether he starts one at the ports that the pages name.
    """
    (folder / "vectors").symlink_to(ROOT / "vectors", target_is_directory=True)
    with _ports_to_himself() if with_currency else nullcontext():
        try:
            yield folder
        finally:
            for file in folder.glob("*.pid"):
                _stop(int(file.read_text()))


@contextmanager
def _ports_to_himself() -> Iterator[None]:
    with (Path(tempfile.gettempdir()) / "dcep-pages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _stop(pid: int) -> None:
    end = time.monotonic() + _GONE_AFTER_S
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
        while time.monotonic() < end:
            os.kill(pid, 0)
            time.sleep(_LOOK_S)
        os.kill(pid, signal.SIGKILL)


def blocks_that_run(page: Path, *, with_currency: bool) -> list[Block]:
    """Return the blocks of a page that run, without those that only call make.

    Args:
        with_currency: whether a currency is started where the page says so; without it the page is left there.
    """
    blocks = [block for block in blocks_of(page) if block.language in RUN and not is_made(block)]
    places = [place for place, block in enumerate(blocks) if _CURRENCY.search(block.text)]
    return blocks if with_currency or not places else blocks[: places[0]]


def starts_a_currency(page: Path) -> bool:
    """Return whether a page's reader has a currency running."""
    return blocks_that_run(page, with_currency=True) != blocks_that_run(page, with_currency=False)


def run_blocks(blocks: Sequence[Block], folder: Path) -> None:
    """Run blocks in order, and compare what a console shows."""
    for block in blocks:
        match block.language:
            case "sh":
                _run(block, ["bash", "-eu", "-c", block.text], folder)
            case "python":
                _run(block, [sys.executable, "-c", block.text], folder)
            case "console":
                for step in steps_of(block):
                    output = _run(block, ["bash", "-eu", "-c", step.command], folder)
                    assert pattern(step.shown).fullmatch(even(output)), f"{block.place} shows\n{step.shown}\n{output}"


def is_made(block: Block) -> bool:
    """Return whether the block calls make, and nothing else."""
    return block.language == "sh" and all(_MAKE.fullmatch(line) for line in lines_of(block))


def lines_of(block: Block) -> list[str]:
    """Return the lines of a block that are not empty."""
    return [line for line in block.text.splitlines() if line]


def steps_of(block: Block) -> list[Step]:
    """Return the steps of a `console` block."""
    first, *others = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert first == "", f"{block.place} begins without a command"
    return [Step(command, shown) for command, _, shown in (other.partition("\n") for other in others)]


def _run(block: Block, command: list[str], folder: Path) -> str:
    """Run a block in the page's folder, with the program in the path, and return its standard output."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "COLUMNS": "120", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=_ENDS_AFTER_S
    )
    assert done.returncode == 0, f"{block.place} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def even(output: str) -> str:
    """Return the output with single spaces, without those at the ends of lines, and with one line end at its end."""
    return "".join(f"{' '.join(line.split())}\n" for line in output.strip().splitlines())


def pattern(shown: str) -> re.Pattern[str]:
    """Return what matches output like this: `…` stands for anything in a line, a line of it for any lines."""
    lines = (
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in even(shown).splitlines()
    )
    return re.compile("".join(lines))
