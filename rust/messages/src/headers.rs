//! Signed headers: what a worker says of the ledger after a frame, and what everybody can hold it to.

use dcep_crypto::ed25519::Signature;

use crate::clock::UnixMs;
use crate::ids::{LedgerId, NetworkId};
use crate::layout::{Count, Field, Hash, Key, Malformed, Number, Reader, Seq, Sum, Version};
use crate::record;

/// Tag and version.
const BEGINNING: [u8; 5] = *b"dhdr\x01";

record! {
    /// What has gone to a peer and come from it since the beginning: messages and fen.
    Flow {
        peer: LedgerId,
        sent: Number,
        sent_fen: Sum,
        received: Number,
        received_fen: Sum,
    }
}

record! {
    /// The ledger after frame `seq`: folded time, head, root over (command, outcome) of the frame, and its books.
    ///
    /// `total` is the money on this ledger. `vault_high` and `vault_used` are the window of the issuing vault's lane to
    /// this shard; the versions are those in force here.
    Header {
        network: NetworkId,
        ledger: LedgerId,
        seq: Seq,
        time: UnixMs,
        head: Hash,
        outcomes_root: Hash,
        count: Count,
        total: Sum,
        vault_high: Number,
        vault_used: Number,
        board: Version,
        workers: Version,
        rules: Version,
        flows: Vec<Flow>,
        worker: Key,
    }
}

impl Header {
    /// Return the flow between this ledger and a peer.
    #[must_use]
    pub fn flow(&self, peer: LedgerId) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.peer == peer)
    }
}

/// A header, the bytes that its worker signed, and the signature.
#[allow(missing_docs, reason = "said above")]
pub struct SignedHeader<'a> {
    pub header: Header,
    pub message: &'a [u8],
    pub signature: Signature,
}

/// Return the signed header with these bytes; its signature is not verified here.
pub fn decode_signed_header(data: &[u8]) -> Result<SignedHeader<'_>, Malformed> {
    let mut reader = Reader::new(data);
    if reader.array()? != BEGINNING {
        return Err(Malformed::Bytes);
    }
    let header = Header::read(&mut reader)?;
    let (message, signature) = (reader.cut(), reader.array()?);
    reader.finish()?;
    Ok(SignedHeader {
        header,
        message,
        signature,
    })
}
