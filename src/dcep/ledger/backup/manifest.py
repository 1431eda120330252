"""What a copy of a data folder says of itself: the network, where its ledgers stand, and every file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from dcep.ids import NetworkId
from dcep.messages.layout import Hash

FORMAT: Final = "dcep backup 1"
_STORES: Final = r"log/[0-9]{12}\.log|headers/[0-9]{12}\.hdr|snapshots/[0-9]{12}\.snap"
FILE_NAME: Final = re.compile(
    rf"ledger/genesis|ledger/(?:tier1|shard-[0-9]{{3}})/(?:{_STORES})"
    r"|index/(?:tier1|shard-[0-9]{3})/[0-9]{12}\.idx"
    r"|keys/[A-Za-z0-9][A-Za-z0-9._-]{0,63}|[a-z][a-z0-9_-]{0,63}\.json"
)
"""Every name that a copy may hold: the ledgers, the index of their archived files, the keys, the notes of the run."""


class BadManifest(ValueError):
    """Bytes that no copy begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One file of the folder."""

    name: str
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How many frames a ledger has, and its head after the last."""

    ledger: str
    frames: int
    head: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The first member of a copy; `files` ascend by name, `heads` by ledger."""

    network: NetworkId
    heads: tuple[Head, ...]
    files: tuple[Item, ...]

    def document(self) -> dict[str, Any]:
        """Return what JSON shows of it."""
        return {
            "format": FORMAT,
            "network": self.network.hex(),
            "ledgers": [{"name": head.ledger, "frames": head.frames, "head": head.head.hex()} for head in self.heads],
            "files": [{"name": item.name, "size": item.size, "sha256": item.sha256.hex()} for item in self.files],
        }

    def encode(self) -> bytes:
        """Return the manifest's one spelling."""
        return json.dumps(self.document(), indent=1).encode("ascii")


def decode_manifest(data: bytes) -> Manifest:
    """Return the manifest with these bytes.

    Raises:
        BadManifest: there is none: another form, a name that no data folder has, a name twice.
    """
    try:
        document = json.loads(data)
        manifest = Manifest(
            network=NetworkId(bytes.fromhex(document["network"])),
            heads=tuple(
                Head(ledger=str(entry["name"]), frames=int(entry["frames"]), head=Hash(bytes.fromhex(entry["head"])))
                for entry in document["ledgers"]
            ),
            files=tuple(
                Item(name=str(entry["name"]), size=int(entry["size"]), sha256=bytes.fromhex(entry["sha256"]))
                for entry in document["files"]
            ),
        )
        is_canonical = manifest.encode() == data
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise BadManifest("it cannot be read") from error
    # One spelling: whatever else stood in it, or was converted on the way, is seen here.
    if not is_canonical:
        raise BadManifest("it is not spelt as it is written")
    _require_possible(manifest.files)
    return manifest


def _require_possible(files: tuple[Item, ...]) -> None:
    names = [item.name for item in files]
    for name in names:
        if not FILE_NAME.fullmatch(name):
            raise BadManifest(f"no data folder has a file {name!r}")
    if any(later <= earlier for earlier, later in pairwise(names)):
        raise BadManifest("a file is named twice, or out of order")
    if "ledger/genesis" not in names:
        raise BadManifest("there is no genesis")
    if any(item.size < 0 for item in files):
        raise BadManifest("a size is negative")
