//! Exchange, redeem, return: between a bank vault 银行库, its customers' wallets, and the issuing vault.

use dcep_messages::classes::ADMITTED;
use dcep_messages::commands::vaults::{Exchange, Redeem, Return};
use dcep_messages::crossings::{Content, ReturnToIssuer};
use dcep_messages::ids::{TIER1, operator_of};
use dcep_messages::money::Fen;
use dcep_messages::refusals::{Refusal, known, refuse_if};

use crate::book::Book;
use crate::index::Slot;

/// Pay digital currency out of the vault to a wallet of the same operator.
pub fn exchange(book: &mut Book, signer: Slot, order: &Exchange) -> Result<(), Refusal> {
    let (vault, amount) = (book.at(signer), order.amount);

    refuse_if(amount == Fen::ZERO, Refusal::AmountZero)?;
    let operator = known(book.operator_of(vault), Refusal::OperatorUnknown)?;
    refuse_if(operator.status != ADMITTED, Refusal::OperatorSuspended)?;
    let wallet = known(book.customer(order.receiver), Refusal::ReceiverUnknown)?;
    refuse_if(
        operator_of(book.at(wallet).wallet) != operator_of(vault.wallet),
        Refusal::NotYourCustomer,
    )?;
    refuse_if(amount > vault.balance, Refusal::InsufficientFunds)?;
    refuse_if(
        book.destination_of(wallet).cannot_accept(amount),
        Refusal::ReceiverCannotAccept,
    )?;

    // From here on the exchange succeeds.
    book.debit(signer, amount);
    book.credit(wallet, amount);
    Ok(())
}

/// Pay digital currency back into the vault of the holder's own operator; it does not count into limits.
pub fn redeem(book: &mut Book, signer: Slot, order: &Redeem) -> Result<(), Refusal> {
    let (payer, amount) = (book.at(signer), order.amount);

    refuse_if(payer.is_closed(), Refusal::PayerClosed)?;
    refuse_if(payer.is_frozen_to_pay(), Refusal::PayerFrozen)?;
    refuse_if(amount == Fen::ZERO, Refusal::AmountZero)?;
    let operator = known(book.operator_of(payer), Refusal::VaultUnknown)?;
    refuse_if(order.vault != operator.vault, Refusal::VaultUnknown)?;
    let vault = known(book.account(order.vault), Refusal::VaultUnknown)?;
    refuse_if(amount > payer.balance, Refusal::InsufficientFunds)?;
    // Only where another shard's worker has made money: no vault outgrows 64 bits.
    refuse_if(
        book.destination_of(vault).cannot_accept(amount),
        Refusal::ReceiverCannotAccept,
    )?;

    // From here on the redemption succeeds.
    book.debit(signer, amount);
    book.credit(vault, amount);
    Ok(())
}

/// Send money of the vault to the issuing vault on tier 1. A suspended operator may do so too.
pub fn return_to_issuer(book: &mut Book, signer: Slot, order: &Return) -> Result<(), Refusal> {
    let (vault, amount) = (book.at(signer), order.amount);

    refuse_if(amount == Fen::ZERO, Refusal::AmountZero)?;
    refuse_if(amount > vault.balance, Refusal::InsufficientFunds)?;

    // From here on the return succeeds.
    let operator = operator_of(vault.wallet);
    book.debit(signer, amount);
    let content = ReturnToIssuer {
        operator,
        amount,
        command: book.at_hand,
    };
    book.send(TIER1, Content::ReturnToIssuer(content), amount);
    Ok(())
}
