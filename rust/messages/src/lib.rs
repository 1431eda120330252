//! What the parties say to each other: records and their canonical bytes.

pub mod classes;
pub mod clock;
pub mod commands;
pub mod crossings;
pub mod frames;
pub mod genesis;
pub mod headers;
pub mod ids;
pub mod intake;
pub mod kinds;
pub mod layout;
pub mod money;
pub mod outcomes;
pub mod policies;
pub mod refusals;
pub mod signed;
