//! Which keys may guard an account: none of small order, none in a second encoding, none twice, and at least one.

use std::collections::BTreeSet;

use dcep_crypto::suites::{PublicKey, is_acceptable_key};
use dcep_messages::layout::Key;
use dcep_messages::policies::Policy;

/// Return whether a policy has no key, a repeated one, or one that its suite does not accept.
#[must_use]
pub fn has_bad_key(policy: &Policy) -> bool {
    let keys = policy.keys();
    keys.is_empty() || has_repeated_key(&keys) || !keys.iter().all(is_acceptable_key)
}

/// Return whether a key stands in a list twice.
#[must_use]
pub fn has_repeated_key(keys: &[impl Ord]) -> bool {
    keys.iter().collect::<BTreeSet<_>>().len() < keys.len()
}

/// Return whether a worker's key, always Ed25519, is one that its suite does not accept.
#[must_use]
pub fn is_bad_worker_key(key: &Key) -> bool {
    !is_acceptable_key(&PublicKey::Ed25519(*key))
}
