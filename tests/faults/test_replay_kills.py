"""`kill -9` at any moment of a replay, then the same line again: nothing is lost, nothing counts twice."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random  # noqa: TID251  seeded, and the seed stands in the test
from typing import Any

import pytest

from dcep.ledger.audit import audit
from dcep.ledger.native import RustEngine
from dcep.simulation.replay import STAGES
from tests.bookkeeping import Books, keep_books
from tests.faults.disk.town import CRASH_LEAVES
from tests.faults.system.tiny_replay import frames_of_payments

_EXCERPT = Path(__file__).parents[2] / "vectors" / "payments"
_DCEP = Path(sys.executable).with_name("dcep")
# What a killed run has in common with one that nobody killed; how its commands fell into frames, and so its head, is
# its own.
_THE_SAME = (
    *("network", "rows", "settled", "refused", "moved_fen", "opening_fen", "issued_fen", "withdrawn_fen"),
    *("left_over_fen", "balances_sha256", "supply", "root"),
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A replay that nobody killed: its folder, its result, how long it took, and what plain bookkeeping says."""

    folder: Path
    result: dict[str, Any]
    lasts_s: float
    books: Books

    def begin(self, folder: Path) -> None:
        """Leave what the replay leaves before its first frame, so that the same bytes are signed again."""
        (folder / "keys").mkdir(parents=True)
        for name in ("run.json", "keys/seed"):
            shutil.copy(self.folder / name, folder / name)


@pytest.fixture(scope="module", params=["rust", "python"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Whole]:
    """Return the engine, and a replay on it that nobody killed."""
    engine, root = str(request.param), tmp_path_factory.mktemp("whole")
    started = time.monotonic()
    result = _run(_line(root / "data", root / "outcomes.csv", engine))
    return engine, Whole(
        folder=root / "data",
        result=result,
        lasts_s=time.monotonic() - started,
        books=keep_books(_EXCERPT / "nodes.csv", _EXCERPT / "transactions.csv"),
    )


def _stages(folder: Path) -> int:
    """Return how many stages the replay has noted as passed."""
    notes = folder / "progress.json"
    return len(json.loads(notes.read_text())["supply"]) if notes.exists() else 0


def _wait_for(process: subprocess.Popen[bytes], folder: Path, whole: Whole, chance: Random) -> None:
    """Wait for a moment of chance: anywhere in the run, or shortly after a stage of chance was passed."""
    moment = chance.uniform(0.02, whole.lasts_s)
    if chance.random() < 0.5:
        stage = min(_stages(folder) + chance.choice((0, 1, 1, 1, 2, 3)), len(STAGES))
        while process.poll() is None and _stages(folder) < stage:
            time.sleep(0.001)
        moment = chance.uniform(0, 0.05)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=moment)


def _kill_once(line: list[str], folder: Path, whole: Whole, chance: Random) -> int | None:
    """Run the line and kill it; return how many stages it had passed, None if it had come to its end."""
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait_for(process, folder, whole, chance)
    process.send_signal(signal.SIGKILL)
    return _stages(folder) if process.wait() == -signal.SIGKILL else None


def _require_crash_only(folder: Path, outcomes: Path, codes: list[str]) -> None:
    """Require that the folder is as a crash may leave it, and that what was answered is right and stands in the log."""
    lines = "".join(f"{row},{code}\n" for row, code in enumerate(codes, 1))
    so_far = outcomes.read_text() if outcomes.exists() else ""
    assert lines.startswith(so_far)
    if not (folder / "ledger" / "genesis").exists():
        assert so_far == ""
        return
    report = audit(folder, RustEngine)
    assert report.problems == ()
    assert {warning.code for warning in report.warnings} <= CRASH_LEAVES
    assert so_far.count("\n") <= len(frames_of_payments(folder))


def _check(tmp_path: Path, engine: str, whole: Whole, *, kills: int, seed: int) -> Counter[int]:
    """Kill one replay many times, then let it come to its end; return the stages at which it died."""
    folder, outcomes, chance = tmp_path / "data", tmp_path / "outcomes.csv", Random(seed)
    line, books = _line(folder, outcomes, engine), whole.books
    whole.begin(folder)
    died: Counter[int] = Counter()

    for _ in range(kills):
        stages = _kill_once(line, folder, whole, chance)
        died.update([] if stages is None else [stages])
        _require_crash_only(folder, outcomes, books.codes)
        if stages is None:
            _begin_anew(folder, outcomes, whole)
    result = _run(line)

    assert outcomes.read_text() == "".join(f"{row},{code}\n" for row, code in enumerate(books.codes, 1))
    assert {key: result[key] for key in _THE_SAME} == {key: whole.result[key] for key in _THE_SAME}
    assert (result["settled"], result["moved_fen"], result["balances_sha256"]) == (
        books.settled,
        books.moved_fen,
        books.balances_sha256,
    )
    report = audit(folder, RustEngine).document()
    assert (report["problems"], report["warnings"]) == ([], [])
    assert (report["root"], report["head"]) == (result["root"], result["head"])
    print(f"seed {seed}, {engine}: kills by stages passed: {dict(sorted(died.items()))}")  # noqa: T201  the seed
    return died


def _begin_anew(folder: Path, outcomes: Path, whole: Whole) -> None:
    """Begin a replay that has come to its end once more: it would only be read."""
    shutil.rmtree(folder)
    outcomes.unlink()
    whole.begin(folder)


def test_some_kills_of_a_replay_lose_nothing(tmp_path: Path, whole: tuple[str, Whole]) -> None:
    """A few random moments on each engine: every answered row is as it was, and the audit finds no fault."""
    assert _check(tmp_path, *whole, kills=5, seed=20210101).total() > 0


@pytest.mark.long
def test_two_hundred_kills_of_a_replay_lose_nothing(tmp_path: Path, whole: tuple[str, Whole]) -> None:
    """More than a hundred on each engine, over all its stages: before the first, while paying, after the last."""
    engine, unkilled = whole
    died: Counter[int] = Counter()
    seed = 0
    while died.total() < 110:
        folder = tmp_path / str(seed)
        died += _check(folder, engine, unkilled, kills=15, seed=seed)
        shutil.rmtree(folder)
        seed += 1

    assert set(died) == set(range(len(STAGES) + 1))


def test_the_folder_of_another_run_is_refused(tmp_path: Path) -> None:
    """Other options on the same folder: exit 2, other_run."""
    folder, outcomes = tmp_path / "data", tmp_path / "outcomes.csv"
    _run(_line(folder, outcomes, "rust"))

    other = subprocess.run(
        [*_line(folder, outcomes, "rust"), "--class", "IV"], capture_output=True, text=True, check=False
    )

    assert other.returncode == 2
    assert "other_run" in other.stderr
