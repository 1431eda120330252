//! Messages from one ledger to another. They stand in the sender's outcome by digest and travel inside a credit.

use dcep_crypto::hashes::sha256;

use crate::clock::Day;
use crate::ids::{CommandId, LedgerId, NetworkId, OperatorId, WalletId};
use crate::layout::{Blob, Code, Field, Hash, Malformed, Number, Reader};
use crate::money::Fen;
use crate::record;

const TAG: [u8; 4] = *b"dmsg";

record! {
    /// Money for a receiver on the other ledger, spent by the payer on `day`.
    Payment {
        payer: WalletId,
        receiver: WalletId,
        amount: Fen,
        command: CommandId,
        day: Day,
    }
}

record! {
    /// The payment `command` could not be credited: its money comes back to the payer.
    Returned {
        payer: WalletId,
        amount: Fen,
        command: CommandId,
        day: Day,
    }
}

record! {
    /// An allocation or an order that overwrites, as its officers signed it; `order` is its wire.
    OfficersOrder {
        order: Blob,
    }
}

record! {
    /// Money of an operator's bank vault for the issuing vault.
    ReturnToIssuer {
        operator: OperatorId,
        amount: Fen,
        command: CommandId,
    }
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the record of its name")]
pub enum Content {
    Payment(Payment),
    Returned(Returned),
    OfficersOrder(OfficersOrder),
    ReturnToIssuer(ReturnToIssuer),
}

/// The n-th message from `source` to `destination`; n counts from 1 without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Message {
    pub source: LedgerId,
    pub destination: LedgerId,
    pub n: Number,
    pub content: Content,
}

impl Field for Content {
    /// Append kind ‖ fields.
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Content::Payment(record) => numbered(1, record, out),
            Content::Returned(record) => numbered(2, record, out),
            Content::OfficersOrder(record) => numbered(3, record, out),
            Content::ReturnToIssuer(record) => numbered(4, record, out),
        }
    }

    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        match Code::read(reader)? {
            1 => Field::read(reader).map(Content::Payment),
            2 => Field::read(reader).map(Content::Returned),
            3 => Field::read(reader).map(Content::OfficersOrder),
            4 => Field::read(reader).map(Content::ReturnToIssuer),
            _ => Err(Malformed::Bytes),
        }
    }
}

/// Return the message's bytes: tag ‖ network ‖ source ‖ destination ‖ n ‖ kind ‖ fields.
#[must_use]
pub fn encode_message(network: &NetworkId, message: &Message) -> Vec<u8> {
    let mut out = [&TAG[..], network].concat();
    message.source.write(&mut out);
    message.destination.write(&mut out);
    message.n.write(&mut out);
    message.content.write(&mut out);
    out
}

/// Return the message with these bytes; Malformed if there is none, or it belongs to another network.
pub fn decode_message(network: &NetworkId, data: &[u8]) -> Result<Message, Malformed> {
    let mut reader = Reader::new(data);
    if reader.array()? != TAG || reader.array()? != *network {
        return Err(Malformed::Bytes);
    }
    let message = Message {
        source: Field::read(&mut reader)?,
        destination: Field::read(&mut reader)?,
        n: Field::read(&mut reader)?,
        content: Field::read(&mut reader)?,
    };
    reader.finish()?;
    Ok(message)
}

/// Return what the sender's outcome says of the message.
#[must_use]
pub fn digest_of(message: &[u8]) -> Hash {
    sha256(message)
}

fn numbered(kind: Code, record: &impl Field, out: &mut Vec<u8>) {
    kind.write(out);
    record.write(out);
}
