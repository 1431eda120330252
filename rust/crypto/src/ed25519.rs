//! Ed25519: signatures are made by RFC 8032 and judged by ZIP-215.
//!
//! A signature (R, s) of a message by the key A is good if and only if
//!
//! 1. A and R are encodings of points of the curve; encodings that are not canonical count too,
//! 2. s is below l, the order of the base point B,
//! 3. \[8\]\[s\]B = \[8\]R + \[8\]\[k\]A, where k = SHA-512(R ‖ A ‖ message) with R and A as they were sent.
//!
//! The factor 8 in the third rule is what makes one signature and a batch of them agree on every input: it removes
//! what the points may have outside the group of B.
//!
//! Source: RFC 8032, section 5.1; <https://zips.z.cash/zip-0215>.

mod batch;

pub use batch::{verify_batch, verify_suspect_batch};

use curve25519_dalek::{EdwardsPoint, Scalar, edwards::CompressedEdwardsY, traits::IsIdentity};
use sha2::{Digest, Sha512};

/// The secret from which everything else of a key follows.
pub type Seed = [u8; 32];
/// An encoded point of the curve.
pub type PublicKey = [u8; 32];
/// R and s, one behind the other.
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

/// Return the public key of a seed.
#[must_use]
pub fn public_key(seed: &Seed) -> PublicKey {
    EdwardsPoint::mul_base(&expand(seed).0).compress().to_bytes()
}

/// Return the signature of a message.
///
/// `public` must be the public key of `seed`: two signatures of one message under two public keys give the secret
/// away. It is an argument because to compute it again would double the price of a signature.
#[must_use]
pub fn sign(seed: &Seed, public: &PublicKey, message: &[u8]) -> Signature {
    let (secret, prefix) = expand(seed);
    let nonce = scalar_from(Sha512::new().chain_update(prefix).chain_update(message));
    let commitment = EdwardsPoint::mul_base(&nonce).compress();
    let s = nonce + challenge(commitment.as_bytes(), public, message) * secret;
    join(*commitment.as_bytes(), s.to_bytes())
}

/// Judge one signature.
///
/// # Errors
///
/// `BadSignature` if one of the three rules at the head of this module is broken.
pub fn verify(signed: &Signed) -> Result<(), BadSignature> {
    let holds = Equation::read(signed).is_some_and(|equation| equation.holds());
    if holds { Ok(()) } else { Err(BadSignature) }
}

/// Say whether a key may be registered: a canonically encoded point outside the eight of small order.
///
/// For a key of small order some signatures are good for any message. Rule 1 still accepts such keys, because what
/// counts as a good signature must not depend on who asks.
#[must_use]
pub fn is_acceptable_key(key: &PublicKey) -> bool {
    CompressedEdwardsY(*key)
        .decompress()
        .is_some_and(|point| !point.is_small_order() && point.compress().as_bytes() == key)
}

/// What rule 3 speaks about, after rules 1 and 2 have been kept.
#[derive(Clone, Copy)]
struct Equation {
    a: EdwardsPoint,
    r: EdwardsPoint,
    s: Scalar,
    k: Scalar,
}

impl Equation {
    fn read(signed: &Signed) -> Option<Self> {
        let (r, s) = split(&signed.signature);
        Some(Self {
            a: CompressedEdwardsY(signed.key).decompress()?,
            r: CompressedEdwardsY(r).decompress()?,
            s: Scalar::from_canonical_bytes(s).into_option()?,
            k: challenge(&r, &signed.key, signed.message),
        })
    }

    fn holds(&self) -> bool {
        let r = EdwardsPoint::vartime_double_scalar_mul_basepoint(&self.k, &-self.a, &self.s);
        (r - self.r).mul_by_cofactor().is_identity()
    }
}

fn expand(seed: &Seed) -> (Scalar, [u8; 32]) {
    let (secret, prefix) = split(&Sha512::digest(seed).into());
    (
        Scalar::from_bytes_mod_order(curve25519_dalek::scalar::clamp_integer(secret)),
        prefix,
    )
}

fn challenge(r: &[u8; 32], key: &PublicKey, message: &[u8]) -> Scalar {
    scalar_from(Sha512::new().chain_update(r).chain_update(key).chain_update(message))
}

fn scalar_from(hasher: Sha512) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&hasher.finalize().into())
}

fn split(bytes: &[u8; 64]) -> ([u8; 32], [u8; 32]) {
    let (mut first, mut second) = ([0; 32], [0; 32]);
    let (left, right) = bytes.split_at(32);
    first.copy_from_slice(left);
    second.copy_from_slice(right);
    (first, second)
}

fn join(first: [u8; 32], second: [u8; 32]) -> [u8; 64] {
    let mut bytes = [0; 64];
    let (left, right) = bytes.split_at_mut(32);
    left.copy_from_slice(&first);
    right.copy_from_slice(&second);
    bytes
}
