"""Move old files of a data folder into an archive, so that the folder stays small for years and nothing is lost.

1. Each ledger is read through, and what is missing of its index is written: `index/` stays and goes on answering.
2. What may leave is copied, flushed, read back and compared by its hash. A copy that is there already must be the same.
3. The archive's manifest names the copies; then the folder's own note names what has left it.
4. Only now is anything removed: snapshots first, then frames, then headers, oldest first.

A crash between any two steps leaves folder and archive whole: the same line again finishes the work. Everything that
was moved is in the chain of heads, so that a folder and its archives are audited together from the first frame on.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dcep.durable import make_folder
from dcep.errors import BadInput, DcepError, Unavailable
from dcep.ids import ledger_name
from dcep.ledger.archive.disk import Disk
from dcep.ledger.archive.plan import Plan, Planner, StoreFile, require_startable
from dcep.ledger.archived import MANIFEST, NOTE, Archived, ArchivedFile, read_manifest, read_note
from dcep.ledger.folder import Folder
from dcep.ledger.history.sealed import index_file
from dcep.ledger.reading import Progress, no_progress

KEEP: Final = 2
# Receipts are served again for 90 days.
DAYS: Final = 90
_GENESIS: Final = "ledger/genesis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What one round has moved, and where the folder's ledgers begin now."""

    network: bytes
    files: tuple[ArchivedFile, ...]
    plans: tuple[Plan, ...]
    note: Archived

    def document(self) -> dict[str, Any]:
        """Return what JSON shows of it."""
        return {
            "network": self.network.hex(),
            "files": [file.name for file in self.files],
            "bytes": sum(file.size for file in self.files),
            "ledgers": [
                {
                    "name": ledger_name(plan.ledger),
                    "frames": plan.frames,
                    "archived": self.archived(plan),
                    "snapshot": plan.base,
                }
                for plan in self.plans
            ],
        }

    def archived(self, plan: Plan) -> int:
        """Return the last frame of a ledger that was ever archived; 0 if none was."""
        logs = self.note.of(ledger_name(plan.ledger), "log")
        return logs[-1].last if logs else 0


def archive(
    root: Path,
    to: Path,
    *,
    keep: int = KEEP,
    days: int = DAYS,
    disk: Disk | None = None,
    progress: Progress = no_progress,
) -> Moved:
    """Move what no start and no receipt needs any more out of a data folder.

    Args:
        root: the data folder; it is locked meanwhile.
        to: the archive: a folder that is not there yet, is empty, or was made by an earlier round.
        keep: so many proven snapshots stay, and all that came after the oldest of them; at least 1.
        days: what is younger by the ledger's own time stays; at least 0.
        disk: what copies and removes.
        progress: hears (what, done, in all).

    Raises:
        BadInput: `no_such_folder`, `inside_folder`, `bad_number`, `not_an_archive`, `other_network`, `archive_gap`.
        Damaged: a ledger is not what was written; nothing was removed.
        DcepError: `archive_differs`: the archive holds another file of that name; nothing was removed.
        Unavailable: `folder_in_use`, `archive_in_use`, `archive_not_written`, `index_not_written`.
    """
    if keep < 1 or days < 0:
        raise BadInput("bad_number", "at least one snapshot stays, and no negative number of days")
    if to.resolve().is_relative_to(root.resolve()) or root.resolve().is_relative_to(to.resolve()):
        raise BadInput("inside_folder", "archive and data folder lie inside one another", where=str(to))
    with Folder.open(root) as folder, _unusable(to), _locked(folder, to) as manifest:
        mover = _Mover(folder, to, manifest, disk or Disk(), progress)
        # 1.
        plans = tuple(_plan(folder, to, keep, days, progress))
        # 2. and 3.
        files = mover.copy(plans)
        # 4.
        mover.remove()
    return Moved(network=folder.network, files=files, plans=plans, note=mover.note)


def _plan(folder: Folder, to: Path, keep: int, days: int, progress: Progress) -> Iterator[Plan]:
    for ledger in folder.read_genesis().ledgers():
        place = folder.ledger(ledger)
        index, note = folder.index / place.name, read_note(folder.root)
        gone = [] if note is None else note.of(place.name, "log")
        if any(not index_file(index, file.first).is_file() for file in gone):
            # Index files of what was archived can be made again only with it.
            folder.archives = (to,)
            Planner(folder.ledger(ledger), folder.network, index, keep=keep, days=days).run(progress)
            folder.archives = ()
        plan = Planner(place, folder.network, index, keep=keep, days=days).run(progress)
        require_startable(plan, place)
        yield plan


