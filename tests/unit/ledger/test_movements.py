"""Movements read off a log in files: bounded, the same after every start, and honest about what was archived."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dcep.errors import BadInput, DcepError
from dcep.ids import OperatorId
from dcep.ledger.archive import archive
from dcep.ledger.client import WorkerLine
from dcep.ledger.movements import START, Movement, Movements
from tests.followed import sums_of
from tests.unit.ledger.archive.aged import BANK, age, line_to

_OTHER = OperatorId(2)
_FILE = Path("index") / "shard-000" / "movements.db"


def told_by(
    movements: Movements | WorkerLine, operator: OperatorId | None = BANK, after: str = START
) -> list[Movement]:
    """Return everything behind a cursor."""
    read = movements.movements if isinstance(movements, WorkerLine) else movements.page
    told: list[Movement] = []
    while True:
        page = read(after, limit=3, operator=BANK)
        told, after = told + page.items, page.next
        if not page.has_more:
            return told


def few_frames_at_once(line: WorkerLine, frames: int = 1) -> Movements:
    """Return the movements of a ledger by very small requests, with a memory of their own."""
    ledger = line.ledger
    return Movements(
        None,
        ledger.genesis,
        ledger.ledger,
        log=ledger.log,
        headers=ledger.headers,
        oldest=ledger.oldest_snapshot,
        frames=frames,
    )


def code_of(movements: Movements | WorkerLine, cursor: str) -> str:
    """Return the code of the error that a cursor gets, empty for a page."""
    read = movements.movements if isinstance(movements, WorkerLine) else movements.page
    try:
        read(cursor, limit=1, operator=BANK)
    except DcepError as error:
        return error.code
    return ""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a shard with a past in many small files; tests work on copies."""
    folder = tmp_path_factory.mktemp("aged")
    age(folder)
    return folder


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """Return a copy of the folder."""
    return shutil.copytree(made, tmp_path / "economy")


def test_a_start_tells_the_same_with_its_index_and_without_and_with_a_rotten_one(root: Path) -> None:
    """The index is made from the log: losing it costs time alone."""
    with line_to(root) as line:
        first = told_by(line)
        balances = {wallet: int(fen) for wallet, fen in line.balances() if fen}
    with line_to(root) as line:
        again = told_by(line)
    (root / _FILE).unlink()
    with line_to(root) as line:
        without = told_by(line)
    (root / _FILE).write_bytes(b"rotten" * 1_000)
    with line_to(root) as line:
        rotten = told_by(line)

    assert sums_of(first) == balances
    assert first == again == without == rotten


def test_the_index_of_another_ledger_is_thrown_away(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What it keeps belongs to other frames; the head that it names gives it away."""
    other = tmp_path_factory.mktemp("other")
    age(other, seed=bytes(32), rounds=3)
    with line_to(root) as line:
        told = told_by(line)
    with line_to(other) as line:
        told_by(line)

    (root / _FILE).write_bytes((other / _FILE).read_bytes())

    with line_to(root) as line:
        assert told_by(line) == told


def test_a_request_does_a_bounded_piece_and_the_cursor_goes_on_behind_it(root: Path) -> None:
    """An operator of whom nothing is told in a thousand frames gets on all the same."""
    with line_to(root) as line:
        movements, after, requests = few_frames_at_once(line), START, 0
        while (page := movements.page(after, limit=1_000, operator=_OTHER)).has_more:
            assert (page.items, page.next != after) == ([], True)
            after, requests = page.next, requests + 1

        assert requests == line.ledger.seq - 1
        assert told_by(few_frames_at_once(line)) == told_by(line)


def test_a_cursor_that_was_not_reached_yet_is_answered_when_the_log_was_followed_again(root: Path) -> None:
    """After the index was lost: each request carries the work on, and says that it is not there yet."""
    with line_to(root) as line:
        cursor = line.movements(START, limit=1_000, operator=BANK).next
        again = few_frames_at_once(line)
        codes = list(iter(lambda: code_of(again, cursor), ""))

        assert set(codes) == {"movements_behind"}
        assert again.page(cursor, limit=10, operator=BANK) == ([], cursor, False)


@pytest.mark.parametrize("cursor", ["x", "0-0-0", "1-1", "1-1-1-1", "-1-0-0", "1-0-0 ", "999999-0-0", "9" * 40])
def test_a_cursor_that_the_ledger_never_gave_out_is_refused(root: Path, cursor: str) -> None:
    """Also one that is ahead of the log: it came from a ledger that has lost what it told."""
    with line_to(root) as line, pytest.raises(BadInput, match="bad_cursor"):
        line.movements(cursor, limit=1, operator=BANK)


@pytest.mark.parametrize("is_index_lost", [False, True])
def test_what_was_archived_is_said_to_be_and_what_came_later_is_told(
    root: Path, tmp_path_factory: pytest.TempPathFactory, is_index_lost: bool
) -> None:
    """With the index as it was, or with the memory of the oldest state that a checkpoint proves."""
    with line_to(root) as line:
        whole = told_by(line)
    archive(root, tmp_path_factory.mktemp("kept") / "archive", days=0)
    if is_index_lost:
        (root / _FILE).unlink()

    with line_to(root) as line:
        first = line.ledger.log.first
        gone = [seq for seq in range(1, line.ledger.seq) if code_of(line, f"{seq}-0-0") == "archived"]
        oldest = gone[-1] + 1
        later = told_by(line, after=f"{oldest}-0-0")

    assert 1 < first <= oldest
    assert gone == list(range(1, oldest))
    assert is_index_lost or oldest == first
    assert later
    assert later == [each for each in whole if each.seq >= oldest]
