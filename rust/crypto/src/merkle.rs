//! The Merkle tree of RFC 6962, section 2.1.
//!
//! The RFC splits a tree of n leaves at the largest power of two below n. Built from below this is: pair the nodes of
//! a level from the left; a node left over at the right end moves up unchanged.

use crate::hashes::{Hash, sha256, tagged};

const LEAF: &[u8] = &[0];
const NODE: &[u8] = &[1];

/// Return the hash of a leaf with this data.
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    tagged(LEAF, &[data])
}

/// Return the hash of the node above two others.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    tagged(NODE, &[left, right])
}

/// Return the root over the data of the leaves; of no leaf at all, SHA-256 of nothing.
#[must_use]
pub fn root<L: AsRef<[u8]>>(leaves: &[L]) -> Hash {
    root_of_hashes(leaves.iter().map(|data| leaf_hash(data.as_ref())).collect())
}

/// Return the root over the hashes of the leaves.
#[must_use]
pub fn root_of_hashes(mut level: Vec<Hash>) -> Hash {
    while level.len() > 1 {
        level = level_above(&level);
    }
    level.first().copied().unwrap_or_else(|| sha256(&[]))
}

/// Return the siblings from the leaf at `index` up to the root; None if there is no such leaf.
#[must_use]
pub fn path(hashes: &[Hash], index: usize) -> Option<Vec<Hash>> {
    hashes.get(index)?;
    let (mut level, mut place, mut siblings) = (hashes.to_vec(), index, Vec::new());
    while level.len() > 1 {
        siblings.extend(level.get(place ^ 1));
        level = level_above(&level);
        place >>= 1;
    }
    Some(siblings)
}

/// Return the root to which a path leads from the leaf at `index` of `size`; None if no tree has a path of this shape.
#[must_use]
pub fn root_from_path(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    let mut last = size.checked_sub(1)?;
    let (mut place, mut hash, mut siblings) = (index, leaf, path.iter());
    if place > last {
        return None;
    }
    while last > 0 {
        if place & 1 == 1 {
            hash = node_hash(siblings.next()?, &hash);
        } else if place < last {
            hash = node_hash(&hash, siblings.next()?);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    siblings.next().is_none().then_some(hash)
}

fn level_above(level: &[Hash]) -> Vec<Hash> {
    let above = |pair: &[Hash]| match pair {
        [left, right] => Some(node_hash(left, right)),
        [alone] => Some(*alone),
        _ => None,
    };
    level.chunks(2).filter_map(above).collect()
}
