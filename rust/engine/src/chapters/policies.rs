//! Change who may act for an account: key rotation, a second device, k of n.

use dcep_messages::commands::policies::SetPolicy;
use dcep_messages::policies::policy_hash;
use dcep_messages::refusals::{Refusal, refuse_if};

use crate::book::Book;
use crate::index::Slot;
use crate::keys::has_bad_key;

/// Put a policy in the place of the one in force. The epoch only grows, also when an old policy comes back.
pub fn set_policy(book: &mut Book, signer: Slot, order: &SetPolicy) -> Result<(), Refusal> {
    refuse_if(order.replaces != book.at(signer).epoch, Refusal::Stale)?;
    refuse_if(has_bad_key(&order.policy), Refusal::BadKey)?;

    // From here on the new policy guards the account.
    let account = book.at_mut(signer);
    account.policy = policy_hash(&order.policy);
    account.epoch = account.epoch.saturating_add(1);
    Ok(())
}
