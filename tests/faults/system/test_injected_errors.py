"""Errors that the kernel itself gives to a real `dcep replay`: it stops with 3, tries nothing again, and goes on later.

strace answers the chosen call in the place of the kernel.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.faults.system.tiny_replay import DCEP, books_of, lines_of, replay_line, write_files
from tests.faults.system.trace import Call, read_trace, require_strace

_SHARD: Final = "ledger/shard-000"


class Injected(NamedTuple):
    """The call, its error, the file that it is about, the number of the first one that fails, and the code."""

    call: str
    error: str
    file: str
    when: str
    code: str


STOPS: Final = [
    Injected("fdatasync", "EIO", f"{_SHARD}/log/000000000001.log", "1", "log_failed"),
    Injected("fdatasync", "EIO", f"{_SHARD}/log/000000000001.log", "4", "log_failed"),
    Injected("write", "ENOSPC", f"{_SHARD}/log/000000000001.log", "3+", "log_failed"),
    Injected("fsync", "EIO", f"{_SHARD}/log", "1", "log_failed"),
    Injected("rename", "EIO", "tmp/genesis", "1", "folder_unusable"),
    Injected("write", "ENOSPC", "../outcomes.csv", "1", "cannot_write"),
]
MORE_STOPS: Final = [
    Injected("fdatasync", "ENOSPC", "ledger/tier1/log/000000000001.log", "2+", "log_failed"),
    Injected("fdatasync", "EIO", f"{_SHARD}/headers/000000000001.hdr", "1", "log_failed"),
    Injected("write", "EIO", f"{_SHARD}/headers/000000000001.hdr", "2", "log_failed"),
    Injected("fsync", "EIO", "tmp/genesis", "1", "folder_unusable"),
    Injected("fsync", "ENOSPC", "ledger", "2+", "folder_unusable"),
    Injected("openat", "ENOSPC", "tmp/shard-000.snap", "1", "snapshot_not_written"),
    Injected("openat", "EIO", "../outcomes.csv", "1", "cannot_write"),
]
PASSES: Final = [
    Injected("fdatasync", "EINTR", f"{_SHARD}/log/000000000001.log", "2", ""),
    Injected("write", "EINTR", f"{_SHARD}/log/000000000001.log", "2", ""),
]
MORE_PASSES: Final = [
    Injected("fsync", "EINTR", f"{_SHARD}/log", "1", ""),
    Injected("openat", "EINTR", f"{_SHARD}/log/000000000001.log", "1", ""),
]


def run_injected(root: Path, injected: Injected) -> tuple[subprocess.CompletedProcess[str], list[Call]]:
    """Run the replay with an error; return how it ended and the calls about the file."""
    trace, data = root / "trace", root / "data"
    target = (data / injected.file).resolve()
    what = f"inject={injected.call}:error={injected.error}:when={injected.when}"
    strace = [require_strace(), "-f", "-y", "-P", str(target), "-e", f"trace={injected.call},write", "-e", what]
    line = [*strace, "-o", str(trace), *replay_line(root, data, root / "outcomes.csv")]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    return done, read_trace(trace.read_text(encoding="ascii"))


def require_the_end(root: Path) -> None:
    """Require that the same line, run again with a good disk, comes to the right end, and that nothing is wrong."""
    books, outcomes = books_of(root), root / "outcomes.csv"
    assert lines_of(books).startswith(outcomes.read_text() if outcomes.exists() else "")

    again = subprocess.run(replay_line(root, root / "data", outcomes), capture_output=True, text=True, check=True)

    result = json.loads(again.stdout)
    assert outcomes.read_text() == lines_of(books)
    assert (result["settled"], result["balances_sha256"]) == (books.settled, books.balances_sha256)
    verify = [str(DCEP), "verify", str(root / "data"), "--json"]
    audit = subprocess.run(verify, capture_output=True, text=True, check=True)
    report = json.loads(audit.stdout)
    assert (report["problems"], report["warnings"]) == ([], [])
    assert (report["root"], report["head"]) == (result["root"], result["head"])


def cases(some: list[Injected], more: list[Injected]) -> pytest.MarkDecorator:
    """Return what a test is run with: `more` in the long tests only."""
    marked = [pytest.param(case, marks=pytest.mark.long) for case in more]
    return pytest.mark.parametrize("injected", [*some, *marked], ids=" ".join)


@cases(STOPS, MORE_STOPS)
def test_an_error_of_the_kernel_stops_the_replay_with_3(tmp_path: Path, injected: Injected) -> None:
    """A stable code, nothing tried again on the same file, nothing lost."""
    root = tmp_path.resolve()
    write_files(root)

    done, calls = run_injected(root, injected)

    assert done.returncode == 3, done.stderr
    assert f"{injected.code}: " in done.stderr
    assert "Traceback" not in done.stderr
    failed = next(place for place, call in enumerate(calls) if call.result < 0)
    assert [call for call in calls[failed + 1 :] if call.result >= 0] == []
    require_the_end(root)


@cases(PASSES, MORE_PASSES)
def test_an_interrupted_call_is_asked_again(tmp_path: Path, injected: Injected) -> None:
    """A signal is no failure: the run goes on as if nothing had been."""
    root = tmp_path.resolve()
    write_files(root)

    done, calls = run_injected(root, injected)

    assert done.returncode == 0, done.stderr
    assert any(call.result < 0 for call in calls)
    require_the_end(root)
