//! Open, classify and close wallets.

use dcep_messages::classes::{ADMITTED, is_customer};
use dcep_messages::commands::wallets::{Close, Open, SetClass};
use dcep_messages::ids::{home_of, is_wallet_id, operator_of};
use dcep_messages::money::Fen;
use dcep_messages::policies::policy_hash;
use dcep_messages::refusals::{Refusal, known, refuse_if};

use crate::book::Book;
use crate::index::Slot;
use crate::keys::has_bad_key;

/// Open a wallet of the registrar's own operator; it is empty and its numbers are unused.
pub fn open_wallet(book: &mut Book, signer: Slot, order: &Open) -> Result<(), Refusal> {
    let registrar = book.at(signer);
    let operator = known(book.operator_of(registrar), Refusal::OperatorUnknown)?;

    refuse_if(operator.status != ADMITTED, Refusal::OperatorSuspended)?;
    refuse_if(!is_wallet_id(order.wallet), Refusal::WalletIdInvalid)?;
    refuse_if(
        operator_of(order.wallet) != operator_of(registrar.wallet),
        Refusal::NotYourCustomer,
    )?;
    refuse_if(home_of(order.wallet, book.shards) != book.ledger, Refusal::WrongLedger)?;
    refuse_if(book.account(order.wallet).is_some(), Refusal::WalletExists)?;
    refuse_if(!is_customer(order.wallet_class), Refusal::ClassUnknown)?;
    refuse_if(has_bad_key(&order.policy), Refusal::BadKey)?;

    // From here on the wallet is opened.
    book.open_account(order.wallet, order.wallet_class, policy_hash(&order.policy));
    Ok(())
}

/// Move a wallet to another class. A balance over the new cap stays; only what arrives is judged.
pub fn set_class(book: &mut Book, signer: Slot, order: &SetClass) -> Result<(), Refusal> {
    let subject = known(book.customer(order.wallet), Refusal::WalletUnknown)?;
    let (registrar, wallet) = (book.at(signer), book.at(subject));
    refuse_if(
        operator_of(wallet.wallet) != operator_of(registrar.wallet),
        Refusal::NotYourCustomer,
    )?;
    refuse_if(wallet.is_closed(), Refusal::WalletClosed)?;
    refuse_if(order.replaces != wallet.standing, Refusal::Stale)?;
    refuse_if(!is_customer(order.wallet_class), Refusal::ClassUnknown)?;

    // From here on the class is set.
    book.at_mut(subject).reclassify(order.wallet_class);
    Ok(())
}

/// Close an empty wallet for ever: its holder, or the registrar of its operator.
pub fn close(book: &mut Book, signer: Slot, order: &Close) -> Result<(), Refusal> {
    let subject = known(book.customer(order.wallet), Refusal::WalletUnknown)?;
    let (by, wallet) = (book.at(signer), book.at(subject));
    let is_holder = subject == signer;
    let is_registrar = !by.is_customer() && operator_of(by.wallet) == operator_of(wallet.wallet);

    refuse_if(!is_holder && !is_registrar, Refusal::NotYourCustomer)?;
    refuse_if(wallet.is_closed(), Refusal::WalletClosed)?;
    refuse_if(wallet.is_frozen(), Refusal::WalletFrozen)?;
    refuse_if(wallet.balance > Fen::ZERO, Refusal::BalanceNotZero)?;
    refuse_if(wallet.in_flight > Fen::ZERO, Refusal::MoneyInFlight)?;
    refuse_if(book.held.count_of(wallet.wallet) > 0, Refusal::HoldsOpen)?;

    // From here on the wallet is closed.
    book.at_mut(subject).close();
    Ok(())
}
