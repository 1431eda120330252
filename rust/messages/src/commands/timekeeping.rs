//! Time told by tier 1, and the points from which a start may go on.

use crate::clock::UnixMs;
use crate::layout::{Hash, Seq};
use crate::record;

record! {
    /// Tier 1 tells the time at a height.
    Tick {
        height: Seq,
        time: UnixMs,
    }
}

record! {
    /// After frame `seq` with this head the state had this root.
    Checkpoint {
        seq: Seq,
        head: Hash,
        root: Hash,
    }
}
