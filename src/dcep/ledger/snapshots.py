"""Snapshots: the chunks of a state in one file, so that a start need not replay what lies before.

A snapshot proves nothing by itself: a start may use one only if its place, head and root stand in a checkpoint of a
later frame. The checksum at its end only tells a whole file from a damaged one.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dcep.crypto import merkle
from dcep.durable import build_pieces_durably, flush_folder
from dcep.errors import Damaged, Unavailable
from dcep.ids import LedgerId, NetworkId
from dcep.ledger.folder import LedgerFolder
from dcep.messages.layout import Hash, Malformed, Seq

MAGIC: Final = b"DCES"
VERSION: Final = 1
KEPT: Final = 2
_HEAD: Final = struct.Struct(">4sB16sHQ32sI")
_CHECKSUM_SIZE: Final = 32
_LENGTH_SIZE: Final = 4
_PATTERN: Final = "[0-9]" * 12 + ".snap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The state of a ledger after frame `seq`, whose head is `head`."""

    network: NetworkId
    ledger: LedgerId
    seq: Seq
    head: Hash
    chunks: tuple[bytes, ...]

    @property
    def root(self) -> Hash:
        """The root of the state, as a checkpoint names it."""
        return Hash(merkle.root(self.chunks))


class SnapshotStore:
    """The newest snapshots of one ledger."""

    def __init__(self, place: LedgerFolder) -> None:
        self._place = place

    def write(self, snapshot: Snapshot) -> None:
        """Keep a snapshot, durably, and drop those older than the newest two.

        Raises:
            Unavailable: `snapshot_not_written`; those that were there still are.
        """
        path = self.path(snapshot.seq)
        try:
            build_pieces_durably(path, pieces_of(snapshot), at=self._place.tmp / f"{self._place.name}.snap")
            for older in sorted(self._place.snapshots.glob(_PATTERN), reverse=True)[KEPT:]:
                older.unlink()
            flush_folder(self._place.snapshots)
        except OSError as error:
            message = f"{self._place.relative(path)}: {error.strerror}"
            raise Unavailable("snapshot_not_written", message, retry_after_ms=1_000) from error

    def files(self) -> list[Path]:
        """Return the files of the snapshots, newest first; those of archives that are read too among them."""
        folders = self._place.everywhere(self._place.snapshots)
        named = {path.name: path for folder in folders for path in folder.glob(_PATTERN)}
        return [named[name] for name in sorted(named, reverse=True)]

    def path(self, seq: Seq) -> Path:
        """Return the file of the snapshot of a frame."""
        return self._place.snapshots / f"{seq:012}.snap"

    def read(self, path: Path) -> Snapshot:
        """Return the snapshot in a file.

        Raises:
            Damaged: `snapshot_damaged`, or `snapshot_misplaced` if it is whole but belongs elsewhere.
        """
        file = self._place.relative(path)
        try:
            snapshot = decode_snapshot(path.read_bytes())
        except (Malformed, OSError) as error:
            message = f"the snapshot cannot be read: {error}"
            raise Damaged("snapshot_damaged", message, file=file, offset=0) from error
        if snapshot.ledger != self._place.ledger or path.stem != f"{snapshot.seq:012}":
            message = f"this is frame {snapshot.seq} of ledger {snapshot.ledger}"
            raise Damaged("snapshot_misplaced", message, file=file, offset=0)
        return snapshot

    def newest_first(self) -> Iterator[Snapshot]:
        """Yield the snapshots, newest first; a damaged one is passed over, for the log holds everything."""
        yield from self._whole(self.files())

    def oldest_first(self) -> Iterator[Snapshot]:
        """Yield the snapshots, oldest first, without those that are damaged."""
        yield from self._whole(self.files()[::-1])

    def _whole(self, paths: Sequence[Path]) -> Iterator[Snapshot]:
        for path in paths:
            try:
                yield self.read(path)
            except Damaged:
                continue


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Return the bytes of a snapshot's file."""
    return b"".join(pieces_of(snapshot))


def pieces_of(snapshot: Snapshot) -> Iterator[bytes]:
    """Yield the bytes of a snapshot's file, a chunk at a time: a large one is never held twice."""
    head = _HEAD.pack(
        MAGIC,
        VERSION,
        snapshot.network,
        snapshot.ledger,
        snapshot.seq,
        snapshot.head,
        len(snapshot.chunks),
    )
    checksum = hashlib.sha256(head)
    yield head
    for chunk in snapshot.chunks:
        for piece in (len(chunk).to_bytes(4), chunk):
            checksum.update(piece)
            yield piece
    yield checksum.digest()


def decode_snapshot(data: bytes) -> Snapshot:
    """Return the snapshot with these bytes; Malformed if they are not those that were written."""
    whole = memoryview(data)
    content, checksum = whole[:-_CHECKSUM_SIZE], whole[-_CHECKSUM_SIZE:]
    if hashlib.sha256(content).digest() != checksum:
        raise Malformed("the checksum is another")
    if len(content) < _HEAD.size:
        raise Malformed("not a snapshot of this version")
    magic, version, network, ledger, seq, head, count = _HEAD.unpack_from(content)
    if (magic, version) != (MAGIC, VERSION):
        raise Malformed("not a snapshot of this version")
    chunks, at = [], _HEAD.size
    for _ in range(count):
        begin = at + _LENGTH_SIZE
        at = begin + int.from_bytes(content[at:begin])
        chunks.append(bytes(content[begin:at]))
    if at != len(content):
        raise Malformed("its chunks are not those that its beginning counts")
    return Snapshot(
        network=NetworkId(network), ledger=LedgerId(ledger), seq=Seq(seq), head=Hash(head), chunks=tuple(chunks)
    )
