//! Policies: trees of any shape, and every set of signers, against a judge that asks in the slowest way.
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may panic"
)]

mod hostile;

use std::collections::BTreeSet;

use dcep_crypto::hashes::sha256;
use dcep_crypto::suites::PublicKey;
use dcep_messages::layout::{decode, encode};
use dcep_messages::policies::{Policy, Seat, policy_hash};
use hostile::{fuzz, mutated, of_table};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

const ENCODINGS: &str = include_str!("../../../vectors/policies/encodings.tsv");
const REFUSED: &str = include_str!("../../../vectors/policies/refused.tsv");
const TARGETS: u64 = 2;
const MOST_KEYS: usize = 32;
const DEEPEST: usize = 8;

fn keys() -> impl Strategy<Value = PublicKey> {
    let p256 = (any::<u8>(), any::<[u8; 32]>()).prop_map(|(first, x)| {
        let mut key = [first; 33];
        key[1..].copy_from_slice(&x);
        PublicKey::P256(key)
    });
    prop_oneof![any::<[u8; 32]>().prop_map(PublicKey::Ed25519), p256]
}

fn single_keys() -> impl Strategy<Value = Policy> {
    keys().prop_map(Policy::SingleKey)
}

fn boards() -> impl Strategy<Value = Policy> {
    let seats = vec((0..4_u8, keys()).prop_map(|(site, key)| Seat { site, key }), 1..7);
    (seats, any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|(seats, needed, sites)| {
        let distinct: BTreeSet<u8> = seats.iter().map(|seat| seat.site).collect();
        let (needed, sites) = (
            1 + needed.index(seats.len()) as u8,
            1 + sites.index(distinct.len()) as u8,
        );
        Policy::Board { needed, sites, seats }
    })
}

fn trees() -> impl Strategy<Value = Policy> {
    let leaves = prop_oneof![single_keys(), boards()];
    leaves.prop_recursive(6, 24, 4, |part| {
        (vec(part, 1..5), any::<prop::sample::Index>()).prop_map(|(of, needed)| {
            let needed = 1 + needed.index(of.len()) as u8;
            Policy::Threshold { needed, of }
        })
    })
}

fn depth(policy: &Policy) -> usize {
    match policy {
        Policy::Threshold { of, .. } => 1 + of.iter().map(depth).max().unwrap_or(0),
        _ => 1,
    }
}

/// Say whether these are enough, `first` being the number of the policy's first key.
fn is_enough(policy: &Policy, first: usize, signed: &BTreeSet<usize>) -> bool {
    match policy {
        Policy::Nobody => signed.is_empty(),
        Policy::SingleKey(_) => signed.contains(&first),
        Policy::Threshold { needed, of } => {
            let (mut number, mut enough) = (first, 0);
            for part in of {
                enough += u8::from(is_enough(part, number, signed));
                number += part.keys().len();
            }
            enough >= *needed
        }
        Policy::Board { needed, sites, seats } => {
            let present = seats
                .iter()
                .enumerate()
                .filter(|(number, _)| signed.contains(&(first + number)));
            let present: Vec<u8> = present.map(|(_, seat)| seat.site).collect();
            present.len() >= usize::from(*needed) && BTreeSet::from_iter(&present).len() >= usize::from(*sites)
        }
    }
}

fn check(policy: &Policy, bits: u32) -> TestCaseResult {
    let keys = policy.keys().len();
    let bits = if keys >= 32 { bits } else { bits & ((1 << keys) - 1) };
    let signed: BTreeSet<usize> = (0..keys).filter(|number| bits >> number & 1 == 1).collect();
    prop_assert_eq!(policy.key_count(), keys);
    prop_assert_eq!(policy.is_satisfied_by(bits), is_enough(policy, 0, &signed));
    Ok(())
}

/// Every tree of a size that is allowed is read back, and any other is refused.
#[test]
fn a_tree_is_read_back_and_judged_by_every_set_of_signers() {
    fuzz(
        "policy-trees",
        TARGETS,
        &(trees(), vec(any::<u32>(), 8)),
        |(policy, sets)| {
            let data = encode(&policy);
            if depth(&policy) > DEEPEST || policy.keys().len() > MOST_KEYS {
                prop_assert!(decode::<Policy>(&data).is_err());
                return Ok(());
            }
            let read = decode::<Policy>(&data);
            prop_assert_eq!(read.as_ref(), Ok(&policy));
            prop_assert_eq!(policy_hash(&policy), sha256(&[b"dpol", &data[..]].concat()));
            sets.iter().try_for_each(|bits| check(&policy, *bits))
        },
    );
}

/// Hostile bytes are the one encoding of a policy that somebody can meet, or none.
#[test]
fn hostile_bytes_are_one_policy_or_none() {
    let seeds = [of_table(ENCODINGS, 1), of_table(REFUSED, 1)].concat();

    fuzz(
        "policy-bytes",
        TARGETS,
        &(mutated(&seeds), any::<u32>()),
        |(data, bits)| {
            let Ok(policy) = decode::<Policy>(&data) else {
                return Ok(());
            };
            prop_assert_eq!(encode(&policy), data);
            prop_assert!(policy.keys().len() <= MOST_KEYS && depth(&policy) <= DEEPEST);
            // All of its keys together are always enough, and none of them never.
            if policy != Policy::Nobody {
                let everybody = u32::MAX >> (32 - policy.keys().len());
                prop_assert!(policy.is_satisfied_by(everybody) && !policy.is_satisfied_by(0));
            }
            check(&policy, bits)
        },
    );
}
