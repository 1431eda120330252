//! Money that is kept apart for somebody until it is taken or given back.

use crate::clock::UnixMs;
use crate::commands::conditions::{Condition, Evidence};
use crate::ids::{CommandId, WalletId};
use crate::money::Fen;
use crate::record;

record! {
    /// Keep money for the receiver, who may be paid by `capture_if` until `until`.
    ///
    /// By `release_if` it may go back before, and from then on by anybody.
    Hold {
        receiver: WalletId,
        amount: Fen,
        until: UnixMs,
        capture_if: Condition,
        release_if: Condition,
    }
}

record! {
    /// Pay the receiver of a hold, all of it or a part.
    Capture {
        hold: CommandId,
        amount: Fen,
        evidence: Evidence,
    }
}

record! {
    /// Give the rest of a hold back to its payer, and end it.
    Release {
        hold: CommandId,
        evidence: Evidence,
    }
}
