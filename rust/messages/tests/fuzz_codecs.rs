//! Hostile bytes are the canonical bytes of one value, or refused; nothing falls over.
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may panic"
)]

mod hostile;

use dcep_messages::commands::{
    channel, freezing, governance, issuance, payments, policies, timekeeping, vaults, wallets,
};
use dcep_messages::crossings::{decode_message, encode_message};
use dcep_messages::frames::split;
use dcep_messages::genesis::{Genesis, decode_genesis};
use dcep_messages::headers::decode_signed_header;
use dcep_messages::ids::NetworkId;
use dcep_messages::kinds::KINDS;
use dcep_messages::layout::{Field, decode, encode};
use dcep_messages::outcomes::{Outcome, decode_outcome};
use dcep_messages::policies::Policy;
use dcep_messages::signed::decode_record;
use hostile::{fuzz, mutated, of_commands, of_table};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestCaseResult};

const ENCODINGS: &str = include_str!("../../../vectors/policies/encodings.tsv");
const TARGETS: u64 = 7;
/// Behind tag, version and network: what a record leaves out of its wire.
const PREFIX_SIZE: usize = 21;
/// Before the kind's number: account, lane and number, expiry and epoch.
const KIND_AT: usize = 28;
const MEMO_SIZE: usize = 32;

/// Return what two readings of the same bytes say of a record: whether it is one, and that it is written as it was read.
fn is_canonical<F: Field>(data: &[u8]) -> Result<bool, TestCaseError> {
    let Ok(record) = decode::<F>(data) else {
        return Ok(false);
    };
    prop_assert_eq!(encode(&record), data);
    Ok(true)
}

/// Read the fields of a kind by its own record.
fn fields_are_canonical(kind: u8, data: &[u8]) -> Result<bool, TestCaseError> {
    match kind {
        0x01 => is_canonical::<wallets::Open>(data),
        0x02 => is_canonical::<wallets::SetClass>(data),
        0x03 => is_canonical::<wallets::Close>(data),
        0x08 => is_canonical::<freezing::Freeze>(data),
        0x09 => is_canonical::<freezing::Unfreeze>(data),
        0x10 => is_canonical::<payments::Pay>(data),
        0x11 => is_canonical::<payments::Refund>(data),
        0x12 => is_canonical::<payments::Cancel>(data),
        0x18 => is_canonical::<vaults::Exchange>(data),
        0x19 => is_canonical::<vaults::Redeem>(data),
        0x1A => is_canonical::<vaults::Return>(data),
        0x20 => is_canonical::<policies::SetPolicy>(data),
        0x28 => is_canonical::<channel::Credit>(data),
        0x29 => is_canonical::<channel::Ack>(data),
        0x2A => is_canonical::<channel::Resend>(data),
        0x30 => is_canonical::<issuance::Issue>(data),
        0x31 => is_canonical::<issuance::Allocate>(data),
        0x32 => is_canonical::<issuance::Withdraw>(data),
        0x38 => is_canonical::<governance::Rules>(data),
        0x39 => is_canonical::<governance::Workers>(data),
        0x3A => is_canonical::<governance::SetBoard>(data),
        0x3B => is_canonical::<governance::SetOperator>(data),
        0x40 => is_canonical::<timekeeping::Tick>(data),
        0x41 => is_canonical::<timekeeping::Checkpoint>(data),
        _ => Ok(false),
    }
}

fn check_record(record: &[u8]) -> TestCaseResult {
    let Ok(command) = decode_record(record) else {
        return Ok(());
    };
    let (body, policy) = (command.body_bytes, encode(&command.policy));
    let signatures: Vec<_> = command.signatures().collect();
    prop_assert_eq!(&record[..body.len()], body);
    prop_assert_eq!(&record[body.len()..body.len() + policy.len()], &policy[..]);
    prop_assert_eq!(record.len(), body.len() + policy.len() + 1 + signatures.len() * 65);
    prop_assert!(signatures.len() <= command.policy.key_count());
    prop_assert!(fields_are_canonical(
        body[KIND_AT],
        &body[KIND_AT + 1..body.len() - MEMO_SIZE]
    )?);
    Ok(())
}

/// A record is read as the one command whose bytes these are, or not at all.
#[test]
fn a_hostile_record_is_one_command_or_none() {
    let seeds: Vec<Vec<u8>> = of_commands("wire")
        .iter()
        .map(|wire| wire[PREFIX_SIZE..].to_vec())
        .collect();

    fuzz("record", TARGETS, &mutated(&seeds), |record| check_record(&record));
}

