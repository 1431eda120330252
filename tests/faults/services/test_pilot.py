"""The pilot end to end over real processes: killed in the middle, shut out by its gate, checked by a stranger."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import pytest

from dcep.simulation.pilot.journal import Journal

_DCEP: Final = (sys.executable, "-c", "from dcep.cli.app import main; main()")
_PORT: Final = "25200"
_PATIENCE_S: Final = 300.0


def _dcep(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*_DCEP, "pilot", *words], capture_output=True, text=True, check=False, timeout=_PATIENCE_S)


def _line(data: Path, *more: str) -> list[str]:
    return ["--data", str(data), "--scale", "10000", "--port", _PORT, *more]


def _kill_after(data: Path, steps: int) -> None:
    """Let a pilot begin, and kill it, with its currency, as soon as so many steps have ended."""
    end = time.monotonic() + _PATIENCE_S
    with (data / "said").open("w+") as said:
        process = subprocess.Popen([*_DCEP, "pilot", *_line(data)], stdout=said, stderr=said)
        try:
            while _ended(data) < steps:
                assert time.monotonic() < end, "the pilot does not get on"
                assert process.poll() is None, (data / "said").read_text()
                time.sleep(0.05)
        finally:
            process.kill()
            process.wait()


def _ended(data: Path) -> int:
    if not (data / "pilot" / "pilot.db").exists():
        return 0
    journal = Journal(data / "pilot")
    try:
        return len(journal.ends(1)) + len(journal.ends(2))
    finally:
        journal.close()


@pytest.mark.long
def test_a_pilot_that_is_killed_goes_on_and_loses_nothing(tmp_path: Path) -> None:
    """Killed among openings, gates and envelopes: every balance is the sum of its movements, and the law holds."""
    for steps in (8, 45, 200):
        _kill_after(tmp_path, steps)

    played = _dcep(*_line(tmp_path, "--json"))
    told: dict[str, Any] = json.loads(played.stdout)

    for phase in told["phases"]:
        assert (phase["law_holds"], phase["wallets_agree"], phase["is_final"]) == (True, True, True)
        assert [line["conflicts"] for line in phase["lines"]] == [0] * 7
        assert [line["kept"] for line in phase["lines"]] == [line["attempts"] for line in phase["lines"]]
    assert [phase["phase"] for phase in told["phases"]] == [1, 2]
    assert played.returncode == 0, played.stdout
    _check_papers(tmp_path)


def _check_papers(data: Path) -> None:
    """Check what was published as a stranger does, and as one whom it does not convince."""
    folder = data / "pilot"
    for phase in (1, 2):
        attempts = folder / f"attempts-{phase}.csv"
        board = [str(folder / f"board-{phase}.json"), "--data", str(data)]
        assert _dcep("board", *board, "--attempts", str(attempts)).returncode == 0
        attempts.write_text(attempts.read_text().replace("settled", "expired", 1))
        assert "other_attempts" in _dcep("board", *board, "--attempts", str(attempts)).stderr
    draw = json.loads((folder / "draw.json").read_text())
    drawn = json.loads(_dcep("draw", str(folder / "draw.json"), "--data", str(data), "--json").stdout)
    assert len(drawn["winners"]) == 5
    (folder / "forged.json").write_text(json.dumps(draw | {"tickets": draw["tickets"][1:]}))
    assert "bad_draw" in _dcep("draw", str(folder / "forged.json"), "--data", str(data)).stderr
    assert _dcep("gate", "--data", str(data)).returncode == 0
    assert "other_run" in _dcep(*_line(data, "--seed", "2")).stderr


def test_the_second_phase_does_not_begin_before_the_first(tmp_path: Path) -> None:
    """It is said before anything is started: no folder of a currency is made."""
    asked = _dcep(*_line(tmp_path, "--phase", "2"))

    assert (asked.returncode, asked.stdout) == (1, "")
    assert "gate_not_passed" in asked.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pilot"]
