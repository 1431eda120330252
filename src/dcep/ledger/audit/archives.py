"""Archives against what their manifests say, and against what the folder says of them.

1. Every file that a manifest names is there, with its size and its hash, and no other lies beside it.
2. Every file that ever left the folder is in one of the archives, as it was when it left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from filecmp import cmp
from pathlib import Path
from typing import Final

from dcep.errors import Damaged
from dcep.ids import NetworkId
from dcep.ledger.archived import NOTE, ArchivedFile, read_manifest, read_note
from dcep.ledger.audit.report import Findings
from dcep.messages.genesis import network_of

_GENESIS: Final = "ledger/genesis"


def judge_archives(root: Path, archives: Sequence[Path], network: NetworkId, findings: Findings) -> None:
    """Blame what is missing from the archives of a folder, or is not what was archived; none named, none judged.

    Raises:
        BadInput: `not_an_archive` or `other_network`.
        Damaged: `bad_archive_note`.
    """
    if not archives:
        return
    held: dict[str, ArchivedFile] = {}
    # 1.
    for archive in archives:
        try:
            manifest = read_manifest(archive, network)
        except Damaged as damage:
            findings.blame(damage.file, damage.offset, 0, damage.code, damage.message)
            continue
        for file in manifest.files:
            held[file.name] = file
            _judge_file(archive, file, findings)
        genesis = archive / _GENESIS
        if genesis.is_file() and network_of(genesis.read_bytes()) != network:
            findings.blame(str(genesis), 0, 0, "archive_differs", "the genesis is that of another network")
        known = {file.name for file in manifest.files} | {_GENESIS}
        for name in _names_in(archive):
            if name not in known:
                _judge_unnamed(root, archive, name, findings)
    # 2.
    note = read_note(root)
    for file in note.files if note is not None else ():
        if file.name not in held:
            message = f"{file.name} was archived, and none of the archives has it"
            findings.blame(NOTE, 0, file.first, "archive_incomplete", message)
        elif held[file.name] != file:
            message = f"the archive holds another {file.name} than left the folder"
            findings.blame(NOTE, 0, file.first, "archive_differs", message)


def _judge_file(archive: Path, file: ArchivedFile, findings: Findings) -> None:
    path = archive / file.name
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").digest()
            size = stream.tell()
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        findings.blame(str(path), 0, file.first, "archive_incomplete", message)
        return
    if (size, digest) != (file.size, file.sha256):
        message = "the file is not the one that the manifest names"
        findings.blame(str(path), 0, file.first, "archive_differs", message)


def _judge_unnamed(root: Path, archive: Path, name: str, findings: Findings) -> None:
    """Say what a file is that no manifest names: a copy that a round which was broken off has left, or a stray."""
    original, copy = root / name, archive / name
    if original.is_file() and copy.is_file() and cmp(original, copy, shallow=False):
        message = "the file was copied, and the round broken off: the same line again finishes it"
        findings.warn(str(copy), 0, 0, "archive_unfinished", message)
    else:
        findings.blame(str(copy), 0, 0, "stray_file", "the archive's manifest does not name this file")


def _names_in(archive: Path) -> Iterator[str]:
    for path in sorted((archive / "ledger").rglob("*")):
        # What a round that was broken off was building begins with a dot.
        if not path.is_dir() and not path.name.startswith("."):
            yield path.relative_to(archive).as_posix()
