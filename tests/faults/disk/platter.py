"""What a power cut leaves: everything that was flushed, and of the rest whatever chance has written down before.

1. The data of a file is safe from its own flush on, its name from the flush of its folder on. Nothing else is
   promised: not the order of two writes, not that a name comes with the data.
2. Of what was appended since the last flush a beginning may be there, and behind it zeros: a disk that was told the new
   length before it had the bytes.
3. Of the names that were made or taken away since the last flush any may be there. A rename is done or not done.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random  # noqa: TID251  the seed stands in the test's name
from typing import Any, Final

_FEWEST_ZEROS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that was done to a node, and how many answers had been heard before it was done."""

    sort: str
    node: int
    heard: int
    name: str = ""
    child: int = 0
    at: int = 0
    data: bytes = b""
    source: int = 0
    source_name: str = ""


class Journal:
    """Everything that was done under a folder, in order.

    Args:
        root: a folder that is there already, and empty.
        heard: says how many answers have been given so far.
    """

    def __init__(self, root: Path, heard: Callable[[], int]) -> None:
        self._heard = heard
        self._nodes: dict[int, int] = {}
        self.deeds: list[Deed] = []
        self.root = self._new(root.stat().st_ino)

    def note(self, sort: str, subject: Any, detail: Any) -> None:
        """Hear of a call that was done; a listener of the disk."""
        match sort:
            case "create" | "mkdir":
                child = self._new(os.fstat(detail).st_ino if sort == "create" else os.stat(subject).st_ino)
                kind = "file" if sort == "create" else "folder"
                self._add(sort=f"make {kind}", node=self._parent(subject), name=_name(subject), child=child)
            case "write":
                at = os.lseek(subject, 0, os.SEEK_CUR) - len(detail)
                self._add(sort="write", node=self._node(subject), at=at, data=detail)
            case "truncate":
                self._add(sort="truncate", node=self._node(subject), at=detail)
            case "flush" | "flush names":
                self._add(sort=sort, node=self._node(subject))
            case "rename":
                ends = {"source": self._parent(subject), "source_name": _name(subject)}
                self._add(
                    sort="rename", node=self._parent(detail), name=_name(detail), child=self._node(detail), **ends
                )
            case "unlink" | "rmdir":
                self._add(sort="remove", node=self._parent(subject), name=_name(subject))

    def heard_before(self, count: int) -> int:
        """Return how many answers had been heard when this many deeds were done."""
        return self.deeds[count].heard if count < len(self.deeds) else self._heard()

    def _add(self, **what: Any) -> None:
        self.deeds.append(Deed(heard=self._heard(), **what))

    def _new(self, inode: int) -> int:
        self._nodes[inode] = max(self._nodes.values(), default=0) + 1
        return self._nodes[inode]

    def _node(self, subject: int | str) -> int:
        return self._nodes[os.stat(subject).st_ino]

    def _parent(self, path: str) -> int:
        return self._node(os.path.dirname(path))


@dataclass(slots=True)
class _File:
    safe: bytes = b""
    cached: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class _Folder:
    """`pending`: (number of the deed, name, node or None where the name was taken away), in order."""

    safe: dict[str, int] = field(default_factory=dict)
    pending: list[tuple[int, str, int | None]] = field(default_factory=list)


class Platter:
    """The disk after so many deeds: what is safe, and what is only in the machine's memory."""

    def __init__(self, journal: Journal, count: int) -> None:
        self._root = journal.root
        self._nodes: dict[int, _File | _Folder] = {journal.root: _Folder()}
        # Renames of which the new name is safe, and with it that the old one is gone.
        self._settled: set[int] = set()
        self._renames: set[int] = set()
        for number, deed in enumerate(journal.deeds[:count]):
            self._do(number, deed)

    def cut(self, target: Path, chance: Random) -> None:
        """Put what the cut leaves into a folder that is not there yet."""
        share = chance.choice((0.0, 0.5, 0.5, 1.0))
        kept = {number for number in self._numbers() if chance.random() < share} | self._settled
        self._put(self._root, target, kept, chance)

    # Up to the cut.

    def _do(self, number: int, deed: Deed) -> None:
        node = self._nodes.get(deed.node)
        match deed.sort, node:
            case "make file" | "make folder", _Folder():
                self._nodes[deed.child] = _File() if deed.sort == "make file" else _Folder()
                node.pending.append((number, deed.name, deed.child))
            case "rename", _Folder():
                self._renames.add(number)
                node.pending.append((number, deed.name, deed.child))
                self._folder(deed.source).pending.append((number, deed.source_name, None))
            case "remove", _Folder():
                node.pending.append((number, deed.name, None))
            case "flush names", _Folder():
                self._settle(node)
            case "write", _File():
                node.cached[deed.at : deed.at + len(deed.data)] = deed.data
            case "truncate", _File():
                del node.cached[deed.at :]
            case "flush", _File():
                node.safe = bytes(node.cached)
            case _:
                raise AssertionError(f"{deed.sort} of something else")

    def _settle(self, folder: _Folder) -> None:
        for _, name, child in folder.pending:
            if child is None:
                folder.safe.pop(name, None)
            else:
                folder.safe[name] = child
        self._settled |= {number for number, _, child in folder.pending if child is not None} & self._renames
        folder.pending.clear()

    def _folder(self, node: int) -> _Folder:
        folder = self._nodes[node]
        assert isinstance(folder, _Folder)
        return folder

    # The cut.

    def _numbers(self) -> list[int]:
        folders = (node for node in self._nodes.values() if isinstance(node, _Folder))
        return sorted({number for folder in folders for number, _, _ in folder.pending})

    def _put(self, number: int, target: Path, kept: set[int], chance: Random) -> None:
        node = self._nodes[number]
        if isinstance(node, _File):
            target.write_bytes(_left_of(node, chance))
            return
        target.mkdir()
        names = dict(node.safe)
        for deed, name, child in node.pending:
            if deed in kept and child is None:
                names.pop(name, None)
            elif deed in kept and child is not None:
                names[name] = child
        for name, child in sorted(names.items()):
            self._put(child, target / name, kept, chance)


def _left_of(file: _File, chance: Random) -> bytes:
    """Return what a cut leaves of a file's data."""
    safe, cached = file.safe, bytes(file.cached)
    if not cached.startswith(safe):
        # It was cut or written over: as it was, as it is, or empty.
        return chance.choice((safe, cached, b""))
    here = chance.choice((len(safe), len(cached), chance.randint(len(safe), len(cached))))
    zeros = chance.choice((0, 0, len(cached) - here, chance.randint(0, len(cached) - here)))
    # A disk writes by sectors: fewer zeros than this are as good as impossible, and a start stops at them.
    return cached[:here] + bytes(zeros if zeros >= _FEWEST_ZEROS else 0)


def _name(path: str) -> str:
    return os.path.basename(path)
