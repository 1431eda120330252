//! What became of a command: one answer, and the messages that it sent to other ledgers.
//!
//! An outcome and its command's id are a leaf of the tree whose root the worker signs: leaf data = command id ‖ outcome.

use crate::ids::LedgerId;
use crate::layout::{Code, Field, Hash, Malformed, Number, Reader};
use crate::record;
use crate::refusals::{NotProcessed, Refusal};

/// The answers of a ledger. `AlreadyUsed` and `Superseded` speak of a number and are resolved by history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "docs/reference/refusals.md has a row for each")]
pub enum Status {
    Settled = 1,
    Refused = 2,
    Expired = 3,
    NotProcessed = 4,
    AlreadyUsed = 5,
    Superseded = 6,
}

record! {
    /// A message that the command put into a channel: its place and the SHA-256 of its bytes.
    Sent {
        to: LedgerId,
        n: Number,
        digest: Hash,
    }
}

/// One answer; `reason` is the number of the `Refusal` or `NotProcessed`, else 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Outcome {
    pub status: Status,
    pub reason: u16,
    pub sent: Vec<Sent>,
}

/// The command happened.
pub const SETTLED: Outcome = answer(Status::Settled, 0);
/// It came too late.
pub const EXPIRED: Outcome = answer(Status::Expired, 0);
/// Its number has been used.
pub const ALREADY_USED: Outcome = answer(Status::AlreadyUsed, 0);
/// Its number lies below the window.
pub const SUPERSEDED: Outcome = answer(Status::Superseded, 0);

/// Return the answer of a rule that said no.
#[must_use]
pub fn refused(refusal: Refusal) -> Outcome {
    answer(Status::Refused, refusal.number())
}

/// Return the answer to a command that was not heard.
#[must_use]
pub fn not_processed(reason: NotProcessed) -> Outcome {
    answer(Status::NotProcessed, reason.number())
}

const fn answer(status: Status, reason: u16) -> Outcome {
    Outcome {
        status,
        reason,
        sent: Vec::new(),
    }
}

/// Return the outcome with these bytes.
pub fn decode_outcome(data: &[u8]) -> Result<Outcome, Malformed> {
    crate::layout::decode(data)
}

impl Field for Outcome {
    /// Append status ‖ reason ‖ count ‖ sent messages.
    fn write(&self, out: &mut Vec<u8>) {
        (self.status as Code).write(out);
        self.reason.write(out);
        self.sent.write(out);
    }

    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        let (status, reason) = (Code::read(reader)?, u16::read(reader)?);
        let sent = Vec::read(reader)?;
        let status = match (status, reason) {
            (1, 0) => Status::Settled,
            (2, reason) if Refusal::from_number(reason).is_some() => Status::Refused,
            (3, 0) => Status::Expired,
            (4, reason) if NotProcessed::from_number(reason).is_some() => Status::NotProcessed,
            (5, 0) => Status::AlreadyUsed,
            (6, 0) => Status::Superseded,
            _ => return Err(Malformed::Bytes),
        };
        Ok(Outcome { status, reason, sent })
    }
}
