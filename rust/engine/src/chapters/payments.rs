//! Pay, refund, cancel.

use dcep_messages::commands::payments::{Cancel, Pay, Refund};
use dcep_messages::ids::WalletId;
use dcep_messages::money::{Fen, over};
use dcep_messages::refusals::{Refusal, known, refuse_if};

use crate::book::Book;
use crate::index::Slot;

/// Move money from the payer to the receiver: settled upon payment, final, no fee; or the first rule that says no, and
/// nothing has changed.
pub fn pay(book: &mut Book, payer: Slot, order: &Pay) -> Result<(), Refusal> {
    transfer(book, payer, order.receiver, order.amount)
}

/// Pay back: to the ledger a refund is a payment that names the one it undoes.
///
/// That the refunds of a payment stay within it is the merchant's operator's rule.
pub fn refund(book: &mut Book, payer: Slot, order: &Refund) -> Result<(), Refusal> {
    transfer(book, payer, order.receiver, order.amount)
}

/// Use the number up: whatever else was signed under it is dead. Always settles.
pub fn cancel(_book: &mut Book, _signer: Slot, _order: &Cancel) -> Result<(), Refusal> {
    Ok(())
}

fn transfer(book: &mut Book, slot: Slot, wallet: WalletId, amount: Fen) -> Result<(), Refusal> {
    let payer = book.at(slot);
    let limits = book.limits_of(payer);

    refuse_if(payer.is_closed(), Refusal::PayerClosed)?;
    refuse_if(payer.is_frozen_to_pay(), Refusal::PayerFrozen)?;
    refuse_if(amount == Fen::ZERO, Refusal::AmountZero)?;
    refuse_if(payer.wallet == wallet, Refusal::PayerIsReceiver)?;
    let receiver = known(book.destination(wallet), Refusal::ReceiverUnknown)?;
    refuse_if(over(limits.single, [amount]), Refusal::OverSingleLimit)?;
    refuse_if(
        over(limits.daily, [payer.spent_on(book.today()), amount]),
        Refusal::OverDailyLimit,
    )?;
    refuse_if(
        over(limits.annual, [payer.spent_in(book.year()), amount]),
        Refusal::OverAnnualLimit,
    )?;
    refuse_if(amount > payer.balance, Refusal::InsufficientFunds)?;
    refuse_if(receiver.cannot_accept(amount), Refusal::ReceiverCannotAccept)?;

    // From here on the payment succeeds. A channel never refuses: it brings the money back.
    book.spend(slot, amount);
    let today = book.today();
    book.deliver(slot, receiver, amount, today);
    Ok(())
}
