//! Is the command heard? Asked before the append, law at apply: in PROTOCOL's order, and only in this order.
//!
//! 0. unknown wallet
//! 1. number below the window          superseded
//! 2. number used                      already used
//! 3. expired, or living too long      expired · `life_too_long`
//! 4. not authorised, or no such lane  `not_authorised` · `no_lane`
//! 5. number too far ahead             `too_far`

use dcep_messages::classes::WalletClass;
use dcep_messages::kinds::Authority;
use dcep_messages::outcomes::{ALREADY_USED, EXPIRED, Outcome, SUPERSEDED};
use dcep_messages::refusals::NotProcessed;
use dcep_messages::signed::Command;

use crate::accounts::Account;
use crate::book::Book;
use crate::index::Slot;
use crate::lanes::{LANES_OF_A_WALLET, LANES_OF_AN_INSTITUTION};

/// Why a command is not judged; nothing has changed.
#[derive(Debug)]
pub enum Unjudged {
    /// The number or the expiry has answered already: these answers are stable.
    Answered(Outcome),
    /// The command cannot be heard now; the number is free.
    Unheard(NotProcessed),
}

/// Return the account that gives the command.
pub fn hear(book: &Book, command: &Command) -> Result<Slot, Unjudged> {
    use Unjudged::{Answered, Unheard};
    let body = &command.body;

    // 0.
    let slot = book.account(body.account).ok_or(Unheard(NotProcessed::UnknownWallet))?;
    let account = book.at(slot);
    let window = book.window(account, body.lane);
    // 1.
    stop_if(window.is_superseded(body.number), Answered(SUPERSEDED))?;
    // 2.
    stop_if(window.is_used(body.number), Answered(ALREADY_USED))?;
    // 3.
    stop_if(book.now() >= body.expires_at, Answered(EXPIRED))?;
    let longest = book.now().saturating_add(book.rules.in_force.max_life);
    stop_if(body.expires_at > longest, Unheard(NotProcessed::LifeTooLong))?;
    // 4.
    stop_if(!is_authorised(account, command), Unheard(NotProcessed::NotAuthorised))?;
    let lanes = if account.is_customer() {
        LANES_OF_A_WALLET
    } else {
        LANES_OF_AN_INSTITUTION
    };
    stop_if(body.lane >= lanes, Unheard(NotProcessed::NoLane))?;
    // 5.
    stop_if(window.is_too_far(body.number), Unheard(NotProcessed::TooFar))?;
    Ok(slot)
}

fn stop_if(stops: bool, unjudged: Unjudged) -> Result<(), Unjudged> {
    if stops { Err(unjudged) } else { Ok(()) }
}

/// On a shard every account is guarded by its own policy.
fn is_authorised(account: &Account, command: &Command) -> bool {
    command.body.epoch == account.epoch
        && may(account, command.kind().authority)
        && command.policy_hash() == account.policy
}

fn may(account: &Account, authority: Authority) -> bool {
    let is_registrar = account.is_a(WalletClass::Registrar);
    match authority {
        Authority::Holder => account.is_customer(),
        Authority::AnyAccount => true,
        Authority::Registrar => is_registrar,
        Authority::HolderOrRegistrar => account.is_customer() || is_registrar,
        Authority::RegistrarOrSupervision => is_registrar || account.is_a(WalletClass::Supervision),
        Authority::Vault => account.is_a(WalletClass::Vault),
        Authority::Board => account.is_a(WalletClass::IssuingVault),
        Authority::Proof | Authority::Members | Authority::Worker => false,
    }
}
