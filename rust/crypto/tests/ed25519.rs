//! Ed25519 against RFC 8032, the cases of ZIP-215, and `ed25519-zebra` as the judge.
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod vectors;

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::{Scalar, edwards::CompressedEdwardsY};
use dcep_crypto::ed25519::{
    BadSignature, Signed, is_acceptable_key, public_key, sign, verify, verify_batch, verify_suspect_batch,
};
use proptest::prelude::*;
use vectors::{bytes, exactly, rows};

/// The order l of the base point, little endian.
const L: [u8; 32] = hex_literal::hex!("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

fn judge(signed: &Signed) -> bool {
    let signature = ed25519_zebra::Signature::from(signed.signature);
    ed25519_zebra::VerificationKey::try_from(signed.key).is_ok_and(|key| key.verify(&signature, signed.message).is_ok())
}

fn signed_by(number: u8, message: &[u8]) -> Signed<'_> {
    let seed = [number; 32];
    let key = public_key(&seed);
    Signed {
        key,
        message,
        signature: sign(&seed, &key, message),
    }
}

fn with_s(mut signed: Signed<'_>, s: [u8; 32]) -> Signed<'_> {
    signed.signature[32..].copy_from_slice(&s);
    signed
}

/// Judge a batch, and require that single verification and the judge say the same.
fn bad_by_all(batch: &[Signed]) -> Vec<usize> {
    let bad = verify_batch(batch);
    let single: Vec<usize> = (0..batch.len())
        .filter(|place| verify(&batch[*place]).is_err())
        .collect();
    let judged: Vec<usize> = (0..batch.len()).filter(|place| !judge(&batch[*place])).collect();
    assert_eq!(bad, single);
    assert_eq!(bad, judged);
    assert_eq!(bad, verify_suspect_batch(batch));
    bad
}

/// The fourteen encodings of the eight points of small order.
fn small_order() -> Vec<[u8; 32]> {
    let table = include_str!("../../../vectors/crypto/ed25519_small_order.tsv");
    rows(table).iter().map(|row| exactly(row[0])).collect()
}

#[test]
fn rfc_8032_is_kept_to_the_byte() {
    for row in rows(include_str!("../../../vectors/crypto/ed25519_rfc8032.tsv")) {
        let (seed, key, message, signature) = (exactly(row[0]), exactly(row[1]), bytes(row[2]), exactly(row[3]));

        assert_eq!(public_key(&seed), key);
        assert_eq!(sign(&seed, &key, &message), signature);
        assert_eq!(
            verify(&Signed {
                key,
                message: &message,
                signature
            }),
            Ok(())
        );
    }
}

/// The table itself: each encoding is a point of the order and the form that it says.
#[test]
fn the_fourteen_encodings_are_of_small_order() {
    for row in rows(include_str!("../../../vectors/crypto/ed25519_small_order.tsv")) {
        let encoding = CompressedEdwardsY(exactly(row[0]));
        let point = encoding.decompress().unwrap();
        let order = (1_u8..)
            .find(|n| (point * Scalar::from(*n)) == EIGHT_TORSION[0])
            .unwrap();

        assert_eq!(order.to_string(), row[2]);
        assert_eq!(point.compress() == encoding, row[1] == "yes");
    }
}

/// ZIP-215: with s = 0 each of the 14 × 14 pairs is good for any message, alone and in company.
#[test]
fn the_196_cases_of_small_order_are_good() {
    let encodings = small_order();
    let mut batch = Vec::new();
    for key in &encodings {
        for r in &encodings {
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(r);
            batch.push(Signed {
                key: *key,
                message: b"Zcash",
                signature,
            });
        }
    }

    assert_eq!(batch.len(), 196);
    assert!(bad_by_all(&batch).is_empty());
    for one in &batch {
        assert!(bad_by_all(&[*one]).is_empty());
    }
}

/// Each of the small-order cases spoiled by s = 1: alone, and one by one in the good company of the others.
#[test]
fn the_cases_of_small_order_are_bad_with_another_s() {
    let one = Scalar::ONE.to_bytes();
    let honest: Vec<_> = (0..20).map(|number| signed_by(number, b"honest")).collect();
    for key in small_order() {
        let spoiled = with_s(
            Signed {
                key,
                message: b"Zcash",
                signature: [0; 64],
            },
            one,
        );
        assert_eq!(bad_by_all(&[spoiled]), [0]);
        assert_eq!(bad_by_all(&[&honest[..], &[spoiled]].concat()), [20]);
    }
}

/// Without the factor 8 a batch would accept what a single check refuses, or the other way round.
#[test]
fn points_with_a_torsion_part_are_judged_alike_alone_and_in_company() {
    let (secret, nonce) = (Scalar::from(7_u8), Scalar::from(11_u8));
    let mut batch = Vec::new();
    for of_key in EIGHT_TORSION {
        for of_r in EIGHT_TORSION {
            let key = (ED25519_BASEPOINT_POINT * secret + of_key).compress().to_bytes();
            let r = (ED25519_BASEPOINT_POINT * nonce + of_r).compress().to_bytes();
            batch.push(mixed_order_signature(key, r, secret, nonce));
        }
    }

    assert!(bad_by_all(&batch).is_empty());
}

fn mixed_order_signature(key: [u8; 32], r: [u8; 32], secret: Scalar, nonce: Scalar) -> Signed<'static> {
    use sha2::{Digest, Sha512};
    let message = b"torsion";
    let hash = Sha512::new()
        .chain_update(r)
        .chain_update(key)
        .chain_update(message)
        .finalize();
    let s = nonce + Scalar::from_bytes_mod_order_wide(&hash.into()) * secret;
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r);
    with_s(
        Signed {
            key,
            message,
            signature,
        },
        s.to_bytes(),
    )
}

