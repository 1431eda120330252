//! SHA-256, the hash of the ledger.

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

/// A SHA-256 value.
pub type Hash = [u8; 32];

const BLOCK: usize = 64;
/// What is padded into two blocks: a bit and the length stand behind the message.
const TWO_BLOCKS: usize = 2 * BLOCK - PADDING;
const ONE_BLOCK: usize = BLOCK - PADDING;
const PADDING: usize = 1 + size_of::<u64>();
/// The square roots of the first eight primes: FIPS 180-4, section 5.3.3.
const BEGINNING: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

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
    short(tag, parts).unwrap_or_else(|| {
        let mut hasher = Sha256::new_with_prefix(tag);
        parts.iter().for_each(|part| hasher.update(part));
        hasher.finalize().into()
    })
}

/// Hash what fits into two blocks without the buffer of a general hasher, which costs as much as the hash itself: a
/// payment is hashed in four such pieces. None if it is longer.
fn short(tag: &[u8], parts: &[&[u8]]) -> Option<Hash> {
    let mut blocks = [0; 2 * BLOCK];
    let mut rest = blocks.get_mut(..TWO_BLOCKS)?;
    for part in std::iter::once(&tag).chain(parts) {
        let (place, after) = rest.split_at_mut_checked(part.len())?;
        place.copy_from_slice(part);
        rest = after;
    }
    let size = TWO_BLOCKS.saturating_sub(rest.len());
    *blocks.get_mut(size)? = 0x80;
    let end = if size > ONE_BLOCK { 2 * BLOCK } else { BLOCK };
    let bits = (size as u64).saturating_mul(8).to_be_bytes();
    let (message, _) = blocks.split_at_mut_checked(end)?;
    *message.last_chunk_mut()? = bits;
    let mut state = BEGINNING;
    compress256(&mut state, message.as_chunks().0);
    let mut hash = Hash::default();
    let (words, _) = hash.as_chunks_mut();
    words
        .iter_mut()
        .zip(state)
        .for_each(|(bytes, word)| *bytes = word.to_be_bytes());
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The short way and the general one cannot be told apart, whatever the length and wherever the parts meet.
    #[test]
    fn a_short_message_has_the_hash_that_every_message_has() {
        let data: Vec<u8> = (0..200).collect();

        for size in 0..=data.len() {
            for cut in [0, 1, size / 2, size] {
                let (whole, _) = data.split_at(size);
                let (tag, part) = whole.split_at(cut.min(size));
                assert_eq!(tagged(tag, &[part]), sha256(whole), "{size} bytes, cut at {cut}");
                assert_eq!(
                    tagged(tag, &[&[], part, &[]]),
                    sha256(whole),
                    "{size} bytes, cut at {cut}"
                );
            }
        }
    }
}
