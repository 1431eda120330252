"""What the system saw of a run: its calls in order, as `strace -f -y` wrote them down, and what they say of an answer.

An answer about frame n of a ledger is honest if, before it is said,
1. every byte of the frame was written, and behind that a flush of the log's file had begun and come back;
2. the file was made, and behind that a flush of its folder had begun and come back;
3. every byte of the frame's header record was written.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import pytest

CALLS: Final = "openat,write,fdatasync,fsync,rename,ftruncate"
_WHOLE: Final = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)(.*)")
_BEGUN: Final = re.compile(r"(\d+) +(\w+)\((.*) <unfinished \.\.\.>")
_RESUMED: Final = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>.*\) += (-?\d+)(.*)")
_HANDLE: Final = re.compile(r"\d+<([^>]*)>")
_TEXT: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that came back: `begin` and `end` count the lines of the trace."""

    name: str
    file: str
    text: str
    result: int
    begin: int
    end: int
    makes: bool


class Span(NamedTuple):
    """Bytes of a file."""

    file: str
    begin: int
    end: int


class Said(NamedTuple):
    """An answer: the call that said it, and what must stand behind it."""

    call: Call
    frame: Span
    header: Span


class Dishonest(AssertionError):
    """An answer was given before what it says was safe."""


def require_strace() -> str:
    """Return the program; the test is skipped where the machine has none, or lets nobody be traced."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("no strace on this machine (Debian: apt install strace)")
    if subprocess.run([strace, "-o", "/dev/null", "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace may trace nothing on this machine")
    return strace


def read_trace(text: str) -> list[Call]:
    """Return the calls that came back, in the order in which they did."""
    begun: dict[tuple[str, str], tuple[int, str]] = {}
    calls = []
    for number, line in enumerate(text.splitlines()):
        if whole := _WHOLE.fullmatch(line):
            _, name, said, result, rest = whole.groups()
            calls.append(_call(name, said, (result, rest), number, number))
        elif begins := _BEGUN.fullmatch(line):
            process, name, said = begins.groups()
            begun[process, name] = number, said
        elif resumed := _RESUMED.fullmatch(line):
            process, name, result, rest = resumed.groups()
            begin, said = begun.pop((process, name))
            calls.append(_call(name, said, (result, rest), begin, number))
    return calls


def _call(name: str, said: str, answered: tuple[str, str], begin: int, end: int) -> Call:
    # What openat has opened stands behind its result.
    handle = _HANDLE.search("".join(answered) if name == "openat" else said)
    text = _TEXT.search(said)
    return Call(
        name=name,
        file=handle[1] if handle else "",
        text=text[1] if text else "",
        result=int(answered[0]),
        begin=begin,
        end=end,
        makes=name == "openat" and "O_CREAT" in said,
    )


def require_honest(calls: Sequence[Call], said: Sequence[Said]) -> None:
    """Require that no answer came before what it says was safe.

    Raises:
        Dishonest: one did.
    """
    for answer in said:
        before = [call for call in calls if call.end < answer.call.begin and call.result >= 0]
        written = written_at(before, answer.frame)
        _require_flush(before, answer.frame.file, written, answer)
        made = next((call.end for call in before if call.makes and call.file == answer.frame.file), None)
        if made is None:
            raise Dishonest(f"nobody made {answer.frame.file} before {answer.call}")
        _require_flush(before, str(Path(answer.frame.file).parent), made, answer)
        written_at(before, answer.header)


def written_at(before: Sequence[Call], span: Span) -> int:
    """Return the line at which the last byte of a span was written."""
    size = 0
    for call in before:
        if call.name == "write" and call.file == span.file:
            size += call.result
            if size >= span.end:
                return call.end
    raise Dishonest(f"only {size} bytes of {span} were written when it was answered")


def _require_flush(before: Sequence[Call], file: str, since: int, answer: Said) -> None:
    flushes = [call for call in before if call.name in ("fdatasync", "fsync") and call.file == file]
    if not any(call.begin > since and call.result == 0 for call in flushes):
        raise Dishonest(f"{file} was not flushed behind line {since}, but {answer.call} says so")