/// s and s + l fulfil the same equation: only the smaller counts, else anybody could make a second signature.
#[test]
fn an_s_that_is_not_below_l_is_bad() {
    let good = signed_by(1, b"twice?");
    let mut carry = 0_u16;
    let above: Vec<u8> = (0..32)
        .map(|at| {
            let sum = u16::from(good.signature[32 + at]) + u16::from(L[at]) + carry;
            carry = sum >> 8;
            sum.to_le_bytes()[0]
        })
        .collect();

    assert_eq!(bad_by_all(&[good, with_s(good, above.try_into().unwrap())]), [1]);
    assert_eq!(verify(&with_s(good, L)), Err(BadSignature));
}

/// Two errors of one size and opposite signs cancel out in a plain sum; the weights keep them apart.
#[test]
fn errors_that_cancel_out_are_both_found() {
    let (left, right) = (signed_by(1, b"left"), signed_by(2, b"right"));
    let s_of = |signed: &Signed| Scalar::from_canonical_bytes(signed.signature[32..].try_into().unwrap()).unwrap();
    let more = with_s(left, (s_of(&left) + Scalar::ONE).to_bytes());
    let less = with_s(right, (s_of(&right) - Scalar::ONE).to_bytes());

    assert_eq!(bad_by_all(&[more, less]), [0, 1]);
    assert_eq!(bad_by_all(&[signed_by(3, b"good"), more, less, more]), [1, 2, 3]);
}

#[test]
fn an_empty_batch_has_nothing_bad() {
    assert!(bad_by_all(&[]).is_empty());
}

#[test]
fn a_batch_of_bad_ones_only_is_named_in_full() {
    let bad = with_s(signed_by(9, b"bad"), Scalar::ONE.to_bytes());

    assert_eq!(bad_by_all(&[bad; 100]), (0..100).collect::<Vec<_>>());
}

/// A key of small order signs everything: such a key says nothing about who signed.
#[test]
fn keys_of_small_order_and_other_spellings_are_not_acceptable() {
    assert!(is_acceptable_key(&public_key(&[7; 32])));
    for encoding in small_order() {
        assert!(!is_acceptable_key(&encoding));
    }
    let not_a_point = [&[2], &[0; 31][..]].concat().try_into().unwrap();
    assert!(!is_acceptable_key(&not_a_point));
}

