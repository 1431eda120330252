"""Find the pieces of a store's files, and go on behind damage: for a start, which stops there, and for the audit.

What cannot be read is passed over up to the next whole piece. Each piece carries its own checksum, so bytes that only
look like the beginning of one deceive nobody. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, NamedTuple, TypeVar

from dcep.errors import Unavailable
from dcep.ledger.log.segments import segment_files

T = TypeVar("T")
# So many zeros no single flipped bit leaves at the end of a frame or a header record.
_LOST: Final = bytes(8)


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
    """Yield what stands in the files of a store, in order; they may lie in several folders.

    Raises:
        Unavailable: `folder_unusable`, the disk refused. What was not read is neither right nor damaged.
    """
    files = segment_files(folders, suffix)
    for first, path in files:
        yield Begins(path, first)
        try:
            data = path.read_bytes()
        except IsADirectoryError:
            yield Broken(path, 0, b"", "a folder stands where a file belongs", is_last=False, is_cut=False)
        except OSError as error:
            message = f"{path}: {error.strerror}"
            raise Unavailable("folder_unusable", message, retry_after_ms=1_000, next_step="see to the disk") from error
        else:
            yield from _pieces_of(path, data, shape, is_last_file=path == files[-1][1])


def _pieces_of(path: Path, data: bytes, shape: Shape[T], *, is_last_file: bool) -> Iterator[Found[T] | Broken]:
    at, size = 0, len(data)
    while at < size:
        try:
            value, length = shape.read(data, at)
        except BadPiece as bad:
            after = _next_whole(data, at + 1, shape)
            yield Broken(
                path,
                at,
                data[at:after],
                bad.message,
                is_last=is_last_file and after is None and _reaches_the_end(data, at, bad, shape),
                is_cut=bad.end is not None and bad.end > size,
            )
            at = size if after is None else after
        else:
            yield Found(value=value, path=path, offset=at, size=length)
            at += length


def _reaches_the_end(data: bytes, at: int, bad: BadPiece, shape: Shape[T]) -> bool:
    """Return whether the piece may have been the last: no other bytes follow it, and none is longer than it may be."""
    if bad.end is None:
        return len(data) - at <= shape.max_size
    return bad.end >= len(data) or bad.end >= at + len(written(data[at:]))


def written(tail: bytes) -> bytes:
    """Return what is there of the end of a file, without the zeros that a power cut leaves in the place of what is not.

    A file system may store the new length of a file before it stores the bytes: they are zeros after the cut.
    """
    return tail.rstrip(b"\0") if tail.endswith(_LOST) else tail


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
