//! ECDSA with SHA-256 over the curve P-256, in the form that browsers speak.
//!
//! A signature (r, s) of a message by the key Q is good if and only if
//!
//! 1. Q is the one encoding of its point: 2 or 3 for an even or odd y, then x below the field's prime, on the curve;
//!    the point at infinity has no such encoding,
//! 2. r and s are from 1 to n − 1, n being the order of the base point G,
//! 3. \[e/s\]G + \[r/s\]Q is a point whose x is r modulo n, where e is SHA-256 of the message, as a number.
//!
//! (r, n − s) is then good as well, and stays so: browsers and secure elements make either. Nothing hangs on it, since a
//! command's identity leaves signatures out.
//!
//! Keys are decompressed here and judged by `ring`, whose verification is six times as fast as that of `p256`.
//! Signatures are made with the nonce of RFC 6979: the same message gives the same signature, and no randomness is needed.
//!
//! Source: FIPS 186-5, section 6.4; SEC 1, section 2.3; RFC 6979.

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature as Pair, SigningKey};
use p256::elliptic_curve::sec1::ToSec1Point;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

/// The secret number, big-endian.
pub type Seed = [u8; 32];
/// A compressed point of the curve.
pub type PublicKey = [u8; 33];
/// r and s, one behind the other, big-endian.
pub type Signature = [u8; 64];

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

/// The signature is not one of this message by this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSignature;

/// Return the public key of a seed; None if the number is zero or not below n, one in 2³² of all.
#[must_use]
pub fn public_key(seed: &Seed) -> Option<PublicKey> {
    let key = SigningKey::from_slice(seed).ok()?;
    key.verifying_key().to_sec1_point(true).as_bytes().try_into().ok()
}

/// Return the signature of a message; None if the seed has no public key.
#[must_use]
pub fn sign(seed: &Seed, message: &[u8]) -> Option<Signature> {
    let key = SigningKey::from_slice(seed).ok()?;
    let pair: Pair = key.sign(message);
    Some(pair.to_bytes().into())
}

/// Judge one signature.
///
/// # Errors
///
/// `BadSignature` if one of the three rules at the head of this module is broken.
pub fn verify(signed: &Signed) -> Result<(), BadSignature> {
    let point = decompress(&signed.key).ok_or(BadSignature)?.to_sec1_point(false);
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.as_bytes())
        .verify(signed.message, &signed.signature)
        .map_err(|_| BadSignature)
}

/// Say whether a key may be registered: whether it keeps rule 1.
#[must_use]
pub fn is_acceptable_key(key: &PublicKey) -> bool {
    decompress(key).is_some()
}

/// Return the signature that secure elements and Java write as DER, in the form that stands in messages.
///
/// None if the bytes are not the one DER encoding of two numbers from 1 to n − 1.
#[must_use]
pub fn signature_from_der(der: &[u8]) -> Option<Signature> {
    Some(Pair::from_der(der).ok()?.to_bytes().into())
}

fn decompress(key: &PublicKey) -> Option<p256::PublicKey> {
    let is_compressed = matches!(key, [2 | 3, ..]);
    is_compressed
        .then(|| p256::PublicKey::from_sec1_bytes(key).ok())
        .flatten()
}
