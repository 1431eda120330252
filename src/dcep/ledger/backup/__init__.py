"""A copy of a data folder in one file, and the way back. The copy holds keys: it is for its owner's eyes alone.

The file is a tar of regular files and nothing else: first `manifest` (network, heads, and of every file its size and
SHA-256), then these files in order. On the way back each byte of it is hostile:

1. The manifest is read, and every name in it is one that a data folder has.
2. The files follow as the manifest says, name by name, size by size, hash by hash; no other member is accepted.
3. They are built beside the folder, and audited there.
4. Only what passed gets the folder's name.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp, mkstemp
from typing import BinaryIO, Final

from dcep.durable import flush_folder, make_folder
from dcep.errors import BadInput, Damaged, DcepError, Unavailable
from dcep.ids import ledger_name
from dcep.ledger.archived import read_note
from dcep.ledger.audit import audit
from dcep.ledger.audit.report import Report
from dcep.ledger.backup.manifest import FILE_NAME, BadManifest, Head, Item, Manifest, decode_manifest
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.folder import Folder
from dcep.ledger.reading import Progress, Reading, no_progress
from dcep.messages.frames import next_head

MANIFEST: Final = "manifest"
_MAX_MANIFEST: Final = 16 << 20
# A tar is written in blocks; what follows the last file is zeros.
_BLOCK: Final = 512
_PIECE: Final = 1 << 20
_KEYS: Final = "keys"
# A start makes these anew, or nobody needs them elsewhere; but for the index of what was archived.
_LEFT_BEHIND: Final = frozenset({"index", "lock", "tmp", "torn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What was copied, and what else lay in the folder and was not."""

    manifest: Manifest
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put in place, and what its audit said."""

    manifest: Manifest
    report: Report


# There.


def back_up(root: Path, file: Path, progress: Progress = no_progress) -> BackedUp:
    """Copy a data folder into a file that is there wholly or not at all, readable by its owner only.

    Args:
        root: the data folder; it is locked meanwhile, and nothing in it is written.
        file: is not there yet, and lies outside the folder.
        progress: hears (name, files done, files in all).

    Raises:
        BadInput: `no_such_folder`, `file_exists`, `inside_folder`, `strange_key`; nothing was done.
        Damaged: a ledger is not what was written; a copy of it would be trusted one day.
        Unavailable: `folder_in_use`, or `backup_not_written`.
    """
    _require_free(root, file)
    with Folder.open(root) as folder, _unusable("backup_not_written", file):
        strays = folder.stray_files()
        if strays:
            raise Damaged("stray_file", "no part of the ledger has written this file", file=strays[0], offset=0)
        names, left_out = _names_in(root)
        heads = tuple(sorted(_heads(folder), key=lambda head: head.ledger))
        items = tuple(_item(root, name) for name in names)
        manifest = Manifest(network=folder.network, heads=heads, files=items)
        with _whole_file(file) as stream:
            _write(stream, root, manifest, progress)
    return BackedUp(manifest=manifest, left_out=left_out)


def _require_free(root: Path, file: Path) -> None:
    if os.path.lexists(file):
        raise BadInput("file_exists", "a copy never overwrites anything", where=str(file))
    if not file.parent.is_dir():
        raise BadInput("no_such_folder", "there is no folder for the copy", where=str(file.parent))
    if file.resolve().is_relative_to(root.resolve()):
        raise BadInput("inside_folder", "the copy would lie in what it is a copy of", where=str(file))


def _names_in(root: Path) -> tuple[list[str], tuple[str, ...]]:
    """Return the files to copy in order, and the names at the top that are none of them."""
    ledger = [path.relative_to(root).as_posix() for path in (root / "ledger").rglob("*") if path.is_file()]
    keys = [f"{_KEYS}/{path.name}" for path in (root / _KEYS).glob("*")]
    for name in keys:
        if not FILE_NAME.fullmatch(name) or not _is_plain(root / name):
            raise BadInput("strange_key", "is no key file: a copy without it might be useless", where=name)
    others = {path.name for path in root.iterdir()} - {"ledger", _KEYS} - _LEFT_BEHIND
    notes = {name for name in others if FILE_NAME.fullmatch(name) and _is_plain(root / name)}
    return sorted([*_index_of_archived(root), *ledger, *keys, *notes]), tuple(sorted(others - notes))


def _index_of_archived(root: Path) -> list[str]:
    """Return the index files of what was archived: those of what is here a start makes anew."""
    note = read_note(root)
    files = () if note is None else note.files
    names = (f"index/{file.ledger}/{file.first:012}.idx" for file in files if file.store == "log")
    return [name for name in names if _is_plain(root / name)]


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _heads(folder: Folder) -> Iterator[Head]:
    """Yield where each ledger stands; Damaged if it is not what was written."""
    for ledger in folder.read_genesis().ledgers():
        reading = Reading(folder.ledger(ledger), folder.network)
        frames, head = reading.before, reading.head_before
        for entry in reading:
            frames = entry.stored.seq
            head = next_head(entry.stored.frame, entry.stored.seq, head)
        yield Head(ledger=ledger_name(ledger), frames=frames, head=head)


def _item(root: Path, name: str) -> Item:
    with (root / name).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").digest()
        return Item(name=name, size=stream.tell(), sha256=digest)


def _write(stream: BinaryIO, root: Path, manifest: Manifest, progress: Progress) -> None:
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as archive:
        data = manifest.encode()
        archive.addfile(_member(MANIFEST, len(data)), io.BytesIO(data))
        for done, item in enumerate(manifest.files, start=1):
            with (root / item.name).open("rb") as content:
                archive.addfile(_member(item.name, item.size), content)
            progress("back up", done, len(manifest.files))


def _member(name: str, size: int) -> tarfile.TarInfo:
    """Return a member that tells nothing of the machine, its users or its clock."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