class _Mover:
    """Steps 2 to 4."""

    def __init__(self, folder: Folder, to: Path, manifest: Archived, disk: Disk, progress: Progress) -> None:
        self._root, self._to, self._disk, self._progress = folder.root, to, disk, progress
        self._genesis, self.manifest = folder.genesis, manifest
        self.note = read_note(folder.root) or Archived(network=folder.network)

    def copy(self, plans: tuple[Plan, ...]) -> tuple[ArchivedFile, ...]:
        """Copy what may leave, and let manifest and note name it."""
        leaving = [file for plan in plans for file in plan.movable]
        if not leaving:
            return ()
        self._require_no_gap(leaving)
        if not (self._to / _GENESIS).is_file():
            make_folder(self._to / "ledger")
            self._disk.write(self._to / _GENESIS, self._genesis)
        copied = []
        for done, file in enumerate(leaving, start=1):
            copied.append(self._copy(file))
            self._progress("archive", done, len(leaving))
        self.manifest = self.manifest.with_files(copied)
        self._disk.write(self._to / MANIFEST, self.manifest.encode())
        # The note is written when the copies are durable, and before anything is removed.
        self.note = self.note.with_files(copied)
        self._disk.write(self._root / NOTE, self.note.encode())
        return tuple(copied)

    def remove(self) -> None:
        """Remove what the note names and this archive holds."""
        # Headers last: no frame that is here ever lacks one.
        order = {"snapshots": 0, "log": 1, "headers": 2}
        for file in sorted(self.manifest.files, key=lambda file: (order[file.store], file.name)):
            path = self._root / file.name
            if file in self.note.files and path.is_file():
                # Files can have been brought back, and the archive's have rotted since.
                if self._disk.read_back(self._to / file.name) != file.sha256:
                    raise _differs(self._to / file.name)
                self._disk.remove(path)
                self._disk.flush_names(path.parent)

    def _copy(self, file: StoreFile) -> ArchivedFile:
        name = file.path.relative_to(self._root).as_posix()
        target = self._to / name
        digest = self._disk.read_back(file.path) if target.exists() else self._disk.copy(file.path, target)
        if self._disk.read_back(target) != digest:
            raise _differs(target)
        return ArchivedFile(name=name, size=target.stat().st_size, sha256=digest, last=file.last, head=file.head)

    def _require_no_gap(self, leaving: list[StoreFile]) -> None:
        """Within one archive the files of a store follow each other; what lies between may be in another archive."""
        for file in leaving:
            name = file.path.relative_to(self._root).as_posix()
            _, ledger, store, _ = name.split("/")
            held = self.manifest.of(ledger, store)
            first = int(file.path.stem)
            if store == "snapshots" or not held or any(one.name == name for one in held):
                continue
            later = [one for one in leaving if one.path.parent == file.path.parent and one.path < file.path]
            if not later and held[-1].last + 1 != first:
                message = f"{ledger}'s {store} end with frame {held[-1].last} there, and {first} comes next"
                raise BadInput(
                    "archive_gap", message, where=str(self._to), next_step="name the newest archive, or a new folder"
                )


def _differs(file: Path) -> DcepError:
    step = "find out which of the two is right: the folder's file was not removed"
    return DcepError("archive_differs", "the archive's file is not the folder's", where=str(file), next_step=step)


@contextmanager
def _locked(folder: Folder, to: Path) -> Iterator[Archived]:
    """Lock the archive for this round, and give its manifest."""
    if not to.parent.is_dir():
        raise BadInput("no_such_folder", "there is no folder above it", where=str(to))
    make_folder(to)
    lock = os.open(to, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable("archive_in_use", f"{to} is being written", retry_after_ms=1_000) from None
        if (to / MANIFEST).is_file():
            yield read_manifest(to, folder.network)
        elif _is_begun(to):
            yield Archived(network=folder.network)
        else:
            raise BadInput("not_an_archive", f"is not empty, and has no {MANIFEST}", where=str(to))
    finally:
        os.close(lock)


def _is_begun(to: Path) -> bool:
    """Return whether a folder is empty, or holds what a first round that was broken off has left."""
    return {path.name for path in to.iterdir()} <= {"ledger", f".{MANIFEST}.part"}


@contextmanager
def _unusable(to: Path) -> Iterator[None]:
    """Say that the disk refused."""
    try:
        yield
    except OSError as error:
        message = f"{to}: {error.strerror or error}"
        step = "nothing was lost: see to the disk, then run the same line again"
        raise Unavailable("archive_not_written", message, retry_after_ms=1_000, next_step=step) from error
