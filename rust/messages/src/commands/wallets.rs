//! Open, classify and close wallets.

use crate::ids::WalletId;
use crate::layout::{Code, Version};
use crate::policies::Policy;
use crate::record;

record! {
    /// Open a wallet of a class for a holder's policy.
    Open {
        wallet: WalletId,
        wallet_class: Code,
        policy: Policy,
    }
}

record! {
    /// Move a wallet to another class, after better or lesser evidence.
    SetClass {
        wallet: WalletId,
        replaces: Version,
        wallet_class: Code,
    }
}

record! {
    /// Close an empty wallet for ever: by its holder, or by its operator's registrar.
    Close {
        wallet: WalletId,
    }
}
