"""Files and folders that are there when the power comes back: a new name is durable only when its folder is."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, durably; nothing is done where it is there."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def write_durably(path: Path, data: bytes) -> None:
    """Write a file and its name; durable when this returns. A crash can leave the file with a part of the data."""
    write_pieces_durably(path, (data,))


def write_pieces_durably(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file and its name as `write_durably` does, without ever holding all of it."""
    with path.open("wb") as stream:
        for piece in pieces:
            stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())
    flush_folder(path.parent)


def build_durably(path: Path, data: bytes, *, at: Path) -> None:
    """Write a file that is there wholly or not at all, and durable when this returns.

    Args:
        path: its name, which is given last.
        data: what it holds.
        at: where it is built, on the same file system; what is there is overwritten.
    """
    build_pieces_durably(path, (data,), at=at)


def build_pieces_durably(path: Path, pieces: Iterable[bytes], *, at: Path) -> None:
    """Write a file as `build_durably` does, without ever holding all of it."""
    write_pieces_durably(at, pieces)
    at.rename(path)
    flush_folder(path.parent)
