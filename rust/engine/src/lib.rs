//! The rules of the ledger: the statute of `dcep.ledger.engine` for a retail shard, rule by rule and byte by byte.
//!
//! Tier 1 has no twin here: its few commands are judged by the plain Python.

pub mod accounts;
pub mod admissibility;
pub mod apply;
pub mod book;
pub mod channels;
pub mod chapters;
pub mod consumed;
pub mod held;
pub mod index;
pub mod keys;
pub mod lanes;
pub mod roots;
pub mod rule_sets;
pub mod shard_time;
pub mod standing;
pub mod statute;
