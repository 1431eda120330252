//! The Merkle tree against the known answers of Certificate Transparency, and its laws.
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod vectors;

use dcep_crypto::hashes::Hash;
use dcep_crypto::merkle::{leaf_hash, path, root, root_from_path, root_of_hashes};
use vectors::{bytes, exactly, rows};

fn leaves() -> Vec<Vec<u8>> {
    rows(include_str!("../../../vectors/merkle/rfc6962_leaves.tsv"))
        .iter()
        .map(|row| bytes(row[1]))
        .collect()
}

fn numbered(size: u32) -> Vec<Hash> {
    (0..size).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

#[test]
fn roots_are_the_known_ones() {
    let leaves = leaves();

    for row in rows(include_str!("../../../vectors/merkle/rfc6962_roots.tsv")) {
        let size: usize = row[0].parse().unwrap();
        assert_eq!(root(&leaves[..size]), exactly(row[1]), "{size} leaves");
    }
}

#[test]
fn paths_are_the_known_ones() {
    let hashes: Vec<Hash> = leaves().iter().map(|data| leaf_hash(data)).collect();

    for row in rows(include_str!("../../../vectors/merkle/rfc6962_paths.tsv")) {
        let (size, index): (usize, usize) = (row[0].parse().unwrap(), row[1].parse().unwrap());
        let known: Vec<Hash> = row[2]
            .split(',')
            .filter(|digits| !digits.is_empty())
            .map(exactly)
            .collect();
        assert_eq!(path(&hashes[..size], index), Some(known), "leaf {index} of {size}");
    }
}

/// A receipt is checked with nothing but the leaf, its place and the path.
#[test]
fn every_path_leads_to_the_root() {
    for size in 1..70 {
        let hashes = numbered(size);
        let top = root_of_hashes(hashes.clone());
        for (index, leaf) in hashes.iter().enumerate() {
            let path = path(&hashes, index).unwrap();
            assert_eq!(
                root_from_path(*leaf, index as u64, u64::from(size), &path),
                Some(top),
                "leaf {index} of {size}"
            );
        }
    }
}

/// The shape of a path follows from place and size alone: each has one length and no other.
#[test]
fn a_path_of_the_wrong_shape_leads_nowhere() {
    let hashes = numbered(7);
    let path = path(&hashes, 2).unwrap();
    let too_long = [&path[..], &hashes[..1]].concat();

    assert_eq!(root_from_path(hashes[2], 2, 7, &path[1..]), None);
    assert_eq!(root_from_path(hashes[2], 2, 7, &too_long), None);
    assert_eq!(root_from_path(hashes[2], 7, 7, &path), None);
    assert_eq!(root_from_path(hashes[2], 0, 0, &[]), None);
    assert_eq!(root_from_path(hashes[2], u64::MAX, u64::MAX, &path), None);
}

#[test]
fn there_is_no_path_from_a_leaf_that_is_not_there() {
    assert_eq!(path(&numbered(3), 3), None);
    assert_eq!(path(&[], 0), None);
}
