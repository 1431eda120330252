//! The folded time of a ledger: told by tier 1, carried by frames, judged by nobody's own clock.
//!
//! Source: PROTOCOL, time.

use dcep_messages::clock::{Day, UnixMs, day_of, year_of};

/// `told` is the newest tier-1 time, `now` the folded time; today and year follow from it.
#[derive(Debug)]
#[allow(missing_docs, reason = "said above")]
pub struct ShardTime {
    pub now: UnixMs,
    pub told: UnixMs,
    pub today: Day,
    pub year: u32,
}

impl ShardTime {
    /// Stand at a folded time and what tier 1 has told.
    #[must_use]
    pub fn new(now: UnixMs, told: UnixMs) -> Self {
        let mut time = Self {
            now,
            told,
            today: 0,
            year: 0,
        };
        time.set(now);
        time
    }

    /// Take tier 1's time; it never goes back.
    pub fn hear_tick(&mut self, time: UnixMs) {
        self.told = self.told.max(time);
    }

    /// Return whether a frame's time is further ahead of tier 1 than the bound: the frame is void.
    #[must_use]
    pub fn is_ahead(&self, frame_time: UnixMs, bound: UnixMs) -> bool {
        frame_time > self.told.saturating_add(bound)
    }

    /// Fold a frame's time.
    pub fn advance(&mut self, frame_time: UnixMs) {
        let newest = self.now.max(frame_time).max(self.told);
        if newest != self.now {
            self.set(newest);
        }
    }

    fn set(&mut self, now: UnixMs) {
        self.now = now;
        self.today = day_of(now);
        self.year = year_of(self.today);
    }
}