/// The fields of each kind, on their own, from any bytes at all.
#[test]
fn hostile_fields_are_one_order_or_none() {
    let seeds = orders();
    let kinds: Vec<u8> = KINDS.iter().map(|kind| kind.number).collect();
    let any_fields = (prop::sample::select(kinds), vec(any::<u8>(), 0..120));
    let inputs = prop_oneof![
        mutated(&seeds),
        any_fields.prop_map(|(kind, fields)| [&[kind], &fields[..]].concat()),
    ];

    fuzz("order", TARGETS, &inputs, |data| {
        let Some((kind, fields)) = data.split_first() else {
            return Ok(());
        };
        fields_are_canonical(*kind, fields).map(|_| ())
    });
}

/// An outcome is a leaf's half: were there two byte strings for one, a proof could be refused or forged.
#[test]
fn a_hostile_outcome_is_one_answer_or_none() {
    let seeds: Vec<Vec<u8>> = (0..=6_u8)
        .flat_map(|status| (0..=12_u8).map(move |reason| vec![status, 0, reason, 0]))
        .chain([
            [&[1, 0, 0, 1][..], &[7; 42]].concat(),
            [&[1, 0, 0, 255][..], &[7; 200]].concat(),
        ])
        .collect();

    fuzz("outcome", TARGETS, &mutated(&seeds), |data| {
        let read = decode_outcome(&data);
        prop_assert_eq!(is_canonical::<Outcome>(&data)?, read.is_ok());
        Ok(())
    });
}

/// A header is signed over its own bytes, to the last of them.
#[test]
fn a_hostile_header_is_one_header_or_none() {
    let seeds: Vec<Vec<u8>> = of_commands("header")
        .into_iter()
        .filter(|header| !header.is_empty())
        .collect();

    fuzz("header", TARGETS, &mutated(&seeds), |data| {
        if let Ok(signed) = decode_signed_header(&data) {
            prop_assert_eq!(
                [&b"dhdr\x01"[..], &encode(&signed.header), &signed.signature].concat(),
                &data[..]
            );
            prop_assert_eq!(signed.message, &data[..data.len() - 64]);
        }
        Ok(())
    });
}

/// A message is named by the hash of its bytes.
#[test]
fn a_hostile_message_is_one_message_or_none() {
    let seeds: Vec<Vec<u8>> = of_commands("message")
        .into_iter()
        .filter(|message| message.len() > 33)
        .collect();
    let network: NetworkId = seeds[0][4..20].try_into().expect("16 bytes");

    fuzz("message", TARGETS, &mutated(&seeds), |data| {
        if let Ok(message) = decode_message(&network, &data) {
            prop_assert_eq!(encode_message(&network, &message), &data[..]);
        }
        Ok(())
    });
}

/// A frame's body is the records that stand in it, and nothing between them.
#[test]
fn a_hostile_body_is_its_records_or_none() {
    let behind_length = |record: &[u8]| [&(record.len() as u16).to_be_bytes(), record].concat();
    let bodies: Vec<Vec<u8>> = of_commands("wire")
        .chunks(3)
        .map(|few| few.iter().flat_map(|one| behind_length(one)).collect())
        .collect();

    fuzz("body", TARGETS, &mutated(&bodies), |data| {
        if let Ok(records) = split(&data) {
            let joined: Vec<u8> = records.into_iter().flat_map(behind_length).collect();
            prop_assert_eq!(joined, data);
        }
        Ok(())
    });
}

/// The network is named by the hash of its genesis.
#[test]
fn a_hostile_genesis_is_one_genesis_or_none() {
    let rules = orders()
        .into_iter()
        .find(|order| order[0] == governance::Rules::KIND.number);
    let board: Policy = decode(&of_table(ENCODINGS, 1)[1]).expect("a policy");
    let genesis = Genesis {
        random: [1; 32],
        simulated_time: 1,
        supervision: board.clone(),
        members: board.clone(),
        board,
        rules: decode(&rules.expect("a row")[1..]).expect("rules"),
        tier1_worker: [2; 32],
        shard_workers: vec![[3; 32], [4; 32]],
    };
    let written = |genesis: &Genesis| [&b"dgen\x01"[..], &encode(genesis)].concat();
    assert_eq!(
        decode_genesis(&written(&genesis)).map(|read| written(&read)),
        Ok(written(&genesis))
    );

    fuzz("genesis", TARGETS, &mutated(&[written(&genesis)]), |data| {
        if let Ok(genesis) = decode_genesis(&data) {
            prop_assert_eq!(written(&genesis), data);
        }
        Ok(())
    });
}

/// Return the number of the kind and the fields of each row of the vectors.
fn orders() -> Vec<Vec<u8>> {
    let bodies = of_commands("body");
    let order = |body: &Vec<u8>| body[PREFIX_SIZE + KIND_AT..body.len() - MEMO_SIZE].to_vec();
    bodies.iter().map(order).collect()
}
