"""The power fails: of what was not flushed anything may be gone, and still every answer that was given stands.

Source: INTERFACES, `settled` is durable; the model of the disk is in platter.py.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from random import Random  # noqa: TID251  the seed stands in the test
from typing import Final

import pytest

from tests.faults.disk.disk import Disk, Kill, Killed
from tests.faults.disk.platter import Journal, Platter
from tests.faults.disk.town import Given, live, require_nothing_lost

_SEED: Final = 20210101


class Life:
    """A town's life on a disk that remembers everything, perhaps with a kill and another start in the middle."""

    def __init__(self, root: Path, killed_at: int | None = None) -> None:
        root.mkdir()
        self.heard: list[Given] = []
        self.journal = Journal(root, lambda: len(self.heard))
        if killed_at is not None:
            with Disk(root, Kill(at=killed_at), self.journal.note).installed(), suppress(Killed):
                live(root / "data", self.heard)
        self.started_at = len(self.journal.deeds)
        disk = Disk(root, None, self.journal.note)
        with disk.installed():
            live(root / "data", self.heard)
        self.calls = disk.calls

    def require_cut_survived(self, deeds: int, chance: Random, target: Path) -> None:
        """Cut the power after so many deeds, and require that what was answered until then is there."""
        shutil.rmtree(target, ignore_errors=True)
        Platter(self.journal, deeds).cut(target, chance)

        try:
            require_nothing_lost(target / "data", self.heard[: self.journal.heard_before(deeds)])
        except BaseException as error:
            error.add_note(f"the power was cut after deed {deeds} of {len(self.journal.deeds)}")
            raise

    def require_cuts_survived(self, deeds: Iterable[int], chance: Random, target: Path) -> None:
        """Cut the power at each of these places, each time anew."""
        for count in deeds:
            self.require_cut_survived(count, chance, target)

    def everywhere(self) -> range:
        """Return every place at which the power can be cut."""
        return range(len(self.journal.deeds) + 1)


def test_a_power_cut_loses_no_answer(tmp_path: Path) -> None:
    """Some places; the long test takes them all, many times."""
    life = Life(tmp_path / "real")

    life.require_cuts_survived(life.everywhere()[2::9], Random(_SEED), tmp_path / "cut")


def test_a_power_cut_after_a_kill_loses_no_answer(tmp_path: Path) -> None:
    """A start reads what a killed writer never flushed: it must flush it before it builds upon it."""
    calls = Life(tmp_path / "whole").calls
    before_a_flush = [at for at, call in enumerate(calls) if call.sort == "flush" and call.file.endswith(".log")]
    for killed_at in [1, *before_a_flush[3::5], *range(22, 160, 45)]:
        life = Life(tmp_path / f"real {killed_at}", killed_at)

        # Soon after the second start, before a flush of its own makes up for what was left out.
        soon = life.everywhere()[life.started_at :][:48:3]
        life.require_cuts_survived(soon, Random(killed_at), tmp_path / "cut")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8))
def test_a_power_cut_anywhere_loses_no_answer(tmp_path: Path, seed: int) -> None:
    """After each deed of the town's life."""
    life = Life(tmp_path / "real")

    life.require_cuts_survived(life.everywhere(), Random(seed), tmp_path / "cut")


@pytest.mark.long
def test_a_power_cut_anywhere_after_a_kill_anywhere_loses_no_answer(tmp_path: Path) -> None:
    """Each call at which the process can be gone, then a cut soon after the next start, and some anywhere."""
    for killed_at in range(len(Life(tmp_path / "whole").calls)):
        life = Life(tmp_path / "real", killed_at)

        places = [*life.everywhere()[life.started_at :][:60:4], *life.everywhere()[killed_at % 31 :: 31]]
        life.require_cuts_survived(places, Random(killed_at), tmp_path / "cut")

        shutil.rmtree(tmp_path / "real")


def test_a_platter_keeps_what_was_flushed_and_nothing_else(tmp_path: Path) -> None:
    """The model is measured itself: a name or a byte without its flush can be gone."""
    root = tmp_path / "real"
    root.mkdir()
    journal = Journal(root, lambda: 0)
    with Disk(root, None, journal.note).installed():
        (root / "a").write_bytes(b"never flushed")
        with (root / "b").open("wb") as stream:
            _write_and_flush(stream.fileno(), b"safe")
            _flush_folder(root)
            stream.write(b" and not")

    left = set()
    for seed in range(200):
        target = tmp_path / "cut"
        shutil.rmtree(target, ignore_errors=True)
        Platter(journal, len(journal.deeds)).cut(target, Random(seed))
        left.add(tuple((path.name, path.read_bytes()) for path in sorted(target.iterdir())))

    assert all(("b" in dict(files)) and dict(files)["b"].startswith(b"safe") for files in left)
    assert {dict(files).get("a") for files in left} >= {b"", b"never flushed", bytes(13)}
    assert {dict(files)["b"] for files in left} >= {b"safe", b"safe and not", b"safe" + bytes(8)}


def test_a_platter_can_lose_a_name_that_no_flush_has_kept(tmp_path: Path) -> None:
    """And the file with it, however often its data was flushed."""
    root = tmp_path / "real"
    root.mkdir()
    journal = Journal(root, lambda: 0)
    with Disk(root, None, journal.note).installed(), (root / "a").open("wb") as stream:
        _write_and_flush(stream.fileno(), b"data")

    names = set()
    for seed in range(50):
        target = tmp_path / "cut"
        shutil.rmtree(target, ignore_errors=True)
        Platter(journal, len(journal.deeds)).cut(target, Random(seed))
        names.add(tuple(path.name for path in target.iterdir()))

    assert names == {(), ("a",)}


def _write_and_flush(file: int, data: bytes) -> None:
    os.write(file, data)
    os.fsync(file)


def _flush_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(file)
    os.close(file)
