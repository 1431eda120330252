"""What a replay keeps beside the ledger is whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcep.errors import BadInput
from dcep.simulation.outcomes_file import OutcomesFile
from dcep.simulation.run_folder import RunFolder


def test_the_same_question_finds_the_same_seed(tmp_path: Path) -> None:
    """The seed makes the same bytes again after a kill."""
    seed = RunFolder(tmp_path).begin({"rows": 1})

    again = RunFolder(tmp_path).begin({"rows": 1})

    assert again == seed


def test_another_question_is_refused(tmp_path: Path) -> None:
    """Two runs do not share a folder."""
    RunFolder(tmp_path).begin({"rows": 1})

    with pytest.raises(BadInput, match="other_run"):
        RunFolder(tmp_path).begin({"rows": 2})


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    """Nobody's files are mixed with a ledger's."""
    (tmp_path / "letters").mkdir()

    with pytest.raises(BadInput, match="other_run"):
        RunFolder(tmp_path).begin({"rows": 1})

    assert [entry.name for entry in tmp_path.iterdir()] == ["letters"]


def test_a_seed_that_was_cut_by_a_kill_is_drawn_again(tmp_path: Path) -> None:
    """Before the run is noted nothing was signed with it."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "seed").write_bytes(b"cut")

    seed = RunFolder(tmp_path).begin({"rows": 1})

    assert len(seed) == 32


def test_outcomes_are_completed_and_never_repeated(tmp_path: Path) -> None:
    """A last line that a kill has cut is finished by the next run."""
    path = tmp_path / "outcomes.csv"
    path.write_text("1,settled\n2,insuff")

    with OutcomesFile(path) as outcomes:
        outcomes.add(["settled"])
        outcomes.add(["insufficient_funds", "settled"])

    assert path.read_text() == "1,settled\n2,insufficient_funds\n3,settled\n"


def test_the_outcomes_of_another_run_are_not_touched(tmp_path: Path) -> None:
    """Another answer in the file means another run."""
    path = tmp_path / "outcomes.csv"
    path.write_text("1,refused\n")

    with OutcomesFile(path) as outcomes, pytest.raises(BadInput, match="other_run"):
        outcomes.add(["settled"])

    assert path.read_text() == "1,refused\n"


def test_without_a_file_nothing_is_written(tmp_path: Path) -> None:
    """Outcomes are for those who ask."""
    with OutcomesFile(None) as outcomes:
        outcomes.add(["settled"])

    assert list(tmp_path.iterdir()) == []
