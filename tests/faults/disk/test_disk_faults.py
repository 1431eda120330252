"""A disk that refuses: whichever call fails, and how, the program stops with 3, and every answer that it gave stands.

Source: INTERFACES, files: full disk and failing flush are exit code 3; an answer is durable when it is given.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from dcep.errors import DcepError, Unavailable
from tests.faults.disk.disk import Call, Disk, Fault, Kill, Killed
from tests.faults.disk.scenes import SCENES, Scene
from tests.faults.disk.town import Given

_EACH: Final = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
# Every call has its turn within so many runs of `make test-long`, and a few of them in each `make test`.
_SOME: Final = slice(5, None, 61)
_SOME_KILLS: Final = slice(3, None, 23)
# What a disk says. A full one says it to whoever needs room.
_NEEDS_ROOM: Final = {"create", "write", "flush", "flush names", "rename", "mkdir"}


def faults_of(calls: Iterable[Call]) -> Iterator[Fault]:
    """Yield every fault that can come to these calls: once and for ever, at once and in the middle of a write."""
    for at, call in enumerate(calls):
        for error in (errno.EIO, errno.ENOSPC) if call.sort in _NEEDS_ROOM else (errno.EIO,):
            for for_ever in (False, True):
                yield Fault(at=at, error=error, for_ever=for_ever)
                if call.sort == "write":
                    yield Fault(at=at, error=error, for_ever=for_ever, part=True)


def calls_of(scene: Scene, root: Path) -> list[Call]:
    """Return the calls of a scene on a disk that does as it is told."""
    disk = Disk(root)
    _begin(scene, root)
    with disk.installed():
        scene.play(root, [])
    return disk.calls


def _begin(scene: Scene, root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    with Disk(root).installed():
        scene.prepare(root)


def require_stop(scene: Scene, root: Path, fault: Fault, call: Call) -> None:
    """Require that a fault stops the scene with 3, and that afterwards everything is there and goes on."""
    heard: list[Given] = []
    _begin(scene, root)

    disk = Disk(root, fault)
    try:
        with disk.installed():
            _play_to_the_fault(scene, root, heard, disk)
        scene.require(root, heard)
    except BaseException as error:
        error.add_note(f"{fault}: {call}")
        raise


def _play_to_the_fault(scene: Scene, root: Path, heard: list[Given], disk: Disk) -> None:
    """Play a scene until it stops; threads do not always take the same number of steps to its end."""
    try:
        scene.play(root, heard)
    except Unavailable:
        assert disk.has_failed
    except DcepError:
        # A file that cannot be read is told as one that is damaged.
        assert disk.has_failed
        assert disk.struck.sort == "open"
    else:
        assert not disk.has_failed or _may_be_silent(disk.struck), f"nobody has heard that {disk.struck} failed"


def _may_be_silent(struck: Call) -> bool:
    """Return whether nobody need hear of a call that failed.

    An index is written beside the work, and again at the next look: only who asks the history hears of it. A snapshot
    that cannot be read is passed over, for the log holds everything.
    """
    return "index/" in struck.file or (struck.sort == "open" and "/snapshots/" in struck.file)


@_EACH
def test_a_call_that_fails_stops_the_program_and_loses_nothing(scene: Scene, tmp_path: Path) -> None:
    """Some of the calls; the long test takes them all."""
    root = tmp_path / "disk"
    calls = calls_of(scene, root)

    for fault in list(faults_of(calls))[_SOME]:
        require_stop(scene, root, fault, calls[fault.at])


@pytest.mark.long
@_EACH
def test_any_call_that_fails_stops_the_program_and_loses_nothing(scene: Scene, tmp_path: Path) -> None:
    """Each call of the scene, with each error, once and for ever."""
    root = tmp_path / "disk"
    calls = calls_of(scene, root)

    for fault in faults_of(calls):
        require_stop(scene, root, fault, calls[fault.at])


def require_kill_survived(scene: Scene, root: Path, at: int) -> None:
    """Require that nothing is lost when the process is gone before a call, or in the middle of a write."""
    heard: list[Given] = []
    _begin(scene, root)

    try:
        with Disk(root, Kill(at=at)).installed(), suppress(Killed):
            scene.play(root, heard)
        scene.require(root, heard)
    except BaseException as error:
        error.add_note(f"killed before call {at}")
        raise


@_EACH
def test_a_kill_before_a_call_loses_nothing(scene: Scene, tmp_path: Path) -> None:
    """What the process had written is in the machine; some of the calls, the long test takes them all."""
    root = tmp_path / "disk"

    for at in range(len(calls_of(scene, root)))[_SOME_KILLS]:
        require_kill_survived(scene, root, at)


@pytest.mark.long
@_EACH
def test_a_kill_before_any_call_loses_nothing(scene: Scene, tmp_path: Path) -> None:
    """Each call of the scene."""
    root = tmp_path / "disk"

    for at in range(len(calls_of(scene, root))):
        require_kill_survived(scene, root, at)
