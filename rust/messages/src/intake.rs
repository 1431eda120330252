//! What can be said of commands without any state: size, network and kind of each wire; then form, policy and
//! signatures of a frame's records, all signatures of Ed25519 in one batch.

use std::ops::Range;

use dcep_crypto::suites::{PublicKey, Signature, Signed, verify_batch, verify_suspect_batch};

use crate::commands::channel::Credit;
use crate::commands::governance::Workers;
use crate::commands::timekeeping::Checkpoint;
use crate::frames::{join, split};
use crate::headers::decode_signed_header;
use crate::ids::NetworkId;
use crate::kinds::Order;
use crate::layout::{Code, Malformed};
use crate::refusals::NotProcessed;
use crate::signed::{BEGINNING, MAX_RECORD, MIN_RECORD, Prefix, decode_record, kind_of, prefix};

/// What the beginnings of wires say.
#[derive(Debug, PartialEq, Eq)]
pub struct ReadWires {
    /// Why each may not stand in a frame of the network; None where it may.
    pub verdicts: Vec<Option<NotProcessed>>,
    /// The body of a frame with the records of those that may.
    pub body: Vec<u8>,
    /// Whether one of these may bring another list of workers.
    pub may_change_workers: bool,
}

/// What brings a list of workers: the officers' order at tier 1, and on a shard the credit that carries it.
const CHANGE_WORKERS: [Code; 2] = [Workers::KIND.number, Credit::KIND.number];

/// Say of each wire why it may not stand in a frame of this network, by the few bytes at its beginning.
#[must_use]
pub fn read_wires(network: &NetworkId, wires: &[&[u8]]) -> ReadWires {
    let prefix = prefix(network);
    let read: Vec<Result<&[u8], NotProcessed>> = wires.iter().map(|wire| record_of(wire, &prefix)).collect();
    let records = || read.iter().filter_map(|record| record.ok());
    let body = join(records());
    let may_change_workers = records().any(|record| kind_of(record).is_some_and(|kind| CHANGE_WORKERS.contains(&kind)));
    ReadWires {
        verdicts: read.into_iter().map(Result::err).collect(),
        body,
        may_change_workers,
    }
}

fn record_of<'a>(wire: &'a [u8], prefix: &Prefix) -> Result<&'a [u8], NotProcessed> {
    let Some(record) = wire.strip_prefix(prefix) else {
        let is_elsewhere = wire.starts_with(&BEGINNING) && has_size(wire.get(prefix.len()..).unwrap_or_default());
        return Err(if is_elsewhere {
            NotProcessed::WrongNetwork
        } else {
            NotProcessed::Malformed
        });
    };
    if !has_size(record) {
        return Err(NotProcessed::Malformed);
    }
    // A checkpoint is the worker's own word: nobody else brings one.
    if kind_of(record) == Some(Checkpoint::KIND.number) {
        return Err(NotProcessed::NotAuthorised);
    }
    Ok(record)
}

fn has_size(record: &[u8]) -> bool {
    (MIN_RECORD..=MAX_RECORD).contains(&record.len())
}

/// Say of each record of a frame's body why it must not be let in; None where form, policy and every signature hold.
///
/// The signatures are those on the command itself and, for credit and ack, that of the header which they bring.
/// Officers' orders inside credits are judged by the engine, at their place. A body is suspect where several signatures
/// are thought to be bad: the verdicts are the same, the price is another.
pub fn verify_records(
    network: &NetworkId,
    body: &[u8],
    is_suspect: bool,
) -> Result<Vec<Option<NotProcessed>>, Malformed> {
    let records = split(body)?;
    let mut batch = Batch::default();
    let place_and_record = records.iter().enumerate();
    let mut verdicts: Vec<Option<NotProcessed>> = place_and_record
        .map(|(place, record)| batch.take_in(network, place, record).err())
        .collect();
    for place in batch.bad(is_suspect) {
        // What has been called malformed stays so.
        if let Some(verdict) = verdicts.get_mut(place) {
            verdict.get_or_insert(NotProcessed::BadSignature);
        }
    }
    Ok(verdicts)
}

/// Signatures of many records; the messages stand one after the other.
#[derive(Default)]
struct Batch {
    messages: Vec<u8>,
    signatures: Vec<Claim>,
}

struct Claim {
    place: usize,
    key: PublicKey,
    message: Range<usize>,
    signature: Signature,
}

impl Batch {
    fn take_in(&mut self, network: &NetworkId, place: usize, record: &[u8]) -> Result<(), NotProcessed> {
        let command = decode_record(record)?;
        if !command.is_satisfied() {
            return Err(NotProcessed::BadSignature);
        }
        let message = self.message(&[&prefix(network), command.body_bytes]);
        for (key, signature) in command.signatures() {
            self.signatures.push(Claim {
                place,
                key,
                message: message.clone(),
                signature,
            });
        }
        match &command.body.order {
            Order::Credit(credit) => self.take_in_header(network, place, &credit.header.0),
            Order::Ack(ack) => self.take_in_header(network, place, &ack.header.0),
            _ => Ok(()),
        }
    }

    fn take_in_header(&mut self, network: &NetworkId, place: usize, data: &[u8]) -> Result<(), NotProcessed> {
        let signed = decode_signed_header(data)?;
        if signed.header.network != *network {
            return Err(NotProcessed::WrongNetwork);
        }
        let message = self.message(&[signed.message]);
        self.signatures.push(Claim {
            place,
            key: PublicKey::Ed25519(signed.header.worker),
            message,
            signature: signed.signature,
        });
        Ok(())
    }

    fn message(&mut self, parts: &[&[u8]]) -> Range<usize> {
        let start = self.messages.len();
        parts.iter().for_each(|part| self.messages.extend_from_slice(part));
        start..self.messages.len()
    }

    /// Return the places of the records with a bad signature.
    fn bad(&self, is_suspect: bool) -> Vec<usize> {
        let batch: Vec<Signed> = self
            .signatures
            .iter()
            .map(|claim| Signed {
                key: claim.key,
                message: self.messages.get(claim.message.clone()).unwrap_or_default(),
                signature: claim.signature,
            })
            .collect();
        let bad = if is_suspect {
            verify_suspect_batch(&batch)
        } else {
            verify_batch(&batch)
        };
        bad.iter()
            .filter_map(|index| self.signatures.get(*index))
            .map(|claim| claim.place)
            .collect()
    }
}
