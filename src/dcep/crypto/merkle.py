"""The Merkle tree of RFC 6962, section 2.1: one hash for a list, and a short proof that something stands in it.

The RFC splits a tree of n leaves at the largest power of two below n. Built from below this is: pair the nodes of a
level from the left; a node left over at the right end moves up unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from dcep.errors import BadInput

# The first byte keeps leaves and nodes apart, else a node could be passed off as a leaf.
_LEAF = b"\x00"
_NODE = b"\x01"


class BadPath(BadInput):
    """No tree has a path of this shape."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_path", message)


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf with this data."""
    return sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two others."""
    return sha256(_NODE + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over the data of the leaves; of no leaf at all, SHA-256 of nothing."""
    return root_of_hashes([leaf_hash(data) for data in leaves])


def root_of_hashes(hashes: Sequence[bytes]) -> bytes:
    """Return the root over the hashes of the leaves."""
    level = hashes
    while len(level) > 1:
        level = _level_above(level)
    return level[0] if level else sha256().digest()


def path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the siblings from the leaf at `index` up to the root; a tree of one leaf has none.

    Raises:
        BadPath: there is no such leaf.
    """
    return path_in(levels(hashes), index)


def levels(hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Return the tree over the hashes of the leaves, from these up to the root: the paths of all leaves lie in it."""
    tree = [hashes]
    while len(tree[-1]) > 1:
        tree.append(_level_above(tree[-1]))
    return tree


def path_in(tree: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    """Return the path of a leaf as `path` does, from the levels of the tree.

    Raises:
        BadPath: there is no such leaf.
    """
    _require_leaf(index, len(tree[0]))
    siblings = []
    for level in tree[:-1]:
        sibling = index ^ 1
        if sibling < len(level):
            siblings.append(level[sibling])
        index >>= 1
    return siblings


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root to which a path leads; it proves something only when compared with a signed root.

    Args:
        leaf: the hash of the leaf.
        index: its place, from 0.
        size: how many leaves the tree has.
        path: as from `path`.

    Raises:
        BadPath: there is no such leaf, or the path is not as long as this place needs.
    """
    _require_leaf(index, size)
    node, last, siblings = leaf, size - 1, iter(path)
    while last > 0:
        if index & 1:
            node = node_hash(_next(siblings), node)
        elif index < last:
            node = node_hash(node, _next(siblings))
        index, last = index >> 1, last >> 1
    if next(siblings, None) is not None:
        raise BadPath("the path is too long")
    return node


def _level_above(level: Sequence[bytes]) -> list[bytes]:
    pairs = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
    return pairs + list(level[len(pairs) * 2 :])


def _require_leaf(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise BadPath(f"a tree of {size} leaves has no leaf {index}")


def _next(siblings: Iterator[bytes]) -> bytes:
    try:
        return next(siblings)
    except StopIteration:
        raise BadPath("the path is too short") from None
