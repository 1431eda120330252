//! Where an account stands: open addressing over slots of 32 bits, at most two thirds full; the wallets themselves stand
//! in the accounts. Python has a dict for it.
//!
//! Wallet numbers come from operators, and one that wants its own shard slow can make them collide: the operator pays
//! for that itself, as it does for every needless account.

use dcep_messages::ids::WalletId;

use crate::accounts::Account;

/// The place of an account in opening order. Only a book makes one, and accounts are never removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(pub(crate) u32);

const FEWEST_PLACES: usize = 16;

/// Places of slots, each by the hash of its wallet; the number of places is a power of two.
#[derive(Debug)]
pub struct Index {
    places: Vec<Option<Place>>,
    filled: usize,
}

/// A slot, counted from 1, so that an empty place costs no more.
type Place = std::num::NonZeroU32;

impl Default for Index {
    fn default() -> Self {
        Self {
            places: vec![None; FEWEST_PLACES],
            filled: 0,
        }
    }
}

impl Index {
    /// Return the slot of a wallet.
    #[must_use]
    pub fn find(&self, wallet: WalletId, accounts: &[Account]) -> Option<Slot> {
        for place in self.probe(wallet) {
            let slot = slot_of(self.places.get(place).copied().flatten()?);
            if accounts.get(slot.0 as usize)?.wallet == wallet {
                return Some(slot);
            }
        }
        None
    }

    /// Return the slot that most likely is the wallet's, without a look at the account.
    #[must_use]
    pub fn guess(&self, wallet: WalletId) -> Option<Slot> {
        let place = self.probe(wallet).next()?;
        self.places.get(place).copied().flatten().map(slot_of)
    }

    /// Let the wallet of the newest account be found.
    pub fn add(&mut self, accounts: &[Account]) {
        if self.filled.saturating_mul(3) >= self.places.len().saturating_mul(2) {
            self.grow(accounts);
        }
        self.fill(accounts.len().saturating_sub(1), accounts);
    }

    fn grow(&mut self, accounts: &[Account]) {
        let count = self.places.len().saturating_mul(2);
        (self.places, self.filled) = (vec![None; count], 0);
        (0..accounts.len().saturating_sub(1)).for_each(|slot| self.fill(slot, accounts));
    }

    fn fill(&mut self, slot: usize, accounts: &[Account]) {
        let Some(account) = accounts.get(slot) else { return };
        for place in self.probe(account.wallet) {
            if let Some(place @ None) = self.places.get_mut(place) {
                *place = Place::new((slot as u32).saturating_add(1));
                self.filled = self.filled.saturating_add(1);
                return;
            }
        }
    }

    /// Return every place, beginning with the wallet's own.
    fn probe(&self, wallet: WalletId) -> impl Iterator<Item = usize> + use<> {
        let mask = self.places.len().wrapping_sub(1);
        // Fibonacci hashing: the high bits of the product are well mixed.
        let first = (wallet.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize;
        (0..=mask).map(move |step| first.wrapping_add(step) & mask)
    }
}

fn slot_of(place: Place) -> Slot {
    Slot(place.get().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every wallet is found in its slot, and nobody else, whatever the index has grown through.
    #[test]
    fn a_wallet_is_found_where_it_was_put() {
        let (mut accounts, mut index) = (Vec::new(), Index::default());

        for number in 0..5_000 {
            accounts.push(Account::new(WalletId(number * 7), 1, [0; 32]));
            index.add(&accounts);
        }

        for number in 0..5_000_u32 {
            assert_eq!(
                index.find(WalletId(u64::from(number) * 7), &accounts),
                Some(Slot(number))
            );
            assert_eq!(index.find(WalletId(u64::from(number) * 7 + 1), &accounts), None);
        }
    }
}
