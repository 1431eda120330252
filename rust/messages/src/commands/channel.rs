//! Between two ledgers: credit brings a message with its proof, ack says how far the peer has come.

use crate::ids::{CommandId, LedgerId};
use crate::layout::{Blob, Count, Hash};
use crate::record;

record! {
    /// Bring a message and the proof that the source ledger sent it.
    ///
    /// `message` is the message's bytes; (`command`, `outcome`) is the leaf that names its digest; `index` and `path`
    /// lead to the outcomes root of `header`, the source's signed header.
    Credit {
        message: Blob,
        command: CommandId,
        outcome: Blob,
        index: Count,
        path: Vec<Hash>,
        header: Blob,
    }
}

record! {
    /// Bring the peer's signed header: what it has taken in, and how much it had sent by then.
    Ack {
        header: Blob,
    }
}

record! {
    /// Send again, from tier 1 under a new n, an officers' order that fell void at a shard; `order` is its wire.
    Resend {
        shard: LedgerId,
        order: Blob,
    }
}
