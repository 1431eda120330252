"""A disk between the program and the machine's: it numbers every call under a folder, and fails one that it is told.

It stands in the place of `os` and `io.open` of the running test, so that nothing of the program has to know of it: what
the program asks of the system goes through here, whichever room of it asks. Nothing is flushed in earnest.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import ExceptHookArgs, RLock
from typing import Any, Final, NamedTuple
from unittest.mock import patch

WRITES: Final = os.O_WRONLY | os.O_RDWR


class Call(NamedTuple):
    """One call: what is asked, and of which file, relative to the folder."""

    sort: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Fail the call of this number, counted from 0, and with `for_ever` every later one that would change anything.

    `part`: a write takes a half of its bytes, as the system may, and the next one to that file fails.
    """

    at: int
    error: int = errno.EIO
    for_ever: bool = False
    part: bool = False


class Killed(BaseException):
    """The process is gone: neither this call nor any later one reaches the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """Kill the process at the call of this number; a write is done to a half."""

    at: int


# What is told of each call that has been done: its sort, the path or handle, and what belongs to it.
Listener = Callable[[str, Any, Any], None]


class Disk:
    """Count the calls under a folder, and let one of them fail.

    Args:
        root: the folder; what lies elsewhere is none of this disk's business.
        fault: what is to go wrong.
        listener: hears of every call that changed anything, after it was done and before the program goes on.
    """

    def __init__(self, root: Path, fault: Fault | Kill | None = None, listener: Listener | None = None) -> None:
        self._root, self._fault = f"{root.resolve()}/", fault
        self._hear = listener or (lambda sort, subject, detail: None)
        self._lock = RLock()
        self.calls: list[Call] = []
        # The file whose next write fails, because the last one was cut short.
        self._cut_short = ""
        self._real: dict[str, Any] = {}

    @property
    def has_failed(self) -> bool:
        """Whether the program came as far as the fault."""
        return self._fault is not None and len(self.calls) > self._fault.at

    @property
    def struck(self) -> Call:
        """The call that failed first."""
        assert self._fault is not None
        return self.calls[self._fault.at]

    @contextmanager
    def installed(self) -> Iterator[Disk]:
        """Put this disk in the place of the machine's."""
        ours: dict[str, Any] = {
            "open": self._open,
            "write": self._write,
            "fsync": self._fsync,
            "fdatasync": self._fdatasync,
            "ftruncate": self._ftruncate,
            "rename": self._rename,
            "replace": self._rename,
            "mkdir": self._mkdir,
            "unlink": self._unlink,
            "remove": self._unlink,
            "rmdir": self._rmdir,
        }
        self._real = {name: getattr(os, name) for name in ours} | {"io.open": io.open}
        with (
            patch.multiple(os, **ours),
            patch.object(io, "open", self._open_stream),
            patch.object(threading, "excepthook", _tell_of_all_but_kills),
        ):
            yield self

    # What goes wrong.

    def _ask(self, sort: str, path: str, *, changes: bool = True) -> bool:
        """Number a call; return whether a write is to be cut in half, and raise where it is to fail."""
        if not self._is_ours(path):
            return False
        with self._lock:
            number = len(self.calls)
            self.calls.append(Call(sort, path.removeprefix(self._root)))
            if (sort, path) == ("write", self._cut_short):
                self._cut_short = ""
                raise self._error()
            return self._strike(number, sort, changes=changes)

    def _strike(self, number: int, sort: str, *, changes: bool) -> bool:
        match self._fault:
            case Kill(at=at) if number >= at:
                if number == at and sort == "write":
                    return True
                raise Killed
            case Fault(at=at, part=part) if number == at:
                if part and sort == "write":
                    return True
                raise self._error()
            case Fault(at=at, for_ever=True) if number > at and changes:
                raise self._error()
        return False

    def _error(self) -> BaseException:
        if isinstance(self._fault, Fault):
            return OSError(self._fault.error, os.strerror(self._fault.error))
        return Killed()

    def _is_ours(self, path: str) -> bool:
        return f"{path}/".startswith(self._root)

    def _at(self, path: Any, dir_fd: int | None = None) -> str:
        if isinstance(path, int):
            return os.readlink(f"/proc/self/fd/{path}")
        text = os.fspath(path)
        text = text if isinstance(text, str) else os.fsdecode(text)
        if dir_fd is not None:
            text = os.path.join(os.readlink(f"/proc/self/fd/{dir_fd}"), text)
        return os.path.abspath(text)

    # The calls.

    def _open(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        at = self._at(path, dir_fd)
        if not self._is_ours(at) or flags & os.O_DIRECTORY:
            return int(self._real["open"](path, flags, mode, dir_fd=dir_fd))
        makes = bool(flags & os.O_CREAT) and not os.path.lexists(at)
        self._ask("create" if makes else "open", at, changes=bool(flags & WRITES))
        with self._lock:
            file: int = self._real["open"](path, flags, mode, dir_fd=dir_fd)
            if makes:
                self._hear("create", at, file)
            elif flags & os.O_TRUNC:
                self._hear("truncate", file, 0)
        return file

    def _write(self, file: int, data: Any) -> int:
        at, view = self._at(file), memoryview(data)
        if not self._ask("write", at):
            return self._write_through(file, at, view)
        done = self._write_through(file, at, view[: len(view) // 2])
        if isinstance(self._fault, Kill):
            raise Killed
        self._cut_short = at
        return done

    def _write_through(self, file: int, at: str, data: memoryview) -> int:
        with self._lock:
            done: int = self._real["write"](file, data)
            if self._is_ours(at):
                self._hear("write", file, bytes(data[:done]))
        return done

    def _fsync(self, file: Any) -> None:
        handle = file if isinstance(file, int) else file.fileno()
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        self._flush("flush names" if is_folder else "flush", handle)

    def _fdatasync(self, file: Any) -> None:
        self._flush("flush", file)

    def _flush(self, sort: str, handle: int) -> None:
        # The machine itself keeps its power: its own flush would only cost time.
        at = self._at(handle)
        self._ask(sort, at)
        with self._lock:
            if self._is_ours(at):
                self._hear(sort, handle, None)

    def _ftruncate(self, file: int, size: int) -> None:
        self._ask("truncate", self._at(file))
        with self._lock:
            self._real["ftruncate"](file, size)
            self._hear("truncate", file, size)

    def _rename(self, source: Any, target: Any, **folders: Any) -> None:
        at = self._at(source), self._at(target)
        self._ask("rename", at[1])
        with self._lock:
            self._real["rename"](source, target, **folders)
            self._hear("rename", at[0], at[1])

    def _mkdir(self, path: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        at = self._at(path, dir_fd)
        # What is there already answers by itself, and is not the disk's fault.
        if not os.path.lexists(at):
            self._ask("mkdir", at)
        with self._lock:
            self._real["mkdir"](path, mode, dir_fd=dir_fd)
            self._hear("mkdir", at, None)

    def _unlink(self, path: Any, *, dir_fd: int | None = None) -> None:
        self._take_away("unlink", path, dir_fd)

    def _rmdir(self, path: Any, *, dir_fd: int | None = None) -> None:
        self._take_away("rmdir", path, dir_fd)

    def _take_away(self, sort: str, path: Any, dir_fd: int | None) -> None:
        at = self._at(path, dir_fd)
        if os.path.lexists(at):
            self._ask(sort, at)
        with self._lock:
            self._real[sort](path, dir_fd=dir_fd)
            self._hear(sort, at, None)

    # Streams.

    def _open_stream(self, file: Any, mode: str = "r", buffering: int = -1, *more: Any, **named: Any) -> Any:
        """Open a file of bytes for writing over this disk; what is only read is only asked for."""
        at = self._at(file)
        if not self._is_ours(at) or (not isinstance(file, int) and os.path.isdir(at)):
            return self._real["io.open"](file, mode, buffering, *more, **named)
        if not set(mode) & set("wax+"):
            if not isinstance(file, int) and os.path.exists(at):
                self._ask("open", at, changes=False)
            return self._real["io.open"](file, mode, buffering, *more, **named)
        assert "b" in mode, "a file of the ledger is written as bytes"
        raw = _Raw(self, file if isinstance(file, int) else self._open(file, _FLAGS[mode] | os.O_CLOEXEC, 0o666))
        if "+" in mode:
            return io.BufferedRandom(raw)
        return raw if buffering == 0 else io.BufferedWriter(raw)

    def write(self, file: int, data: Any) -> int:
        """Write as a stream does."""
        return self._write(file, data)

    def truncate(self, file: int, size: int) -> None:
        """Cut a file as a stream does."""
        self._ftruncate(file, size)


_FLAGS: Final = {
    "wb": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    "ab": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    "xb": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
    "r+b": os.O_RDWR,
}


class _Raw(io.RawIOBase):
    """A file over the disk, as `io.FileIO` is over the machine's."""

    def __init__(self, disk: Disk, file: int) -> None:
        super().__init__()
        self._disk, self._file = disk, file

    def fileno(self) -> int:
        return self._file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return os.readv(self._file, [buffer])

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return os.lseek(self._file, offset, whence)

    def truncate(self, size: int | None = None) -> int:
        length = self.tell() if size is None else size
        self._disk.truncate(self._file, length)
        return length

    def write(self, data: Any) -> int:
        return self._disk.write(self._file, data)

    def close(self) -> None:
        if not self.closed:
            try:
                super().close()
            finally:
                os.close(self._file)


_HOOK: Final = threading.excepthook


def _tell_of_all_but_kills(failure: ExceptHookArgs) -> None:
    """Let the threads of a process that is gone end without a word."""
    if failure.exc_type is not Killed:
        _HOOK(failure)
