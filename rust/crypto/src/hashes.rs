//! SHA-256, the hash of the ledger.

use sha2::{Digest, Sha256};

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// Return SHA-256 of `data`.
#[must_use]
pub fn sha256(data: &[u8]) -> Hash {
    Sha256::digest(data).into()
}

/// Return SHA-256 of `tag` and then the parts, one behind the other.
///
/// The tag separates domains: no tag may be the beginning of another. Nothing separates the parts, so all but the
/// last must have a fixed length.
#[must_use]
pub fn tagged(tag: &[u8], parts: &[&[u8]]) -> Hash {
    let begun = Sha256::new_with_prefix(tag);
    parts
        .iter()
        .fold(begun, |hasher, part| hasher.chain_update(part))
        .finalize()
        .into()
}
