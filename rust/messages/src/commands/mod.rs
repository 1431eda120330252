//! What a command says: one record per command, one file per chapter of the law.
//!
//! The fields, their order and their types are the canonical bytes; vectors/commands.tsv declares them once for all.

pub mod channel;
pub mod conditions;
pub mod freezing;
pub mod governance;
pub mod holds;
pub mod issuance;
pub mod payments;
pub mod policies;
pub mod timekeeping;
pub mod vaults;
pub mod wallets;
