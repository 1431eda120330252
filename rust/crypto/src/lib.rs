//! Signatures, hashes and Merkle trees: pure functions of their arguments, without I/O and without randomness.

pub mod ed25519;
pub mod hashes;
pub mod merkle;
pub mod p256;
pub mod suites;
