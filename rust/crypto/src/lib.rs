//! Signatures, hashes and Merkle trees: pure functions of their arguments, without I/O and without randomness.
