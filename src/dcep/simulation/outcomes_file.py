"""The file of answers, `row,code`: appended only after the answers are final and durable, completed after a kill."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from dcep.errors import BadInput, Unavailable

# Not the user's mistake: the same line may do when the disk is well.
_FAILING: Final = (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE)


class OutcomesFile:
    """Rows count from 1. What an earlier run wrote must be the beginning of what this one writes."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._row = 0
        self._old: BinaryIO | None = None
        self._stream: FileIO | None = None
        if path is not None:
            try:
                self._old = path.open("rb") if path.exists() else None
                # Without a buffer: what the disk has refused is not tried again when the file is closed.
                self._stream = path.open("ab", buffering=0)
            except OSError as error:
                if error.errno in _FAILING:
                    raise _refused(path, error) from error
                raise BadInput("cannot_write", str(error.strerror), where=str(path)) from error

    def add(self, codes: Sequence[str]) -> None:
        """Append the codes of the next rows.

        Raises:
            BadInput: `other_run`: the file holds other answers.
        """
        first = self._row + 1
        self._row += len(codes)
        if self._stream is None:
            return
        data = "".join(f"{row},{code}\n" for row, code in enumerate(codes, first)).encode()
        new = data[self._already_there(data) :]
        if new:
            self._write(new)

    def _write(self, data: bytes) -> None:
        assert self._stream is not None
        assert self._path is not None
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._stream.write(rest) :]
        except OSError as error:
            raise _refused(self._path, error) from error

    def _already_there(self, data: bytes) -> int:
        """Return how many of these bytes an earlier run has written."""
        if self._old is None:
            return 0
        old = self._old.read(len(data))
        if data[: len(old)] != old:
            raise BadInput(
                "other_run",
                "the outcomes file holds the answers of another run",
                where=str(self._path),
                next_step="name another --outcomes file, or remove this one",
            )
        if len(old) < len(data):
            self._old.close()
            self._old = None
        return len(old)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self._old, self._stream):
            if stream is not None:
                stream.close()


def _refused(path: Path, error: OSError) -> Unavailable:
    step = "see to the disk, then run the same line again"
    return Unavailable("cannot_write", f"{path}: {error.strerror}", retry_after_ms=1_000, next_step=step)
