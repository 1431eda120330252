//! Tick and checkpoint.

use dcep_messages::commands::timekeeping::{Checkpoint, Tick};
use dcep_messages::refusals::NotProcessed;
use dcep_messages::signed::Command;

use crate::book::Book;

/// Hear the time from tier 1: its members, the central bank among them; in an emergency the officers' board.
///
/// A tick that anybody else signed is ignored, its frame is not.
pub fn tick(book: &mut Book, command: &Command, order: &Tick) -> Result<(), NotProcessed> {
    if ![book.members_hash, book.board_hash].contains(&command.policy_hash()) {
        return Err(NotProcessed::NotAuthorised);
    }
    book.time.hear_tick(order.time);
    Ok(())
}

/// Let the worker say which root the state had after an earlier frame; an audit checks it.
pub fn checkpoint(_book: &mut Book, _order: &Checkpoint) {}
