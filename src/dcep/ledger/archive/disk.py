"""What moving files asks of the disk; tests put a failing one in its place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dcep.durable import build_durably, build_pieces_durably, flush_folder, make_folder

_PIECE: Final = 1 << 20


class Disk:
    """Copies and removals, each durable when it returns."""

    def copy(self, source: Path, target: Path) -> bytes:
        """Copy a file, which is there wholly or not at all; return the SHA-256 of what was read."""
        make_folder(target.parent)
        digest = hashlib.sha256()
        # A dot: no store has such a file, and the next round overwrites what a crash has left.
        part = target.with_name(f".{target.name}.part")
        build_pieces_durably(target, _pieces(source, digest), at=part)
        return digest.digest()

    def read_back(self, path: Path) -> bytes:
        """Return the SHA-256 of a file."""
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()

    def write(self, path: Path, data: bytes) -> None:
        """Write a small file, which is there wholly or not at all."""
        build_durably(path, data, at=path.with_name(f".{path.name}.part"))

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink(missing_ok=True)

    def flush_names(self, folder: Path) -> None:
        """Make what was removed from a folder durable."""
        flush_folder(folder)


def _pieces(source: Path, digest: hashlib._Hash) -> Iterator[bytes]:
    with source.open("rb") as stream:
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        while piece := stream.read(_PIECE):
            digest.update(piece)
            yield piece
