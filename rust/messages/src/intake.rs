//! What can be said of a frame's records without any state: form, policy and signatures, all signatures in one batch.

use std::ops::Range;

use dcep_crypto::ed25519::{PublicKey, Signature, Signed, verify_batch};

use crate::frames::split;
use crate::headers::decode_signed_header;
use crate::ids::NetworkId;
use crate::kinds::Order;
use crate::layout::Malformed;
use crate::refusals::NotProcessed;
use crate::signed::{decode_record, prefix};

/// Say of each record of a frame's body why it must not be let in; None where form, policy and every signature hold.
///
/// The signatures are those on the command itself and, for credit and ack, that of the header which they bring.
/// Officers' orders inside credits are judged by the engine, at their place.
pub fn verify_records(network: &NetworkId, body: &[u8]) -> Result<Vec<Option<NotProcessed>>, Malformed> {
    let records = split(body)?;
    let mut batch = Batch::default();
    let place_and_record = records.iter().enumerate();
    let mut verdicts: Vec<Option<NotProcessed>> = place_and_record
        .map(|(place, record)| batch.take_in(network, place, record).err())
        .collect();
    for place in batch.bad() {
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
            key: signed.header.worker,
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
    fn bad(&self) -> Vec<usize> {
        let batch: Vec<Signed> = self
            .signatures
            .iter()
            .map(|claim| Signed {
                key: claim.key,
                message: self.messages.get(claim.message.clone()).unwrap_or_default(),
                signature: claim.signature,
            })
            .collect();
        let bad = verify_batch(&batch);
        bad.iter()
            .filter_map(|index| self.signatures.get(*index))
            .map(|claim| claim.place)
            .collect()
    }
}
