"""Every command and program that a page shows is run, page by page, in the order in which a reader would."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from tests.docs.pages import RUN, SHOWN, Block, blocks_of, pages
from tests.repo.tracked import ROOT

_MAKE: Final = re.compile(r"make( [a-z-]+)?")
_TARGET: Final = re.compile(r"^([a-z-]+):", re.MULTILINE)
_BLOCKS: Final = [block for page in pages() for block in blocks_of(page)]
_ENDS_AFTER_S: Final = 120
_GONE_AFTER_S: Final = 60.0
_LOOK_S: Final = 0.1


def _pages_that_run() -> list[Any]:
    """Return the pages with blocks that run; one that starts a whole currency is a long test."""
    pages_that_run = sorted({block.page for block in _BLOCKS if block.language in RUN})
    long = {block.page for block in _BLOCKS if block.language in RUN and "dcep up" in block.text}
    return [pytest.param(page, marks=pytest.mark.long if page in long else ()) for page in pages_that_run]


class _Step(NamedTuple):
    """A command of a `console` block and the output shown below it."""

    command: str
    shown: str


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a page's reader. What he has left running, `NAME.pid` names it, is stopped."""
    yield tmp_path
    for file in tmp_path.glob("*.pid"):
        pid, end = int(file.read_text()), time.monotonic() + _GONE_AFTER_S
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
            while time.monotonic() < end:
                os.kill(pid, 0)
                time.sleep(_LOOK_S)
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("page", _pages_that_run(), ids=str)
def test_the_blocks_of_a_page_run_in_order(page: Path, folder: Path) -> None:
    """A reader who copies them one after the other sees what the page says."""
    (folder / "vectors").symlink_to(ROOT / "vectors", target_is_directory=True)

    for block in blocks_of(page):
        if _is_made(block):
            continue
        match block.language:
            case "sh":
                _run(block, ["bash", "-eu", "-c", block.text], folder)
            case "python":
                _run(block, [sys.executable, "-c", block.text], folder)
            case "console":
                for step in _steps(block):
                    output = _run(block, ["bash", "-eu", "-c", step.command], folder)
                    assert _pattern(step.shown).fullmatch(_even(output)), f"{block.place} shows\n{step.shown}\n{output}"


def test_every_make_target_on_a_page_is_in_the_makefile() -> None:
    """They are not run here: `make test` is what runs these tests."""
    targets = set(_TARGET.findall((ROOT / "Makefile").read_text()))

    asked = {line.removeprefix("make").strip() for block in _BLOCKS if _is_made(block) for line in _lines(block)}

    assert asked - {""} <= targets


def test_every_block_is_known_to_be_run_or_only_shown() -> None:
    """A shell that is called by another name would be run by nobody, and copied by everybody."""
    strange = [f"{block.place}: {block.language}" for block in _BLOCKS if block.language not in RUN | SHOWN]

    assert strange == []


def test_no_command_hides_in_a_block_that_is_not_run() -> None:
    """What looks like a command is copied like one."""
    hidden = [
        block.place
        for block in _BLOCKS
        if block.language in SHOWN and any(line.startswith(("$ ", "dcep ", "make ")) for line in _lines(block))
    ]

    assert hidden == []


def test_shown_output_is_compared_loosely_but_compared() -> None:
    """The measure itself is measured: `…` stands for what differs from run to run, everything else counts."""
    pattern = _pattern("settled   930\nroot …\n…\nthe law held")

    assert pattern.fullmatch(_even("settled 930\nroot 6e80\na\nb\nthe law held\n"))
    assert pattern.fullmatch(_even("settled 930\nroot 6e80\nthe law held\n"))
    assert not pattern.fullmatch(_even("settled 931\nroot 6e80\nthe law held\n"))
    assert not pattern.fullmatch(_even("settled 930\nroot 6e80\nthe law held\nand more\n"))


def _is_made(block: Block) -> bool:
    """Return whether the block calls make, and nothing else."""
    return block.language == "sh" and all(_MAKE.fullmatch(line) for line in _lines(block))


def _lines(block: Block) -> list[str]:
    return [line for line in block.text.splitlines() if line]


def _steps(block: Block) -> list[_Step]:
    first, *others = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert first == "", f"{block.place} begins without a command"
    return [_Step(command, shown) for command, _, shown in (other.partition("\n") for other in others)]


def _run(block: Block, command: list[str], folder: Path) -> str:
    """Run a block in the page's folder, with the program in the path, and return its standard output."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "COLUMNS": "120", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=_ENDS_AFTER_S
    )
    assert done.returncode == 0, f"{block.place} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def _even(output: str) -> str:
    """Return the output with single spaces, without those at the ends of lines, and with one line end at its end."""
    return "".join(f"{' '.join(line.split())}\n" for line in output.strip().splitlines())


def _pattern(shown: str) -> re.Pattern[str]:
    """Return what matches output like this: `…` stands for anything in a line, a line of it for any lines."""
    lines = (
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in _even(shown).splitlines()
    )
    return re.compile("".join(lines))
