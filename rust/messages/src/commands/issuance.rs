//! The central bank's money orders on tier 1.

use crate::ids::{LedgerId, OperatorId};
use crate::layout::{Lane, LockId};
use crate::money::Fen;
use crate::record;

/// Return the issuing vault's lane for allocations to a shard; lane 0 is for orders that stay on tier 1.
#[must_use]
pub fn lane_to(shard: LedgerId) -> Lane {
    shard.0.saturating_add(1)
}

record! {
    /// Issue into the issuing vault, against reserves locked under `lock`, for one operator.
    Issue {
        operator: OperatorId,
        amount: Fen,
        lock: LockId,
    }
}

record! {
    /// Allocate what was issued under `lock` to the operator's bank vault on a shard.
    Allocate {
        shard: LedgerId,
        operator: OperatorId,
        amount: Fen,
        lock: LockId,
    }
}

record! {
    /// Withdraw 回笼 returned money from the issuing vault; the operator's reserves are unlocked.
    Withdraw {
        operator: OperatorId,
        amount: Fen,
    }
}
