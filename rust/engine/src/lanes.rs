//! The window of a lane: which numbers are used, and which of them settled.
//!
//! Bit i of `used` and `settled` stands for number high - i. At the start number 0 is used, so numbers count from 1.
//!
//! Source: PROTOCOL, numbers.

use dcep_messages::layout::{Lane, Number};

/// How many numbers a window holds.
pub const WIDTH: u64 = 64;
/// A wallet's lanes.
pub const LANES_OF_A_WALLET: Lane = 4;
/// An institution's lanes.
pub const LANES_OF_AN_INSTITUTION: Lane = 4_096;

/// The last 64 numbers of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Window {
    pub high: Number,
    pub used: u64,
    pub settled: u64,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            high: 0,
            used: 1,
            settled: 0,
        }
    }
}

impl Window {
    /// Return whether the number lies below the window.
    #[must_use]
    pub fn is_superseded(&self, number: Number) -> bool {
        number.saturating_add(WIDTH) <= self.high
    }

    /// Return whether a number in the window has been used; above the window it has not.
    #[must_use]
    pub fn is_used(&self, number: Number) -> bool {
        let depth = self.high.checked_sub(number);
        depth.is_some_and(|depth| self.used & bit(depth) != 0)
    }

    /// Return whether the number would push unused numbers of a whole window out.
    #[must_use]
    pub fn is_too_far(&self, number: Number) -> bool {
        number > self.high.saturating_add(WIDTH)
    }

    /// Use a number that is neither superseded nor used. A number above the window moves it up.
    pub fn mark_used(&mut self, number: Number, settled: bool) {
        if number > self.high {
            // A jump of the whole width leaves nothing of the old word.
            let shift = number.saturating_sub(self.high).min(WIDTH) as u32;
            self.used = self.used.unbounded_shl(shift);
            self.settled = self.settled.unbounded_shl(shift);
            self.high = number;
        }
        let bit = bit(self.high.saturating_sub(number));
        self.used |= bit;
        if settled {
            self.settled |= bit;
        }
    }
}

/// Return the bit of a depth below high; none beyond the window.
fn bit(depth: u64) -> u64 {
    1_u64.unbounded_shl(depth.min(WIDTH) as u32)
}
