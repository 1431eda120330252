"""An archive that is broken off anywhere loses nothing, and the same line again finishes it."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn, TypeVar

import pytest

from dcep.errors import Unavailable
from dcep.ledger.archive import archive
from dcep.ledger.archive.disk import Disk
from tests.unit.ledger.archive.aged import (
    Past,
    age,
    answers_of,
    audited,
    contents_of,
    go_on,
    stands_where_it_stood,
)

T = TypeVar("T")

# Every file is copied, read back, removed and its folder flushed; and then there are genesis, manifest and note.
CALLS: Final = 100


class FailingDisk(Disk):
    """A disk that refuses the call with this number, before it does anything or when it has done everything."""

    def __init__(self, at: int, *, after: bool) -> None:
        self._left, self._after = at, after

    def copy(self, source: Path, target: Path) -> bytes:
        return self._count(lambda: Disk.copy(self, source, target))

    def read_back(self, path: Path) -> bytes:
        return self._count(lambda: Disk.read_back(self, path))

    def write(self, path: Path, data: bytes) -> None:
        self._count(lambda: Disk.write(self, path, data))

    def remove(self, path: Path) -> None:
        self._count(lambda: Disk.remove(self, path))

    def flush_names(self, folder: Path) -> None:
        self._count(lambda: Disk.flush_names(self, folder))

    def _count(self, act: Callable[[], T]) -> T:
        self._left -= 1
        if self._left != 0:
            return act()
        if self._after:
            act()
        self.fail()

    def fail(self) -> NoReturn:
        """Refuse as a full disk does."""
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class DeadlyDisk(FailingDisk):
    """A disk under which the process is killed."""

    def fail(self) -> NoReturn:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("nobody survives this")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path, Path, Past]:
    """Return a folder with an older archive, and both as they are after one more round that nothing disturbs."""
    top = tmp_path_factory.mktemp("aged")
    past = age(top / "economy", rounds=2)
    archive(top / "economy", top / "archive", days=0)
    go_on(top / "economy", checkpoints=3)
    shutil.copytree(top / "economy", top / "economy after")
    shutil.copytree(top / "archive", top / "archive after")
    archive(top / "economy after", top / "archive after", days=0)
    return top / "economy", top / "archive", top / "economy after", top / "archive after", past


def _copies(made: tuple[Path, Path, Path, Path, Past], top: Path) -> tuple[Path, Path]:
    return shutil.copytree(made[0], top / "economy"), shutil.copytree(made[1], top / "archive")


def _require_nothing_lost(made: tuple[Path, Path, Path, Path, Past], root: Path, to: Path) -> None:
    """Hold what a broken round has left to what was there before it."""
    before = contents_of(made[0]) | contents_of(made[1])
    assert contents_of(to) | contents_of(root) == before
    assert audited(root).ok
    assert audited(root, to).ok


def _require_finished(made: tuple[Path, Path, Path, Path, Past], root: Path, to: Path) -> None:
    """Hold what a repeated round has left to what an undisturbed one leaves."""
    assert contents_of(root) == contents_of(made[2])
    assert contents_of(to) == contents_of(made[3])
    assert audited(root, to) == audited(made[2], made[3])


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_disk_that_refuses_any_call_costs_nothing_and_the_same_line_again_finishes(
    made: tuple[Path, Path, Path, Path, Past], tmp_path: Path, after: bool
) -> None:
    """Copies, hashes, manifest, note and removals: at each of them folder and archive are whole together."""
    for call in range(1, CALLS):
        top = tmp_path / str(call)
        top.mkdir()
        root, to = _copies(made, top)
        try:
            archive(root, to, days=0, disk=FailingDisk(call, after=after))
        except Unavailable as refused:
            code = refused.code
        else:
            _require_finished(made, root, to)
            assert call > 10
            return
        assert code == "archive_not_written"
        _require_nothing_lost(made, root, to)
        archive(root, to, days=0)
        _require_finished(made, root, to)
        shutil.rmtree(top)
    raise AssertionError("the disk was asked more often than this test goes")


_VICTIM: Final = """
import sys
from pathlib import Path
from dcep.ledger.archive import archive
from tests.faults.test_archive_faults import DeadlyDisk
root, to, call, after = sys.argv[1:]
archive(Path(root), Path(to), days=0, disk=DeadlyDisk(int(call), after=after == "after"))
"""


@pytest.mark.parametrize(("call", "after"), [(1, "after"), (4, "before"), (10, "after"), (14, "after"), (17, "before")])
def test_a_round_that_is_killed_leaves_a_folder_that_starts_and_answers(
    made: tuple[Path, Path, Path, Path, Past], tmp_path: Path, call: int, after: str
) -> None:
    """No lock, no half file and no half list stays behind."""
    root, to = _copies(made, tmp_path)

    died = subprocess.run(
        [sys.executable, "-c", _VICTIM, str(root), str(to), str(call), after], check=False, capture_output=True
    )

    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    _require_nothing_lost(made, root, to)
    assert answers_of(root, made[4])
    archive(root, to, days=0)
    _require_finished(made, root, to)


def test_a_folder_that_cannot_be_written_is_told_as_such(
    made: tuple[Path, Path, Path, Path, Past], tmp_path: Path
) -> None:
    """The archive's disk is full before the first byte: the folder is as it was."""
    root, _ = _copies(made, tmp_path)
    before = contents_of(root)
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(Unavailable, match="archive_not_written"):
        archive(root, tmp_path / "file", days=0)

    assert contents_of(root) == before
    assert audited(root).ok


def test_the_past_is_where_it_was_in_the_folder_of_these_tests(made: tuple[Path, Path, Path, Path, Past]) -> None:
    """What is compared above is a ledger that really went on: its root is that of the past, its head is not."""
    assert not stands_where_it_stood(made[2], made[4])
    assert answers_of(made[2], made[4])
