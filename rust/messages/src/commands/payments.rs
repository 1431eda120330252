//! Pay, refund, cancel.

use crate::ids::{CommandId, WalletId};
use crate::money::Fen;
use crate::record;

record! {
    /// Pay the receiver.
    Pay {
        receiver: WalletId,
        amount: Fen,
    }
}

record! {
    /// Pay back; `original` is the command id of the payment that is undone.
    Refund {
        receiver: WalletId,
        amount: Fen,
        original: CommandId,
    }
}

record! {
    /// Use a number up, so that whatever else was signed under it is dead.
    Cancel {}
}
