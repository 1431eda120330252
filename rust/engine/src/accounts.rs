//! An account of the ledger: a wallet, or an institution's account.
//!
//! What most accounts never need lives in the side tables of the book.

use dcep_messages::classes::{self, SCOPE_PAY, SCOPE_RECEIVE, WalletClass};
use dcep_messages::clock::Day;
use dcep_messages::ids::{PolicyHash, WalletId};
use dcep_messages::layout::{Code, Epoch, Number, Version};
use dcep_messages::money::Fen;

use crate::lanes::Window;

const CLOSED: Code = 8;
const BY_SUPERVISION: Code = 4;
const FROZEN: Code = SCOPE_PAY | SCOPE_RECEIVE | BY_SUPERVISION;

/// Who may act (policy hash, epoch), what is there (balance), and what has been spent.
///
/// `standing` is the version of class and freeze: orders that overwrite name it. `flags` holds the scope of a freeze,
/// who froze, and closed. `in_flight` is money on its way to other ledgers. The window of the first lane stands here in
/// parts, for a number has 48 bits, and with 64 the account would be eight bytes longer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Account {
    pub wallet: WalletId,
    pub balance: Fen,
    high: [u16; 3],
    used: u64,
    settled: u64,
    pub policy: PolicyHash,
    pub spent_day: Fen,
    pub spent_year: Fen,
    pub in_flight: Fen,
    pub day: Day,
    pub year: u32,
    pub epoch: Epoch,
    pub standing: Version,
    pub wallet_class: Code,
    pub flags: Code,
}

/// With up to twelve bytes for the index, less than 128 an account.
const _: () = assert!(size_of::<Account>() <= 112);

impl Account {
    /// Open an account that is empty.
    #[must_use]
    pub fn new(wallet: WalletId, wallet_class: Code, policy: PolicyHash) -> Self {
        let Window { high, used, settled } = Window::default();
        Self {
            wallet,
            balance: Fen::ZERO,
            high: short(high),
            used,
            settled,
            policy,
            spent_day: Fen::ZERO,
            spent_year: Fen::ZERO,
            in_flight: Fen::ZERO,
            day: 0,
            year: 0,
            epoch: 1,
            standing: 1,
            wallet_class,
            flags: 0,
        }
    }

    /// Return whether the account is a customer's.
    #[must_use]
    pub fn is_customer(&self) -> bool {
        classes::is_customer(self.wallet_class)
    }

    /// Return whether the account is closed for ever.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.flags & CLOSED != 0
    }

    /// Return whether there is any freeze.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.flags & FROZEN != 0
    }

    /// Return whether a freeze stops paying.
    #[must_use]
    pub fn is_frozen_to_pay(&self) -> bool {
        self.flags & SCOPE_PAY != 0
    }

    /// Return whether a freeze stops receiving.
    #[must_use]
    pub fn is_frozen_to_receive(&self) -> bool {
        self.flags & SCOPE_RECEIVE != 0
    }

    /// Return whether the central bank froze it.
    #[must_use]
    pub fn is_frozen_by_supervision(&self) -> bool {
        self.flags & BY_SUPERVISION != 0
    }

    /// Return whether the account is of this class.
    #[must_use]
    pub fn is_a(&self, wallet_class: WalletClass) -> bool {
        self.wallet_class == wallet_class as Code
    }

    /// Read a little of every part, so that all of it comes near.
    #[must_use]
    pub fn touch(&self) -> u64 {
        let [byte, ..] = self.policy;
        self.wallet.0 ^ self.balance.0 ^ self.settled ^ self.spent_year.0 ^ u64::from(byte) ^ u64::from(self.flags)
    }

    /// Return the window of the first lane.
    #[must_use]
    pub fn window(&self) -> Window {
        let [first, second, third] = self.high.map(Number::from);
        Window {
            high: first << 32 | second << 16 | third,
            used: self.used,
            settled: self.settled,
        }
    }

    /// Put the window of the first lane in its place.
    pub fn set_window(&mut self, Window { high, used, settled }: Window) {
        (self.high, self.used, self.settled) = (short(high), used, settled);
    }

    /// Return what was paid on this Shanghai day.
    #[must_use]
    pub fn spent_on(&self, day: Day) -> Fen {
        if self.day == day { self.spent_day } else { Fen::ZERO }
    }

    /// Return what was paid in this calendar year.
    #[must_use]
    pub fn spent_in(&self, year: u32) -> Fen {
        if self.year == year { self.spent_year } else { Fen::ZERO }
    }

    /// Count a payment into its day and year; a count that is full stays full.
    pub fn count_spending(&mut self, amount: Fen, day: Day, year: u32) {
        self.spent_day = self.spent_on(day).plus(amount);
        self.spent_year = self.spent_in(year).plus(amount);
        (self.day, self.year) = (day, year);
    }

    /// Take a returned payment of this day out of the count if that day, or at least that year, still lasts.
    pub fn give_spending_back(&mut self, amount: Fen, day: Day, year: u32) {
        if self.day == day {
            self.spent_day = self.spent_day.minus(amount);
        }
        if self.year == year {
            self.spent_year = self.spent_year.minus(amount);
        }
    }

    /// Freeze in exactly this scope.
    pub fn freeze(&mut self, scope: Code, by_supervision: bool) {
        self.flags = self.flags & !FROZEN | scope | if by_supervision { BY_SUPERVISION } else { 0 };
        self.standing = self.standing.saturating_add(1);
    }

    /// Lift every freeze.
    pub fn unfreeze(&mut self) {
        self.flags &= !FROZEN;
        self.standing = self.standing.saturating_add(1);
    }

    /// Put the account into another class.
    pub fn reclassify(&mut self, wallet_class: Code) {
        self.wallet_class = wallet_class;
        self.standing = self.standing.saturating_add(1);
    }

    /// Close the account for ever.
    pub fn close(&mut self) {
        self.flags |= CLOSED;
    }
}

/// Return the 48 bits of a number, the highest first.
fn short(number: Number) -> [u16; 3] {
    [32, 16, 0].map(|bits| (number >> bits) as u16)
}
