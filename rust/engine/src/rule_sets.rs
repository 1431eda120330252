//! Dated rule sets: which limits, lives and clock bound are in force.

use dcep_messages::classes::{CUSTOMER_CLASSES, is_customer};
use dcep_messages::clock::UnixMs;
use dcep_messages::commands::governance::{ClassLimits, Rules};
use dcep_messages::layout::{Code, Version};
use dcep_messages::money::Fen;

/// So many rule sets may wait for their date.
pub const MAX_SCHEDULED: usize = 16;

/// The limits of one class; None where there is none.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs, reason = "said above")]
pub struct Limits {
    pub cap: Option<Fen>,
    pub single: Option<Fen>,
    pub daily: Option<Fen>,
    pub annual: Option<Fen>,
}

impl Limits {
    fn new(limits: &ClassLimits) -> Self {
        Self {
            cap: some(limits.cap),
            single: some(limits.single),
            daily: some(limits.daily),
            annual: some(limits.annual),
        }
    }
}

fn some(limit: Fen) -> Option<Fen> {
    Some(limit).filter(|limit| *limit != Fen::MAX)
}

/// The rule set in force, those that wait for their date, and the longest life that any of them has granted.
#[derive(Debug)]
#[allow(missing_docs, reason = "said above")]
pub struct RuleSets {
    pub version: Version,
    pub in_force: Rules,
    pub scheduled: Vec<Rules>,
    pub longest_life: UnixMs,
    limits: Vec<Limits>,
}

impl RuleSets {
    /// Begin with a rule set in force.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        let limits = rules.classes.iter().map(Limits::new).collect();
        Self {
            version: 1,
            longest_life: rules.max_life,
            in_force: rules,
            scheduled: Vec::new(),
            limits,
        }
    }

    /// Return the limits of a class; institutions have none.
    #[must_use]
    pub fn limits_of(&self, wallet_class: Code) -> Limits {
        let place = usize::from(wallet_class)
            .checked_sub(1)
            .filter(|_| is_customer(wallet_class));
        place
            .and_then(|place| self.limits.get(place))
            .copied()
            .unwrap_or_default()
    }

    /// Take a newer rule set; it is in force from its date, at once if that has passed.
    pub fn schedule(&mut self, rules: Rules, now: UnixMs) {
        self.version = self.version.saturating_add(1);
        self.scheduled.push(rules);
        self.advance(now);
    }

    /// Put the newest rule set whose date has come in force; what is older than it never will be.
    pub fn advance(&mut self, now: UnixMs) {
        let due = self.scheduled.iter().rposition(|rules| rules.effective_at <= now);
        if let Some(newest) = due.and_then(|due| self.scheduled.drain(..=due).next_back()) {
            self.put_in_force(newest);
        }
    }

    fn put_in_force(&mut self, rules: Rules) {
        self.longest_life = self.longest_life.max(rules.max_life);
        self.limits = rules.classes.iter().map(Limits::new).collect();
        self.in_force = rules;
    }
}

/// Return whether a rule set names every class and grants a life and a bound.
#[must_use]
pub fn is_valid(rules: &Rules) -> bool {
    rules.classes.len() == CUSTOMER_CLASSES && rules.max_life > 0 && rules.clock_bound > 0
}
