"""What an archive says of itself, and what a data folder says of what was taken out of it: the same document.

`ARCHIVE/manifest.json` lists the files of that archive, `DIR/archived.json` every file that was ever moved out of the
folder. Each file carries its hash, its last frame and the head after it, so that files of several archives and of the
folder itself form one chain without a gap.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from dcep.errors import BadInput, Damaged
from dcep.ids import NetworkId
from dcep.ledger.folder import Folder, LedgerFolder
from dcep.messages.layout import Hash, Seq

FORMAT: Final = "dcep archive 1"
MANIFEST: Final = "manifest.json"
NOTE: Final = "archived.json"
_NAME: Final = re.compile(
    r"ledger/(tier1|shard-[0-9]{3})/(?:(log)/([0-9]{12})\.log|(headers)/([0-9]{12})\.hdr|(snapshots)/([0-9]{12})\.snap)"
)


class BadDocument(ValueError):
    """Bytes that are no such document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedFile:
    """A file that was moved: `last` is its last frame, `head` the head after that frame.

    A snapshot is of one frame, its last.
    """

    name: str
    size: int
    sha256: bytes
    last: Seq
    head: Hash

    @property
    def ledger(self) -> str:
        """The name of its ledger."""
        return self.name.split("/")[1]

    @property
    def store(self) -> str:
        """`log`, `headers` or `snapshots`."""
        return self.name.split("/")[2]

    @property
    def first(self) -> Seq:
        """The number in its name: its first frame."""
        return Seq(int(self.name[-16:].partition(".")[0].rpartition("/")[2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """Files of one network, ascending by name."""

    network: NetworkId
    files: tuple[ArchivedFile, ...] = ()

    def of(self, ledger: str, store: str) -> list[ArchivedFile]:
        """Return the files of one store of a ledger, in order."""
        return [file for file in self.files if (file.ledger, file.store) == (ledger, store)]

    def with_files(self, more: Iterable[ArchivedFile]) -> Archived:
        """Return the document with these files too; one that is there already is replaced."""
        files = {file.name: file for file in (*self.files, *more)}
        return Archived(network=self.network, files=tuple(files[name] for name in sorted(files)))

    def encode(self) -> bytes:
        """Return the document's one spelling."""
        return (json.dumps(self.document(), indent=1) + "\n").encode("ascii")

    def document(self) -> dict[str, Any]:
        """Return what JSON shows of it."""
        return {
            "format": FORMAT,
            "network": self.network.hex(),
            "files": [
                {
                    "name": file.name,
                    "size": file.size,
                    "sha256": file.sha256.hex(),
                    "last": file.last,
                    "head": file.head.hex(),
                }
                for file in self.files
            ],
        }


def decode_archived(data: bytes) -> Archived:
    """Return the document with these bytes.

    Raises:
        BadDocument: they are none: another form, another spelling, a name that no ledger has, files that overlap.
    """
    try:
        document = json.loads(data)
        archived = Archived(
            network=NetworkId(bytes.fromhex(document["network"])),
            files=tuple(
                ArchivedFile(
                    name=str(entry["name"]),
                    size=int(entry["size"]),
                    sha256=bytes.fromhex(entry["sha256"]),
                    last=Seq(int(entry["last"])),
                    head=Hash(bytes.fromhex(entry["head"])),
                )
                for entry in document["files"]
            ),
        )
        is_canonical = archived.encode() == data
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise BadDocument("it cannot be read") from error
    if not is_canonical:
        raise BadDocument("it is not spelt as it is written")
    _require_possible(archived.files)
    return archived


def _require_possible(files: tuple[ArchivedFile, ...]) -> None:
    for file in files:
        if not _NAME.fullmatch(file.name):
            raise BadDocument(f"no ledger has a file {file.name!r}")
        if file.size < 0 or file.last < file.first or (file.store == "snapshots" and file.last != file.first):
            raise BadDocument(f"{file.name} cannot have that size, or end with that frame")
    for earlier, later in pairwise(files):
        if later.name <= earlier.name:
            raise BadDocument("a file is named twice, or out of order")
        is_same_store = (later.ledger, later.store) == (earlier.ledger, earlier.store)
        if is_same_store and later.store != "snapshots" and later.first <= earlier.last:
            raise BadDocument(f"{later.name} begins before {earlier.name} ends")


def read_note(root: Path) -> Archived | None:
    """Return what was moved out of a data folder; None if nothing ever was.

    Raises:
        Damaged: `bad_archive_note`.
    """
    try:
        return decode_archived((root / NOTE).read_bytes())
    except FileNotFoundError:
        return None
    except (BadDocument, OSError) as error:
        step = f"put {NOTE} back from a copy, or from the archive's {MANIFEST} if there is one archive only"
        raise Damaged("bad_archive_note", str(error), file=NOTE, offset=0, next_step=step) from error


def read_manifest(archive: Path, network: NetworkId) -> Archived:
    """Return what an archive holds.

    Raises:
        BadInput: `not_an_archive`, or `other_network`.
        Damaged: `bad_manifest`.
    """
    try:
        manifest = decode_archived((archive / MANIFEST).read_bytes())
    except FileNotFoundError as error:
        raise BadInput("not_an_archive", f"has no {MANIFEST}", where=str(archive)) from error
    except (BadDocument, OSError) as error:
        step = "take another copy of the archive"
        raise Damaged("bad_manifest", str(error), file=str(archive / MANIFEST), offset=0, next_step=step) from error
    if manifest.network != network:
        message = f"the archive keeps network {manifest.network.hex()}, not {network.hex()}"
        raise BadInput("other_network", message, where=str(archive))
    return manifest


def read_with(folder: Folder, archives: Iterable[Path]) -> None:
    """Let a folder be read as if the files of these archives had never left it.

    Raises:
        BadInput: `not_an_archive`, or `other_network`.
        Damaged: `bad_manifest`.
    """
    found = tuple(archives)
    for archive in found:
        read_manifest(archive, folder.network)
    folder.archives = found


def head_before(place: LedgerFolder, store: str, first: int) -> Hash | None:
    """Return the head before a store's frame `first`, if the folder says that all before it was archived; else None."""
    note = read_note(place.root)
    if note is None:
        return None
    return next((file.head for file in note.of(place.name, store) if file.last == first - 1), None)
