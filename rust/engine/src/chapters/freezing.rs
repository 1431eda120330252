//! Freeze and unfreeze: an operator its own customers, the supervision board anywhere.
//!
//! Each order names the standing that it replaces, so that two of them cannot land swapped.

use dcep_messages::classes::{SCOPE_PAY, SCOPE_RECEIVE, WalletClass};
use dcep_messages::commands::freezing::{Freeze, Unfreeze};
use dcep_messages::ids::{WalletId, operator_of};
use dcep_messages::layout::Version;
use dcep_messages::refusals::{Refusal, known, refuse_if};

use crate::book::Book;
use crate::index::Slot;

/// Freeze a wallet in a scope. Money that arrives while it may not receive is locked.
pub fn freeze(book: &mut Book, signer: Slot, order: &Freeze) -> Result<(), Refusal> {
    let wallet = subject(book, signer, order.wallet, order.replaces)?;
    refuse_if(
        !(1..=SCOPE_PAY | SCOPE_RECEIVE).contains(&order.scope),
        Refusal::ScopeUnknown,
    )?;

    // From here on the wallet is frozen. What an earlier freeze locked stays locked only while receiving stays frozen.
    let by_supervision = book.at(signer).is_a(WalletClass::Supervision);
    book.at_mut(wallet).freeze(order.scope, by_supervision);
    if !book.at(wallet).is_frozen_to_receive() {
        book.free_locked(wallet);
    }
    Ok(())
}

/// Lift every freeze; locked money becomes free.
pub fn unfreeze(book: &mut Book, signer: Slot, order: &Unfreeze) -> Result<(), Refusal> {
    let wallet = subject(book, signer, order.wallet, order.replaces)?;

    // From here on the wallet is free.
    book.at_mut(wallet).unfreeze();
    book.free_locked(wallet);
    Ok(())
}

fn subject(book: &Book, signer: Slot, number: WalletId, replaces: Version) -> Result<Slot, Refusal> {
    let slot = known(book.customer(number), Refusal::WalletUnknown)?;
    let (signer, wallet) = (book.at(signer), book.at(slot));
    let is_supervision = signer.is_a(WalletClass::Supervision);
    let is_own_customer = operator_of(signer.wallet) == operator_of(wallet.wallet);

    refuse_if(!is_supervision && !is_own_customer, Refusal::NotYourCustomer)?;
    refuse_if(wallet.is_closed(), Refusal::WalletClosed)?;
    refuse_if(replaces != wallet.standing, Refusal::Stale)?;
    refuse_if(
        wallet.is_frozen_by_supervision() && !is_supervision,
        Refusal::FrozenByCentralBank,
    )?;
    Ok(slot)
}
