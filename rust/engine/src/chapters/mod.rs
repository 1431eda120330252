//! The merits: one chapter a noun; chapters are strangers to each other.

pub mod channel;
pub mod freezing;
pub mod governance;
pub mod holds;
pub mod issuance;
pub mod payments;
pub mod policies;
pub mod timekeeping;
pub mod vaults;
pub mod wallets;
