"""The Merkle tree in plain Python: laws, and the shapes of paths."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.crypto import native
from dcep.crypto.merkle import BadPath, leaf_hash, node_hash, path, root, root_from_path, root_of_hashes

leaves = st.lists(st.binary(max_size=40), max_size=40)


def split_at_the_power_of_two(hashes: list[bytes]) -> bytes:
    """Compute the root as the RFC writes it, from above."""
    if len(hashes) == 1:
        return hashes[0]
    left = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(split_at_the_power_of_two(hashes[:left]), split_at_the_power_of_two(hashes[left:]))


@given(leaves)
def test_the_tree_built_from_below_is_the_one_of_the_rfc(data: list[bytes]) -> None:
    """The RFC splits from above at a power of two; pairing from below must give the same tree."""
    hashes = [leaf_hash(leaf) for leaf in data]

    assert root(data) == root_of_hashes(hashes) == (split_at_the_power_of_two(hashes) if data else sha256().digest())


@given(leaves)
def test_rust_computes_the_same_root(data: list[bytes]) -> None:
    """Both engines sign the same headers."""
    assert native.merkle_root(data) == root(data)


@given(leaves.filter(bool), st.data())
def test_every_path_leads_to_the_root(data: list[bytes], draw: st.DataObject) -> None:
    """A receipt needs only the leaf, its place, the size and the path."""
    hashes = [leaf_hash(leaf) for leaf in data]
    index = draw.draw(st.integers(0, len(data) - 1))

    assert root_from_path(hashes[index], index, len(hashes), path(hashes, index)) == root(data)


@given(leaves.filter(bool), st.data())
def test_a_path_from_another_leaf_leads_elsewhere(data: list[bytes], draw: st.DataObject) -> None:
    """A path proves this leaf at this place and no other."""
    hashes = [leaf_hash(leaf) for leaf in data]
    index = draw.draw(st.integers(0, len(data) - 1))

    assert root_from_path(leaf_hash(b"not there" * 5), index, len(hashes), path(hashes, index)) != root(data)


@pytest.mark.parametrize(
    ("index", "size", "length", "why"),
    [
        (2, 7, 2, "too short"),
        (2, 7, 4, "too long"),
        (6, 7, 3, "too long"),
        (0, 1, 1, "too long"),
        (7, 7, 3, "has no leaf 7"),
        (-1, 7, 3, "has no leaf -1"),
        (0, 0, 0, "has no leaf 0"),
    ],
)
def test_a_path_of_an_impossible_shape_is_refused(index: int, size: int, length: int, why: str) -> None:
    """The length follows from place and size alone; leaf 6 of 7 moves up once without a sibling."""
    with pytest.raises(BadPath, match=why):
        root_from_path(leaf_hash(b""), index, size, [leaf_hash(b"sibling")] * length)


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_path_from_a_leaf_that_is_not_there(index: int) -> None:
    """Python would count -1 from the end."""
    with pytest.raises(BadPath, match="a tree of 3 leaves"):
        path([leaf_hash(b"")] * 3, index)
