"""The newest frames' trees: a receipt goes out with its answer, so the log is not read back for each.

The tree of a frame is built when the first of its receipts is asked for, and shared by all of them.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from threading import Lock
from typing import Final

from dcep.crypto import merkle
from dcep.ids import CommandId
from dcep.messages.layout import Seq
from dcep.messages.receipts import encode_parts

# Bounds what waits for its askers: at 256 KiB a frame, about 10 MB of ids and hashes.
_KEPT: Final = 64
_ID: Final = 32
_HEAD: Final = 4
_SENT: Final = 42


class FrameTree:
    """The commands' ids, their outcomes and the signed header of one frame."""

    def __init__(self, ids: bytes, outcomes: bytes, header: bytes) -> None:
        self._ids, self._outcomes, self._header = ids, outcomes, header

    def command(self, place: int) -> CommandId:
        """Return the id of the command at a place."""
        return CommandId(self._ids[place * _ID : place * _ID + _ID])

    def receipt(self, place: int, wire: bytes) -> bytes:
        """Return the encoded receipt of the command at a place, whose wire is that of its sender."""
        return encode_parts(wire, self._parts[place], place, merkle.path_in(self._levels, place), self._header)

    @cached_property
    def _parts(self) -> list[bytes]:
        """The outcomes one by one: a head of four bytes, the last of which counts the messages behind it."""
        parts, at = [], 0
        while at < len(self._outcomes):
            end = at + _HEAD + self._outcomes[at + _HEAD - 1] * _SENT
            parts.append(self._outcomes[at:end])
            at = end
        return parts

    @cached_property
    def _levels(self) -> list[list[bytes]]:
        leaves = [merkle.leaf_hash(self.command(place) + part) for place, part in enumerate(self._parts)]
        return [list(level) for level in merkle.levels(leaves)]


class RecentFrames:
    """The trees of the newest frames, of a bounded number."""

    def __init__(self) -> None:
        self._trees: OrderedDict[Seq, FrameTree] = OrderedDict()
        self._lock = Lock()

    def keep(self, seq: Seq, tree: FrameTree) -> None:
        """Keep the tree of the newest frame, and let the oldest go."""
        with self._lock:
            self._trees[seq] = tree
            if len(self._trees) > _KEPT:
                self._trees.popitem(last=False)

    def find(self, seq: Seq) -> FrameTree | None:
        """Return the tree of a frame; None if it is not one of the newest."""
        return self._trees.get(seq)
