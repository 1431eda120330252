//! Change who may act for an account.

use crate::layout::Epoch;
use crate::policies::Policy;
use crate::record;

record! {
    /// Put a policy in the place of the one with epoch `replaces`; the epoch grows by one.
    SetPolicy {
        replaces: Epoch,
        policy: Policy,
    }
}
