//! Between a bank vault and its customers' wallets, and back to the issuing vault.

use crate::ids::WalletId;
use crate::money::Fen;
use crate::record;

record! {
    /// Exchange deposit for digital currency 兑出: the vault pays the operator's own customer.
    Exchange {
        receiver: WalletId,
        amount: Fen,
    }
}

record! {
    /// Redeem digital currency for deposit 兑回: the holder pays the own operator's vault.
    Redeem {
        vault: WalletId,
        amount: Fen,
    }
}

record! {
    /// Return money from the bank vault to the issuing vault on tier 1.
    Return {
        amount: Fen,
    }
}
