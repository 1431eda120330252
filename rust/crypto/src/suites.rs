//! Signature suites behind one small face; the suite of a key stands beside it in every message.
//!
//! The numbers are 1 P-256, 2 SM2 and 3 Ed25519; 2 has its number and is not spoken yet. A signature has 64 bytes in each.

use crate::{ed25519, p256};

/// The number of P-256 in messages.
pub const P256: u8 = 1;
/// The number of Ed25519 in messages.
pub const ED25519: u8 = 3;

/// The secret from which everything else of a key follows.
pub type Seed = [u8; 32];
/// A signature of either suite.
pub type Signature = [u8; 64];

/// A key with its suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PublicKey {
    /// A compressed point of P-256.
    P256(p256::PublicKey),
    /// An encoded point of edwards25519.
    Ed25519(ed25519::PublicKey),
}

impl PublicKey {
    /// Return the key with these bytes; None if the suite is not spoken, or its keys have another length.
    #[must_use]
    pub fn new(suite: u8, bytes: &[u8]) -> Option<Self> {
        match suite {
            P256 => bytes.try_into().ok().map(PublicKey::P256),
            ED25519 => bytes.try_into().ok().map(PublicKey::Ed25519),
            _ => None,
        }
    }

    /// Return the suite's number.
    #[must_use]
    pub fn suite(&self) -> u8 {
        match self {
            PublicKey::P256(_) => P256,
            PublicKey::Ed25519(_) => ED25519,
        }
    }

    /// Return the bytes, as many as the suite says.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            PublicKey::P256(key) => key,
            PublicKey::Ed25519(key) => key,
        }
    }
}

/// A message with its signature and the key that is said to have made it.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// The signer's key, as it was sent.
    pub key: PublicKey,
    /// The bytes that were signed.
    pub message: &'a [u8],
    /// The signature, as it was sent.
    pub signature: Signature,
}

/// Return the public key of a seed; None if the suite is not spoken, or the seed is no secret of it.
#[must_use]
pub fn public_key(suite: u8, seed: &Seed) -> Option<PublicKey> {
    match suite {
        P256 => p256::public_key(seed).map(PublicKey::P256),
        ED25519 => Some(PublicKey::Ed25519(ed25519::public_key(seed))),
        _ => None,
    }
}

/// Return the signature of a message, always the same; None if the seed is no secret of the suite.
///
/// `public` must be the public key of `seed`.
#[must_use]
pub fn sign(seed: &Seed, public: &PublicKey, message: &[u8]) -> Option<Signature> {
    match public {
        PublicKey::P256(_) => p256::sign(seed, message),
        PublicKey::Ed25519(public) => Some(ed25519::sign(seed, public, message)),
    }
}

/// Say whether one signature is good.
#[must_use]
pub fn verify(signed: &Signed) -> bool {
    let Signed { message, signature, .. } = *signed;
    match signed.key {
        PublicKey::P256(key) => p256::verify(&p256::Signed {
            key,
            message,
            signature,
        })
        .is_ok(),
        PublicKey::Ed25519(key) => ed25519::verify(&ed25519::Signed {
            key,
            message,
            signature,
        })
        .is_ok(),
    }
}

/// Judge all signatures: those of Ed25519 at once, those of P-256 one by one.
///
/// Returns the places of the bad ones, ascending; none if all are good.
#[must_use]
pub fn verify_batch(batch: &[Signed]) -> Vec<usize> {
    by_suite(batch, ed25519::verify_batch)
}

/// Judge all signatures where several are thought to be bad; the verdicts are those of `verify_batch`.
#[must_use]
pub fn verify_suspect_batch(batch: &[Signed]) -> Vec<usize> {
    by_suite(batch, ed25519::verify_suspect_batch)
}

/// Say whether a key may be registered: canonically encoded, and one for which only its holder can sign.
#[must_use]
pub fn is_acceptable_key(key: &PublicKey) -> bool {
    match key {
        PublicKey::P256(key) => p256::is_acceptable_key(key),
        PublicKey::Ed25519(key) => ed25519::is_acceptable_key(key),
    }
}

fn by_suite(batch: &[Signed], ed25519_batch: impl Fn(&[ed25519::Signed]) -> Vec<usize>) -> Vec<usize> {
    let (mut places, mut together, mut bad) =
        (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()), vec![]);
    for (place, signed) in batch.iter().enumerate() {
        let Signed { message, signature, .. } = *signed;
        match signed.key {
            PublicKey::Ed25519(key) => {
                places.push(place);
                together.push(ed25519::Signed {
                    key,
                    message,
                    signature,
                });
            }
            PublicKey::P256(_) => bad.extend((!verify(signed)).then_some(place)),
        }
    }
    let bad_together = ed25519_batch(&together);
    bad.extend(bad_together.iter().filter_map(|index| places.get(*index)));
    bad.sort_unstable();
    bad
}
