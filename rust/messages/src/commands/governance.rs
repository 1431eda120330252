//! Officers' orders that overwrite: each names the version that it replaces.

use crate::clock::UnixMs;
use crate::ids::{LedgerId, OperatorId, WalletId};
use crate::layout::{Code, Key, Name, Version};
use crate::money::Fen;
use crate::policies::Policy;
use crate::record;

record! {
    /// Limits of one wallet class, fen; the largest u64 means none.
    ClassLimits {
        cap: Fen,
        single: Fen,
        daily: Fen,
        annual: Fen,
    }
}

record! {
    /// A dated rule set: in force from `effective_at`; classes I, II, III, IV, corporate in this order.
    Rules {
        replaces: Version,
        name: Name,
        effective_at: UnixMs,
        max_life: UnixMs,
        clock_bound: UnixMs,
        classes: Vec<ClassLimits>,
    }
}

record! {
    /// The keys that may sign frames and headers of a ledger.
    Workers {
        ledger: LedgerId,
        replaces: Version,
        keys: Vec<Key>,
    }
}

record! {
    /// A new officers' board; always a policy of kind board.
    SetBoard {
        replaces: Version,
        board: Policy,
    }
}

record! {
    /// Admit an operator on a shard (replaces 0), or change its status: 1 admitted, 2 suspended.
    SetOperator {
        operator: OperatorId,
        shard: LedgerId,
        replaces: Version,
        status: Code,
        registrar: WalletId,
        registrar_policy: Policy,
        vault: WalletId,
        vault_policy: Policy,
    }
}