/// y + p is the same point in another spelling: the judge takes it, a register must not.
#[test]
fn a_key_that_is_spelled_non_canonically_is_not_acceptable() {
    let spelled = (0_u8..19)
        .flat_map(|above| [(above, 0x7f), (above, 0xff)])
        .map(|(above, top)| {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (0xed + above, top);
            bytes
        });
    let points: Vec<_> = spelled
        .filter(|bytes| CompressedEdwardsY(*bytes).decompress().is_some())
        .collect();

    assert!(points.len() > 20);
    assert!(!points.iter().any(is_acceptable_key));
}

#[derive(Clone, Debug)]
enum Spoil {
    Nothing,
    Bit { at: usize, bit: u8 },
    Message,
    Key(usize),
    R(usize),
}

fn spoil() -> impl Strategy<Value = Spoil> {
    prop_oneof![
        8 => Just(Spoil::Nothing),
        2 => (0..96_usize, 0..8_u8).prop_map(|(at, bit)| Spoil::Bit { at, bit }),
        1 => Just(Spoil::Message),
        1 => (0..14_usize).prop_map(Spoil::Key),
        1 => (0..14_usize).prop_map(Spoil::R),
    ]
}

fn spoiled<'a>(mut signed: Signed<'a>, spoil: &Spoil, encodings: &[[u8; 32]]) -> Signed<'a> {
    match *spoil {
        Spoil::Nothing => {}
        Spoil::Bit { at, bit } if at < 32 => signed.key[at] ^= 1 << bit,
        Spoil::Bit { at, bit } => signed.signature[at - 32] ^= 1 << bit,
        Spoil::Message => signed.message = b"another",
        Spoil::Key(which) => signed.key = encodings[which],
        Spoil::R(which) => signed.signature[..32].copy_from_slice(&encodings[which]),
    }
    signed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// However many are spoiled and in whatever way: batch, single verification and the judge name the same ones.
    #[test]
    fn batch_single_and_judge_agree(spoils in prop::collection::vec(spoil(), 0..90)) {
        let encodings = small_order();
        let numbered = spoils.iter().zip(0_u8..);
        let batch: Vec<_> = numbered.map(|(how, number)| spoiled(signed_by(number, b"m"), how, &encodings)).collect();

        bad_by_all(&batch);
    }

    /// One forgery in a long batch is found wherever it stands.
    #[test]
    fn few_forgeries_are_named_exactly(places in prop::collection::btree_set(0..300_usize, 0..5)) {
        let good = signed_by(5, b"good");
        let bad = Signed { message: b"bad", ..good };
        let batch: Vec<_> = (0..300).map(|place| if places.contains(&place) { bad } else { good }).collect();

        let places = Vec::from_iter(places);
        prop_assert_eq!(&verify_batch(&batch), &places);
        prop_assert_eq!(&verify_suspect_batch(&batch), &places);
    }

    /// Several in one small group: its moment names nobody, and its halves are asked.
    #[test]
    fn forgeries_side_by_side_are_named_exactly(places in prop::collection::btree_set(0..16_usize, 0..16)) {
        let good = signed_by(5, b"good");
        let bad = Signed { message: b"bad", ..good };
        let batch: Vec<_> = (0..40).map(|place| if places.contains(&place) { bad } else { good }).collect();

        let places = Vec::from_iter(places);
        prop_assert_eq!(&verify_batch(&batch), &places);
        prop_assert_eq!(&verify_suspect_batch(&batch), &places);
    }

    #[test]
    fn any_seed_signs_as_the_judge_does(seed: [u8; 32], message: Vec<u8>) {
        let judge = ed25519_zebra::SigningKey::from(seed);
        let key = public_key(&seed);
        prop_assert_eq!(key, <[u8; 32]>::from(ed25519_zebra::VerificationKey::from(&judge)));
        prop_assert_eq!(sign(&seed, &key, &message), judge.sign(&message).to_bytes());
    }
}
