"""Merkle trees, in Python and in Rust, against the known answers of Certificate Transparency."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from dcep.crypto import native
from dcep.crypto.merkle import leaf_hash, path, root, root_from_path

VECTORS = Path(__file__).parents[3] / "vectors" / "merkle"


def table(name: str) -> list[dict[str, str]]:
    """Read a table of vectors by the names of its columns."""
    with (VECTORS / name).open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


LEAVES = [bytes.fromhex(row["data"]) for row in table("rfc6962_leaves.tsv")]


@pytest.mark.parametrize("row", table("rfc6962_roots.tsv"), ids=lambda row: row["leaves"])
def test_roots_are_the_known_ones(row: dict[str, str]) -> None:
    """The root over the first so many leaves, in both languages."""
    leaves = LEAVES[: int(row["leaves"])]

    assert root(leaves).hex() == row["root"]
    assert native.merkle_root(leaves).hex() == row["root"]


@pytest.mark.parametrize("row", table("rfc6962_paths.tsv"), ids=lambda row: f"{row['index']}-of-{row['size']}")
def test_paths_are_the_known_ones(row: dict[str, str]) -> None:
    """A path made elsewhere is the path made here, and leads to the root."""
    size, index = int(row["size"]), int(row["index"])
    hashes = [leaf_hash(leaf) for leaf in LEAVES[:size]]
    known = [bytes.fromhex(sibling) for sibling in row["path"].split(",") if sibling]

    assert path(hashes, index) == known
    assert root_from_path(hashes[index], index, size, known) == root(LEAVES[:size])
