//! Freeze and unfreeze on a legal basis.

use crate::ids::WalletId;
use crate::layout::{Code, Hash, Version};
use crate::record;

record! {
    /// Freeze a wallet; scope: 1 to pay, 2 to receive, 3 both. It then stands frozen in exactly this scope.
    Freeze {
        wallet: WalletId,
        replaces: Version,
        scope: Code,
        basis: Hash,
    }
}

record! {
    /// Lift every freeze of a wallet; money locked meanwhile becomes free.
    Unfreeze {
        wallet: WalletId,
        replaces: Version,
        basis: Hash,
    }
}