@contextmanager
def _whole_file(file: Path) -> Iterator[BinaryIO]:
    """Write a file under another name, and give it its own when it is durable."""
    handle, name = mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.rename(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    flush_folder(file.parent)


# And back.


def restore(file: Path, root: Path, make: EngineMaker, progress: Progress = no_progress) -> Restored:
    """Put a copy in the place of a folder that is empty or not there, after an audit of what it holds.

    Args:
        file: the copy.
        root: the data folder.
        make: the engine that judges the shards.
        progress: hears (what, done, in all).

    Raises:
        BadInput: `no_such_file`, `no_such_folder`, `not_empty`.
        DcepError: `bad_backup` or `unsound_backup`: the file is no copy, or no longer the copy that was made.
        Unavailable: `not_restored`, the disk refused. In each case nothing was put in place.
    """
    target = root.resolve()
    _require_empty(target, root)
    try:
        stream = file.open("rb")
    except OSError as error:
        raise BadInput("no_such_file", f"cannot be read: {error.strerror}", where=str(file)) from error
    with stream, _unusable("not_restored", root), _workshop(target) as build:
        # 1.
        manifest = _read_manifest(stream, file)
        # 2.
        _unpack(stream, manifest, build, file, progress)
        # 3.
        report = _judge(build, manifest, make, file, progress)
        # 4.
        build.rename(target)
        flush_folder(target.parent)
    return Restored(manifest=manifest, report=report)


def _require_empty(target: Path, root: Path) -> None:
    if not target.parent.is_dir():
        raise BadInput("no_such_folder", "there is no folder above it", where=str(root))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput("not_empty", "a copy is restored into a new folder only", where=str(root))


@contextmanager
def _workshop(target: Path) -> Iterator[Path]:
    """Give the name of a folder that can be renamed to the target; what is left of it is removed."""
    closed = Path(mkdtemp(prefix=f".{target.name}.", suffix=".restoring", dir=target.parent))
    try:
        build = closed / target.name
        build.mkdir()
        yield build
    finally:
        rmtree(closed)


def _read_manifest(stream: BinaryIO, file: Path) -> Manifest:
    member = _next_member(stream, file)
    if member.name != MANIFEST or not 0 < member.size <= _MAX_MANIFEST:
        raise _bad(file, "does not begin with a manifest")
    try:
        return decode_manifest(b"".join(_content(stream, member.size, file)))
    except BadManifest as error:
        raise _bad(file, f"the manifest is none: {error}") from error


def _unpack(stream: BinaryIO, manifest: Manifest, build: Path, file: Path, progress: Progress) -> None:
    for done, item in enumerate(manifest.files, start=1):
        member = _next_member(stream, file)
        if (member.name, member.size) != (item.name, item.size):
            raise _bad(file, f"{item.name} should follow with {item.size} bytes, not {member.name!r}")
        if _build(build / item.name, _content(stream, item.size, file)) != item.sha256:
            raise _bad(file, f"{item.name} is not what the manifest says")
        progress("restore", done, len(manifest.files))
    while rest := stream.read(_PIECE):
        if rest.strip(b"\0"):
            raise _bad(file, "something follows that the manifest does not name")
    for folder in {path.parent for path in build.rglob("*")}:
        flush_folder(folder)


def _build(path: Path, pieces: Iterator[bytes]) -> bytes:
    """Write a file durably and return its SHA-256; a key is its owner's alone."""
    make_folder(path.parent)
    mode = 0o600 if path.parent.name == _KEYS else 0o666
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as stream:
        for piece in pieces:
            digest.update(piece)
            stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())
    return digest.digest()


