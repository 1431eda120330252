//! Money that is held: a side table, and what of it each payer has put there. Most accounts hold nothing.

use std::collections::BTreeMap;

use dcep_messages::clock::{Day, UnixMs};
use dcep_messages::commands::conditions::Condition;
use dcep_messages::ids::{CommandId, WalletId};
use dcep_messages::layout::Sum;
use dcep_messages::money::Fen;

/// An open hold: less was captured than the amount. `day` is the day into which it counted.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "said above")]
pub struct Hold {
    pub payer: WalletId,
    pub receiver: WalletId,
    pub amount: Fen,
    pub captured: Fen,
    pub until: UnixMs,
    pub day: Day,
    pub capture_if: Condition,
    pub release_if: Condition,
}

impl Hold {
    /// What may still be captured, or goes back.
    #[must_use]
    pub fn left(&self) -> Fen {
        self.amount.minus(self.captured)
    }
}

/// The open holds by their id, which is that of the command that made them.
#[derive(Debug, Default)]
pub struct Held {
    holds: BTreeMap<CommandId, Hold>,
    /// How many a payer has, and how much money is in them.
    of_payers: BTreeMap<WalletId, (usize, Sum)>,
}

impl Held {
    /// Return whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.holds.is_empty()
    }

    /// Return the holds in the order of their ids.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (&CommandId, &Hold)> {
        self.holds.iter()
    }

    /// Return an open hold.
    #[must_use]
    pub fn find(&self, id: &CommandId) -> Option<&Hold> {
        self.holds.get(id)
    }

    /// Return how many open holds a payer has.
    #[must_use]
    pub fn count_of(&self, payer: WalletId) -> usize {
        self.of_payers.get(&payer).map_or(0, |(count, _)| *count)
    }

    /// Return what a payer has in open holds.
    #[must_use]
    pub fn money_of(&self, payer: WalletId) -> Sum {
        self.of_payers.get(&payer).map_or(0, |(_, money)| *money)
    }

    /// Return the money in all open holds.
    #[must_use]
    pub fn total(&self) -> Sum {
        self.of_payers.values().map(|(_, money)| *money).sum()
    }

    /// Open a hold.
    pub fn add(&mut self, id: CommandId, hold: Hold) {
        let (count, money) = self.of_payers.entry(hold.payer).or_default();
        *count = count.saturating_add(1);
        *money = money.saturating_add(Sum::from(hold.left().0));
        self.holds.insert(id, hold);
    }

    /// Capture a part, or all that is left: then the hold is over.
    pub fn take(&mut self, id: &CommandId, amount: Fen) {
        let Some(hold) = self.holds.get_mut(id) else { return };
        hold.captured = hold.captured.plus(amount);
        let is_over = hold.left() == Fen::ZERO;
        if let Some((_, money)) = self.of_payers.get_mut(&hold.payer) {
            *money = money.saturating_sub(Sum::from(amount.0));
        }
        if is_over {
            self.end(id);
        }
    }

    /// Forget a hold; its money has gone where it belongs.
    pub fn end(&mut self, id: &CommandId) {
        let Some(hold) = self.holds.remove(id) else { return };
        if let Some((count, money)) = self.of_payers.get_mut(&hold.payer) {
            *count = count.saturating_sub(1);
            *money = money.saturating_sub(Sum::from(hold.left().0));
            if *count == 0 {
                self.of_payers.remove(&hold.payer);
            }
        }
    }
}
