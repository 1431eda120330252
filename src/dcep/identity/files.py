"""Files of certificates: one is there whole or not at all, and whoever reads them sees when one was replaced."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from dcep.durable import build_durably


class Edition(NamedTuple):
    """Which file lies under a name: another one when it was replaced. That costs no look into the file."""

    inode: int
    changed_ns: int
    size: int


def edition_of(path: Path) -> Edition | None:
    """Return which file lies there now; None if there is none."""
    with suppress(OSError):
        found = path.stat()
        return Edition(found.st_ino, found.st_mtime_ns, found.st_size)
    return None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, and durable when this returns."""
    build_durably(path, content, at=path.with_suffix(".draft"))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Do what stands in the block while no other program does such a thing to the folder; wait for it if one does."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