def _next_member(stream: BinaryIO, file: Path) -> tarfile.TarInfo:
    """Return the next member, a regular file. Its header is parsed alone: no member can bring another's name."""
    try:
        member = tarfile.TarInfo.frombuf(stream.read(_BLOCK), "ascii", "strict")
    except (tarfile.TarError, ValueError) as error:
        raise _bad(file, "a member is missing or cannot be read") from error
    if member.type != tarfile.REGTYPE:
        raise _bad(file, f"{member.name!r} is no regular file")
    return member


def _content(stream: BinaryIO, size: int, file: Path) -> Iterator[bytes]:
    """Yield the bytes of a member, and take what fills its last block."""
    left = size
    while left:
        piece = stream.read(min(left, _PIECE))
        if not piece:
            raise _bad(file, "it ends too early")
        left -= len(piece)
        yield piece
    if stream.read(-size % _BLOCK).strip(b"\0"):
        raise _bad(file, "a block is filled with something")


def _judge(build: Path, manifest: Manifest, make: EngineMaker, file: Path, progress: Progress) -> Report:
    """Audit what was built, and hold it to the heads that the manifest names."""
    try:
        Folder.create(build, (build / "ledger" / "genesis").read_bytes()).close()
    except Damaged as damage:
        raise _unsound(file, str(damage)) from damage
    report = audit(build, make, network=manifest.network, progress=progress)
    if not report.ok:
        first, count = report.problems[0], len(report.problems)
        what = f"{first.file} at byte {first.offset}: {first.code}: {first.explanation}"
        raise _unsound(file, what if count == 1 else f"{what} (and {count - 1} more)")
    found = {Head(ledger=ledger_name(entry.ledger), frames=entry.frames, head=entry.head) for entry in report.ledgers}
    if found != set(manifest.heads):
        raise _unsound(file, "the ledgers end with other heads than the manifest names")
    return report


@contextmanager
def _unusable(code: str, where: Path) -> Iterator[None]:
    """Say that the disk refused."""
    try:
        yield
    except OSError as error:
        raise Unavailable(code, f"{where}: {error.strerror or error}", retry_after_ms=1_000) from error


def _bad(file: Path, message: str) -> DcepError:
    return DcepError("bad_backup", message, where=str(file), next_step="nothing was restored; take another copy")


def _unsound(file: Path, message: str) -> DcepError:
    return DcepError("unsound_backup", message, where=str(file), next_step="nothing was restored; take another copy")
