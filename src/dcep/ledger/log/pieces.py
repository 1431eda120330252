"""Find the pieces of a store's files, and go on behind damage: for a start, which stops there, and for the audit.

What cannot be read is passed over up to the next whole piece. Each piece carries its own checksum, so bytes that only
look like the beginning of one deceive nobody. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from dcep.ledger.log.segments import segment_files

T = TypeVar("T")


class BadPiece(Exception):
    """No whole piece begins here.

    Args:
        message: what is wrong with it.
        end: where it would end by its own word; None if that cannot be believed.
    """

    def __init__(self, message: str, end: int | None) -> None:
        super().__init__(message)
        self.message, self.end = message, end


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape(Generic[T]):
    """How one kind of piece is read.

    `read` returns the piece at an offset and its size, or raises BadPiece. Each piece has `mark` in it, `mark_at` bytes
    from its start, and none is longer than `max_size`.
    """

    read: Callable[[bytes, int], tuple[T, int]]
    mark: bytes
    mark_at: int
    max_size: int


class Begins(NamedTuple):
    """A file begins, and by its name this number with it."""

    path: Path
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[T]):
    """A whole piece: its checksum is right, nothing else has been asked."""

    value: T
    path: Path
    offset: int
    size: int


class Broken(NamedTuple):
    """What stands before the next whole piece, or before the end, and is none.

    `is_last`: nothing whole comes behind it, so it may be what was being written when the writer died.
    `is_cut`: its file ends before it does.
    """

    path: Path
    offset: int
    data: bytes
    message: str
    is_last: bool
    is_cut: bool


def find_pieces(folders: Sequence[Path], suffix: str, shape: Shape[T]) -> Iterator[Begins | Found[T] | Broken]:
    """Yield what stands in the files of a store, in order; they may lie in several folders."""
    files = segment_files(folders, suffix)
    for first, path in files:
        yield Begins(path, first)
        try:
            data = path.read_bytes()
        except OSError as error:
            yield Broken(path, 0, b"", f"the file cannot be read: {error.strerror}", is_last=False, is_cut=False)
        else:
            yield from _pieces_of(path, data, shape, is_last_file=path == files[-1][1])


def _pieces_of(path: Path, data: bytes, shape: Shape[T], *, is_last_file: bool) -> Iterator[Found[T] | Broken]:
    at, size = 0, len(data)
    while at < size:
        try:
            value, length = shape.read(data, at)
        except BadPiece as bad:
            after = _next_whole(data, at + 1, shape)
            # By its own word other bytes would follow it, or no piece is that long: then it was not the last.
            reaches_the_end = size - at <= shape.max_size if bad.end is None else bad.end >= size
            yield Broken(
                path,
                at,
                data[at:after],
                bad.message,
                is_last=is_last_file and after is None and reaches_the_end,
                is_cut=bad.end is not None and bad.end > size,
            )
            at = size if after is None else after
        else:
            yield Found(value=value, path=path, offset=at, size=length)
            at += length


def _next_whole(data: bytes, at: int, shape: Shape[T]) -> int | None:
    """Return where the next whole piece begins; None if there is none."""
    mark = data.find(shape.mark, at + shape.mark_at)
    while mark >= 0:
        try:
            shape.read(data, mark - shape.mark_at)
        except BadPiece:
            mark = data.find(shape.mark, mark + 1)
        else:
            return mark - shape.mark_at
    return None
