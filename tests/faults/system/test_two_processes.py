"""Two programs on one folder: the second is told to wait, with 3, and harms nothing; a killed owner leaves it free."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dcep.ids import OperatorId, wallet_id
from dcep.ledger.audit import audit
from dcep.ledger.backup import back_up, restore
from dcep.ledger.engine.statute import PythonEngine
from tests.faults.system.tiny_replay import DCEP, books_of, lines_of, replay_line, write_files

# All that opens a folder; FOLDER, and BESIDE for what is written beside it.
_COMMANDS: Final = [
    "verify FOLDER",
    "verify FOLDER --json",
    "ledger trial-balance FOLDER",
    "ledger backup FOLDER BESIDE/copy.tar",
    "ledger show 0123456789abcdef FOLDER",
    f"ledger statement {wallet_id(OperatorId(1), 1):016} FOLDER",
]


@contextmanager
def stopped_replay(root: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Give a replay that holds its folder, and that was stopped in the middle of its work."""
    write_files(root)
    log = root / "data" / "ledger" / "shard-000" / "log" / "000000000001.log"
    process = subprocess.Popen(
        replay_line(root, root / "data", root / "outcomes.csv"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while not log.exists() and process.poll() is None:
        time.sleep(0.0005)
    process.send_signal(signal.SIGSTOP)
    # Its threads stop one after the other, each behind the call that it is in.
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), "it came to its end before it could be stopped"
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def content_of(root: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def run(line: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a line to whatever end."""
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_whoever_comes_second_is_told_to_wait_and_harms_nothing(tmp_path: Path) -> None:
    """Exit code 3, one line, and every byte as it was; then the first goes on as if nobody had come."""
    with stopped_replay(tmp_path) as first:
        before = content_of(tmp_path)

        lines = [
            [str(DCEP), *command.replace("FOLDER", str(tmp_path / "data")).replace("BESIDE", str(tmp_path)).split()]
            for command in _COMMANDS
        ]
        lines.append(replay_line(tmp_path, tmp_path / "data", tmp_path / "outcomes.csv"))
        ends = [run(line) for line in lines]

        assert [(end.returncode, end.stdout) for end in ends] == [(3, "")] * len(lines), ends
        assert all("folder_in_use: " in end.stderr for end in ends)
        assert content_of(tmp_path) == before
        first.send_signal(signal.SIGCONT)
        assert first.wait() == 0
    assert (tmp_path / "outcomes.csv").read_text() == lines_of(books_of(tmp_path))
    assert run([str(DCEP), "verify", str(tmp_path / "data")]).returncode == 0


def test_a_killed_owner_leaves_the_folder_free(tmp_path: Path) -> None:
    """The lock is the system's, and goes with the process: nobody has to remove a file."""
    with stopped_replay(tmp_path) as first:
        first.send_signal(signal.SIGKILL)
        first.wait()

        audit = run([str(DCEP), "verify", str(tmp_path / "data"), "--json"])
        again = run(replay_line(tmp_path, tmp_path / "data", tmp_path / "outcomes.csv"))

    assert (audit.returncode, json.loads(audit.stdout)["problems"]) == (0, [])
    assert again.returncode == 0
    assert (tmp_path / "outcomes.csv").read_text() == lines_of(books_of(tmp_path))


def test_two_replays_at_once_end_as_one(tmp_path: Path) -> None:
    """Whichever is first does the work; the other has 3 and may come again."""
    write_files(tmp_path)
    line = replay_line(tmp_path, tmp_path / "data", tmp_path / "outcomes.csv")

    both = [subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    codes = sorted(process.wait() for process in both)
    for process in both:
        process.communicate()

    assert codes in ([0, 0], [0, 3])
    assert (tmp_path / "outcomes.csv").read_text() == lines_of(books_of(tmp_path))
    assert run([str(DCEP), "verify", str(tmp_path / "data")]).returncode == 0


def test_a_copy_and_an_audit_keep_a_replay_out_while_they_last(tmp_path: Path) -> None:
    """A folder that changes meanwhile would be no copy, and judged wrongly."""
    write_files(tmp_path)
    line = replay_line(tmp_path, tmp_path / "data", tmp_path / "outcomes.csv")
    assert run(line).returncode == 0
    meanwhile: list[tuple[int, str]] = []

    def replay_meanwhile(what: str, done: int, total: int) -> None:
        if done == 1:
            end = run(line)
            meanwhile.append((end.returncode, end.stderr.split(":")[0]))

    back_up(tmp_path / "data", tmp_path / "copy.tar", replay_meanwhile)
    report = audit(tmp_path / "data", PythonEngine, progress=replay_meanwhile)

    assert meanwhile == [(3, "folder_in_use")] * 3
    assert report.ok
    restore(tmp_path / "copy.tar", tmp_path / "back", PythonEngine)
