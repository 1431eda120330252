"""What is played on a disk that fails: each scene begins with a folder, and says what must hold afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

from dcep.ledger.backup import back_up, restore
from dcep.ledger.engine.statute import PythonEngine
from dcep.messages.layout import Seq
from dcep.simulation.replay_command import Asked, run_replay
from tests.faults.disk.disk import Disk
from tests.faults.disk.town import Given, live, require_nothing_lost
from tests.faults.system.tiny_replay import (
    accounts_in,
    books_of,
    frames_of_payments,
    lines_of,
    payments_in,
    write_files,
)
from tests.unit.ledger.audit.kept import audited, header_file, keep, log_file, pieces_of
from tests.unit.ledger.small_ledger import Ledger


class Scene(NamedTuple):
    """A scene: `prepare` a folder, `play` it and note the answers, then `require` that nothing is lost."""

    prepare: Callable[[Path], None]
    play: Callable[[Path, list[Given]], None]
    require: Callable[[Path, Sequence[Given]], None]


# A town.


def _nothing(root: Path) -> None:
    """Begin where nothing is."""


def _town(root: Path) -> Path:
    return root / "data"


def _torn_town(root: Path) -> None:
    """Leave a town of which a kill has torn the last frame and the header before it."""
    keep(_town(root))
    log, headers = log_file(_town(root)), header_file(_town(root))
    log.write_bytes(log.read_bytes() + pieces_of(log)[-1].data[:100])
    headers.write_bytes(headers.read_bytes()[:-60])


def _live(root: Path, heard: list[Given]) -> None:
    live(_town(root), heard)


def _require_town(root: Path, heard: Sequence[Given]) -> None:
    require_nothing_lost(_town(root), heard)


# A replay with its file of outcomes.


def _replay(root: Path, heard: list[Given]) -> None:
    _run(root)


def _run(root: Path) -> dict[str, Any]:
    asked = Asked(
        accounts=str(accounts_in(root.parent)),
        payments=str(payments_in(root.parent)),
        engine="rust",
        rules="ecny-2021",
        wallet_class="II",
        start_date="2021-01-01",
        days="file",
        opening_factor=1,
        outcomes=root / "outcomes.csv",
    )
    return run_replay(asked, _town(root), lambda what, done, total: None)


def _files(root: Path) -> None:
    write_files(root.parent)


def _require_replay(root: Path, heard: Sequence[Given]) -> None:
    books = books_of(root.parent)
    lines = lines_of(books)
    outcomes = root / "outcomes.csv"
    so_far = outcomes.read_text() if outcomes.exists() else ""
    assert lines.startswith(so_far)
    if so_far:
        assert audited(_town(root)).ok
        assert so_far.count("\n") <= len(frames_of_payments(_town(root)))

    result = _run(root)

    assert outcomes.read_text() == lines
    assert (result["settled"], result["balances_sha256"]) == (books.settled, books.balances_sha256)
    assert result["left_over_fen"] == 0
    report = audited(_town(root))
    assert (report.problems, report.warnings) == ((), ())
    assert report.document()["root"] == result["root"]


# A ledger of many small files, and the index of its history.

_NUMBERS: Final = range(1, 13)


def _append_and_index(root: Path, heard: list[Given]) -> None:
    with closing(Ledger(root)) as ledger:
        _append(ledger, heard)
        ledger.history.build()


def _append(ledger: Ledger, heard: list[Given]) -> None:
    for number in _NUMBERS:
        command = ledger.command(number, settles=number % 3 != 0)
        if number > ledger.opened.seq:
            outcome = ledger.append(command)[0]
            heard.append(Given(ledger.place.ledger, ledger.opened.seq, 1, command.id, outcome))


def _require_indexed(root: Path, heard: Sequence[Given]) -> None:
    with closing(Ledger(root)) as ledger:
        assert len(heard) <= ledger.opened.seq
        again: list[Given] = []
        _append(ledger, again)
        ledger.history.build()
        for number in _NUMBERS:
            found = ledger.ask(ledger.command(number, settles=number % 3 != 0))
            assert (found.seq, found.place) == (Seq(number), 1)
            assert all(given.outcome == found.outcome for given in heard if given.seq == number)
        assert len(ledger.index_files()) > 1


# A copy, and the way back.


def _back_up(root: Path, heard: list[Given]) -> None:
    back_up(_town(root), root / "copy.tar")


def _require_copied(root: Path, heard: Sequence[Given]) -> None:
    copy = root / "copy.tar"
    assert audited(_town(root)).ok
    if not copy.exists():
        # A disk that lets nobody remove anything keeps the part that was written, under a name of its own.
        assert all(path.name == "data" or path.name.endswith(".part") for path in root.iterdir())
        _back_up(root, [])
    restore(copy, root / "back", PythonEngine)


def _copied_town(root: Path) -> None:
    keep(_town(root))
    back_up(_town(root), root / "copy.tar")


def _restore(root: Path, heard: list[Given]) -> None:
    restore(root / "copy.tar", root / "back", PythonEngine)


def _require_restored(root: Path, heard: Sequence[Given]) -> None:
    if not (root / "back").exists():
        _restore(root, [])
    assert audited(root / "back").ok


def _with_a_good_disk(require: Callable[[Path, Sequence[Given]], None]) -> Callable[[Path, Sequence[Given]], None]:
    """Look at what is there without a flush in earnest."""

    def look(root: Path, heard: Sequence[Given]) -> None:
        with Disk(root).installed():
            require(root, heard)

    return look


SCENES: Final = {
    "first life": Scene(_nothing, _live, _require_town),
    "life after a kill": Scene(_torn_town, _live, _require_town),
    "replay": Scene(_files, _replay, _with_a_good_disk(_require_replay)),
    "many files": Scene(_nothing, _append_and_index, _with_a_good_disk(_require_indexed)),
    "backup": Scene(lambda root: keep(_town(root)), _back_up, _with_a_good_disk(_require_copied)),
    "restore": Scene(_copied_town, _restore, _with_a_good_disk(_require_restored)),
}
