"""`kill -9` at any moment of a replay, then the same line again: nothing is lost, nothing counts twice."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random  # noqa: TID251  seeded, and the seed stands in the test's name
from typing import Any

import pytest

from tests.bookkeeping import keep_books

_EXCERPT = Path(__file__).parents[2] / "vectors" / "payments"
_DCEP = Path(sys.executable).with_name("dcep")


def _line(folder: Path, outcomes: Path, engine: str) -> list[str]:
    return [
        str(_DCEP),
        "replay",
        *("--accounts", str(_EXCERPT / "nodes.csv"), "--payments", str(_EXCERPT / "transactions.csv")),
        *("--data", str(folder), "--outcomes", str(outcomes), "--engine", engine, "--json"),
    ]


def _run(line: list[str]) -> dict[str, Any]:
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _is_prefix(part: str, whole: list[str]) -> bool:
    """Return whether these are the first answers, of which the last may be cut."""
    return "".join(f"{row},{code}\n" for row, code in enumerate(whole, 1)).startswith(part)


def _kill_often(line: list[str], outcomes: Path, moments: list[float], codes: list[str]) -> int:
    """Kill the replay at these moments after its start, s; return how many runs were still under way."""
    killed = 0
    for moment in moments:
        process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait()
        if outcomes.exists():
            assert _is_prefix(outcomes.read_text(), codes)
    return killed


def _check(tmp_path: Path, engine: str, kills: int, seed: int) -> None:
    books = keep_books(_EXCERPT / "nodes.csv", _EXCERPT / "transactions.csv")
    folder, outcomes = tmp_path / "data", tmp_path / "outcomes.csv"

    started = time.monotonic()
    _run(_line(tmp_path / "whole", tmp_path / "whole.csv", engine))
    lasts, chance = time.monotonic() - started, Random(seed)
    moments = [chance.uniform(0.05, lasts * 0.9) for _ in range(kills)]

    killed = _kill_often(_line(folder, outcomes, engine), outcomes, moments, books.codes)
    result = _run(_line(folder, outcomes, engine))

    assert killed > 0
    assert [line.split(",")[1] for line in outcomes.read_text().splitlines()] == books.codes
    assert (result["settled"], result["refused"], result["moved_fen"]) == (
        books.settled,
        books.refused,
        books.moved_fen,
    )
    assert result["balances_sha256"] == books.balances_sha256
    assert all(entry["law_holds"] for entry in result["supply"])
    assert result["left_over_fen"] == 0
    audit = subprocess.run([str(_DCEP), "verify", str(folder), "--json"], capture_output=True, text=True, check=False)
    report = json.loads(audit.stdout)
    assert report["problems"] == []
    assert (report["root"], report["head"]) == (result["root"], result["head"])


@pytest.mark.parametrize("seed", [20210101])
def test_ten_kills_of_a_replay_lose_nothing(tmp_path: Path, seed: int) -> None:
    """Ten random moments on the Rust engine: every answered row is as it was, and the audit finds no fault."""
    _check(tmp_path, "rust", kills=10, seed=seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("engine", ["rust", "python"])
def test_many_kills_of_a_replay_lose_nothing(tmp_path: Path, engine: str, seed: int) -> None:
    """Twenty random moments a seed, on both engines."""
    _check(tmp_path, engine, kills=20, seed=seed)


def test_a_second_process_on_the_folder_is_told_to_wait(tmp_path: Path) -> None:
    """One writer a folder: the second stops with 3 and changes nothing."""
    folder, outcomes = tmp_path / "data", tmp_path / "outcomes.csv"
    _run(_line(folder, outcomes, "rust"))

    lock = os.open(folder / "lock", os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)

    second = subprocess.run(_line(folder, outcomes, "rust"), capture_output=True, text=True, check=False)

    os.close(lock)
    assert second.returncode == 3
    assert "folder_in_use" in second.stderr


def test_the_folder_of_another_run_is_refused(tmp_path: Path) -> None:
    """Other options on the same folder: exit 2, other_run."""
    folder, outcomes = tmp_path / "data", tmp_path / "outcomes.csv"
    _run(_line(folder, outcomes, "rust"))

    other = subprocess.run(
        [*_line(folder, outcomes, "rust"), "--class", "IV"], capture_output=True, text=True, check=False
    )

    assert other.returncode == 2
    assert "other_run" in other.stderr
