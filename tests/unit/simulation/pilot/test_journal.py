"""The office's memory: what ended stays ended, and another pilot does not mix with this one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.simulation.pilot.journal import End, Journal
from dcep.simulation.pilot.papers import attempts_file, read_attempts, write_papers

_END = End(
    key="p1-ride-1",
    phase=1,
    operator=3,
    trade="transport",
    verb="pay",
    answer="settled",
    kept=True,
    ended_at_ms=UnixMs(7),
    took_us=5_000,
    command=bytes(32),
    seq=12,
    amount_fen=300,
)


def test_the_first_end_of_a_step_counts_and_outlives_the_process(tmp_path: Path) -> None:
    """A step that is done again under its key ends as it did, whatever is told the second time."""
    journal = Journal(tmp_path)
    journal.keep(_END)
    journal.keep(replace(_END, answer="expired", took_us=None))
    journal.close()

    again = Journal(tmp_path)

    assert (again.end_of("p1-ride-1"), again.end_of("p1-ride-2")) == (_END, None)
    assert (again.ends(1), again.ends(2)) == ([_END], [])
    again.close()


def test_a_pilot_with_other_options_does_not_go_on_with_this_one(tmp_path: Path) -> None:
    """Its steps would be others under the same keys."""
    journal = Journal(tmp_path)
    journal.begin({"seed": 1})
    journal.begin({"seed": 1})

    with pytest.raises(BadInput) as refused:
        journal.begin({"seed": 2})

    assert refused.value.code == "other_run"
    journal.close()


def test_a_note_is_made_once(tmp_path: Path) -> None:
    """Where a phase began must be the same for whoever goes on with it."""
    journal = Journal(tmp_path)

    assert [journal.noted("since-1", seq) for seq in (5, 9)] == [5, 5]
    journal.close()


def test_attempts_are_read_as_they_were_written(tmp_path: Path) -> None:
    """Their root is on the board: a field that came back otherwise would be a false alarm."""
    journal = Journal(tmp_path)
    ends = [_END, replace(_END, key="p1-ride-2", took_us=None, command=b"", seq=None, kept=False)]
    for end in ends:
        journal.keep(end)
    journal.keep_document("board-1", b"a board")
    write_papers(tmp_path, journal)
    journal.close()

    assert read_attempts(attempts_file(tmp_path, 1)) == ends


def test_what_is_not_for_everybody_is_its_owners_alone(tmp_path: Path) -> None:
    """The journal holds the password of every key and the seed of a draw; attempts name who paid whom."""
    journal = Journal(tmp_path)
    journal.keep(_END)
    journal.keep_document("board-1", b"a board")
    write_papers(tmp_path, journal)

    modes = {file.name: file.stat().st_mode & 0o077 for file in tmp_path.iterdir()}
    journal.close()

    assert {name for name, mode in modes.items() if mode} == {"board-1.json"}
    assert {"pilot.db", "pilot.db-wal", "attempts-1.csv"} <= set(modes)


@pytest.mark.parametrize("text", ["", "key\nx\n", "\x00", "key,phase\np1,one\n"])
def test_a_file_that_is_no_attempts_is_wrong_input(tmp_path: Path, text: str) -> None:
    """It is said, and nothing is computed of it."""
    (tmp_path / "attempts.csv").write_text(text)

    with pytest.raises(BadInput) as wrong:
        read_attempts(tmp_path / "attempts.csv")

    assert wrong.value.code == "bad_file"
