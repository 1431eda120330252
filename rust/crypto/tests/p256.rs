//! P-256 against RFC 6979, Wycheproof and itself; keys and batches of two suites.
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod vectors;

use dcep_crypto::p256::{
    PublicKey, Signature, Signed, is_acceptable_key, public_key, sign, signature_from_der, verify,
};
use dcep_crypto::{ed25519, suites};
use hex_literal::hex;
use proptest::prelude::*;
use serde_json::Value;
use vectors::{bytes, exactly, rows};

const ORDER: [u8; 32] = hex!("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const FIELD: [u8; 32] = hex!("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");

/// A case of Wycheproof: its number, whether its signature is good, and what was signed.
struct Case {
    number: u64,
    is_valid: bool,
    key: PublicKey,
    message: Vec<u8>,
    signature: Vec<u8>,
}

fn wycheproof(file: &str) -> Vec<Case> {
    let file: Value = serde_json::from_str(file).unwrap();
    let groups = file["testGroups"].as_array().unwrap();
    groups.iter().flat_map(cases_of).collect()
}

fn cases_of(group: &Value) -> Vec<Case> {
    let text = |value: &Value| bytes(value.as_str().unwrap());
    let tests = group["tests"].as_array().unwrap();
    let read = |test: &Value| Case {
        number: test["tcId"].as_u64().unwrap(),
        is_valid: test["result"] == "valid",
        key: compressed(&text(&group["publicKey"]["uncompressed"])),
        message: text(&test["msg"]),
        signature: text(&test["sig"]),
    };
    tests.iter().map(read).collect()
}

fn compressed(point: &[u8]) -> PublicKey {
    let mut key = [2 + (point[64] & 1); 33];
    key[1..].copy_from_slice(&point[1..33]);
    key
}

fn judge(case: &Case, signature: Option<Signature>) -> bool {
    let (key, message) = (case.key, &case.message[..]);
    signature.is_some_and(|signature| {
        verify(&Signed {
            key,
            message,
            signature,
        })
        .is_ok()
    })
}

fn with_prefix(prefix: u8, x: [u8; 32]) -> PublicKey {
    let mut key = [prefix; 33];
    key[1..].copy_from_slice(&x);
    key
}

/// Return n − s, byte by byte from the right.
fn mirrored(signature: &Signature) -> Signature {
    let (mut other, mut borrow) = (*signature, 0_i16);
    for at in (0..32).rev() {
        let digit = i16::from(ORDER[at]) - i16::from(signature[32 + at]) - borrow;
        borrow = i16::from(digit < 0);
        other[32 + at] = digit.rem_euclid(256) as u8;
    }
    other
}

#[test]
fn rfc_6979_is_kept_to_the_byte() {
    for row in rows(include_str!("../../../vectors/crypto/p256_rfc6979.tsv")) {
        let (seed, key, message, signature) = (exactly(row[0]), exactly(row[1]), bytes(row[2]), exactly(row[3]));

        assert_eq!(public_key(&seed), Some(key));
        assert_eq!(sign(&seed, &message), Some(signature));
    }
}

/// Every valid case is accepted and every invalid one refused; a signature of another length cannot even be asked about.
#[test]
fn wycheproof_cases_of_64_bytes_are_judged_as_listed() {
    let cases = wycheproof(include_str!(
        "../../../vectors/crypto/ecdsa_secp256r1_sha256_p1363_test.json"
    ));

    for case in &cases {
        assert_eq!(
            judge(case, case.signature[..].try_into().ok()),
            case.is_valid,
            "case {}",
            case.number
        );
    }
    assert_eq!(cases.len(), 262);
}

/// Whatever is not the one DER encoding of a good pair is refused, before the curve or on it.
#[test]
fn wycheproof_cases_in_der_are_judged_as_listed() {
    let cases = wycheproof(include_str!("../../../vectors/crypto/ecdsa_secp256r1_sha256_test.json"));

    for case in &cases {
        assert_eq!(
            judge(case, signature_from_der(&case.signature)),
            case.is_valid,
            "case {}",
            case.number
        );
    }
    assert_eq!(cases.len(), 484);
}

/// Each key of Wycheproof is a point of the curve, and the same x with an unknown prefix is none.
#[test]
fn only_the_compressed_form_is_a_key() {
    let cases = wycheproof(include_str!(
        "../../../vectors/crypto/ecdsa_secp256r1_sha256_p1363_test.json"
    ));

    for Case { key, .. } in &cases {
        assert!(is_acceptable_key(key));
        for prefix in [0, 1, 4, 5, 6, 7, 0x82, 0xff] {
            assert!(!is_acceptable_key(&with_prefix(prefix, key[1..].try_into().unwrap())));
        }
    }
}

/// No point has the x 1; the point at infinity has no x; p and all above it are second names of small numbers.
#[test]
fn a_key_off_the_curve_or_in_a_second_encoding_is_not_acceptable() {
    let five = with_prefix(
        2,
        hex!("0000000000000000000000000000000000000000000000000000000000000005"),
    );
    let second_five = hex!("02ffffffff00000001000000000000000000000001000000000000000000000004");

    assert!(is_acceptable_key(&five));
    for x in [
        FIELD,
        [0xff; 32],
        hex!("0000000000000000000000000000000000000000000000000000000000000001"),
    ] {
        assert!(!is_acceptable_key(&with_prefix(2, x)) && !is_acceptable_key(&with_prefix(3, x)));
    }
    assert!(!is_acceptable_key(&second_five));
    assert!(!is_acceptable_key(&[0; 33]));
}

/// Zero and n are no secrets; what is next to them is.
#[test]
fn a_seed_is_a_number_from_one_to_n_less_one() {
    let (mut one, mut last) = ([0; 32], ORDER);
    one[31] = 1;
    last[31] -= 1;

    assert!(public_key(&one).is_some() && public_key(&last).is_some());
    for seed in [[0; 32], ORDER, [0xff; 32]] {
        assert_eq!((public_key(&seed), sign(&seed, b"m")), (None, None));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What is signed is good, also with n − s; one changed bit of key, message or signature makes it bad.
    #[test]
    fn a_signature_is_good_for_its_message_alone(seed: [u8; 31], message: Vec<u8>, bit in 0_usize..(33 + 64) * 8) {
        let mut secret = [1; 32];
        secret[1..].copy_from_slice(&seed);
        let (key, signature) = (public_key(&secret).unwrap(), sign(&secret, &message).unwrap());
        let mut spoiled = [&key[..], &signature[..]].concat();
        spoiled[bit / 8] ^= 1 << (bit % 8);
        let (other_key, other_signature) = (spoiled[..33].try_into().unwrap(), spoiled[33..].try_into().unwrap());

        let is_good = |key, message, signature| verify(&Signed { key, message, signature }).is_ok();

        prop_assert!(is_good(key, &message, signature));
        prop_assert!(is_good(key, &message, mirrored(&signature)));
        prop_assert!(!is_good(other_key, &message, other_signature));
        prop_assert!(!is_good(key, &[&message[..], b"!"].concat(), signature));
    }

    /// Two suites in one batch: the places of the bad are those in the batch, however it is searched.
    #[test]
    fn a_batch_of_two_suites_names_exactly_the_bad_ones(
        kinds in prop::collection::vec((any::<bool>(), prop::bool::weighted(0.2)), 0..24)
    ) {
        let seed = [7; 32];
        let keys = [suites::PublicKey::Ed25519(ed25519::public_key(&seed)), suites::PublicKey::P256(public_key(&seed).unwrap())];
        let batch: Vec<suites::Signed> = kinds
            .iter()
            .map(|(is_p256, is_bad)| {
                let key = keys[usize::from(*is_p256)];
                let message: &[u8] = if *is_bad { b"forged" } else { b"signed" };
                suites::Signed { key, message, signature: suites::sign(&seed, &key, b"signed").unwrap() }
            })
            .collect();
        let bad: Vec<usize> = (0..kinds.len()).filter(|place| kinds[*place].1).collect();

        prop_assert_eq!(&suites::verify_batch(&batch), &bad);
        prop_assert_eq!(&suites::verify_suspect_batch(&batch), &bad);
        prop_assert!(batch.iter().enumerate().all(|(place, signed)| suites::verify(signed) != bad.contains(&place)));
    }
}
