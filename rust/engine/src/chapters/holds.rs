//! Hold, capture, release: money is kept apart for a receiver, and moves when the hold's condition is met.
//!
//! 1. A hold debits its payer and counts into the limits at once. It asks nothing about the receiver's means: capture
//!    does.
//! 2. Until it expires whoever meets `capture_if` may let the receiver be paid, in parts until the amount is exhausted,
//!    and whoever meets `release_if` may let the rest go back.
//! 3. From its expiry on nothing is captured, and anybody may let the rest go back; until somebody does it stays held.
//!
//! Who gives a capture or a release moves no money of its own: its number makes the command count once.

use std::collections::BTreeSet;

use dcep_messages::clock::UnixMs;
use dcep_messages::commands::conditions::{Condition, Evidence, Verb, cosigned_message};
use dcep_messages::commands::holds::{Capture, Hold, Release};
use dcep_messages::ids::PolicyHash;
use dcep_messages::money::{Fen, over};
use dcep_messages::policies::policy_hash;
use dcep_messages::refusals::{Refusal, known, refuse_if};

use crate::book::Book;
use crate::held;
use crate::index::Slot;
use crate::keys::has_bad_key;

/// A year and a day: longer than any deposit, and history still knows the command (400 days).
const LONGEST: UnixMs = 366 * 86_400_000;
/// Each is a row of the state with two conditions, for as long as nobody ends it.
const MAX_HOLDS: usize = 64;

/// 1. Keep money of the payer for the receiver.
pub fn hold(book: &mut Book, signer: Slot, order: &Hold) -> Result<(), Refusal> {
    let payer = book.at(signer);
    let (limits, amount) = (book.limits_of(payer), order.amount);

    refuse_if(payer.is_closed(), Refusal::PayerClosed)?;
    refuse_if(payer.is_frozen_to_pay(), Refusal::PayerFrozen)?;
    refuse_if(amount == Fen::ZERO, Refusal::AmountZero)?;
    refuse_if(payer.wallet == order.receiver, Refusal::PayerIsReceiver)?;
    known(book.destination(order.receiver), Refusal::ReceiverUnknown)?;
    let lasts = order.until.saturating_sub(book.now());
    refuse_if(lasts == 0 || lasts > LONGEST, Refusal::UntilInvalid)?;
    refuse_if(book.held.count_of(payer.wallet) >= MAX_HOLDS, Refusal::TooManyHolds)?;
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

    // From here on the money is held.
    let row = held::Hold {
        payer: payer.wallet,
        receiver: order.receiver,
        amount,
        captured: Fen::ZERO,
        until: order.until,
        day: book.today(),
        capture_if: order.capture_if.clone(),
        release_if: order.release_if.clone(),
    };
    book.spend(signer, amount);
    book.held.add(book.at_hand, row);
    Ok(())
}

/// 2. Pay the receiver, who may live on another ledger: what cannot be credited there comes back to the payer.
pub fn capture(book: &mut Book, signer: Slot, order: &Capture) -> Result<(), Refusal> {
    let amount = order.amount;

    refuse_if(amount == Fen::ZERO, Refusal::AmountZero)?;
    let found = known(book.held.find(&order.hold), Refusal::HoldUnknown)?;
    let payer = known(book.account(found.payer), Refusal::WalletUnknown)?;
    let receiver = known(book.destination(found.receiver), Refusal::ReceiverUnknown)?;
    refuse_if(book.now() >= found.until, Refusal::HoldExpired)?;
    refuse_if(amount > found.left(), Refusal::OverHeldAmount)?;
    let message = cosigned_message(&book.network, &order.hold, Verb::Capture, amount, found.captured);
    let is_allowed = is_allowed(book, signer, &found.capture_if, &order.evidence, &message);
    refuse_if(!is_allowed, Refusal::ConditionNotMet)?;
    refuse_if(receiver.cannot_accept(amount), Refusal::ReceiverCannotAccept)?;

    // From here on the capture succeeds. A channel never refuses: it brings the money back.
    let day = found.day;
    book.held.take(&order.hold, amount);
    book.deliver(payer, receiver, amount, day);
    Ok(())
}

/// 2., 3. Give the rest back to the payer: always, over the cap and frozen too.
pub fn release(book: &mut Book, signer: Slot, order: &Release) -> Result<(), Refusal> {
    let found = known(book.held.find(&order.hold), Refusal::HoldUnknown)?;
    let is_over = book.now() >= found.until;
    let message = cosigned_message(&book.network, &order.hold, Verb::Release, found.left(), found.captured);
    let is_allowed = is_over || is_allowed(book, signer, &found.release_if, &order.evidence, &message);
    refuse_if(!is_allowed, Refusal::ConditionNotMet)?;

    // From here on the release succeeds.
    let (payer, left, day) = (found.payer, found.left(), found.day);
    book.held.end(&order.hold);
    book.give_back(book.customer(payer), payer, left, day);
    Ok(())
}

/// Return whether a condition is met here and now, by who gives the command and by what it brings.
fn is_allowed(book: &Book, signer: Slot, condition: &Condition, evidence: &Evidence, message: &[u8]) -> bool {
    let signed: BTreeSet<PolicyHash> = evidence
        .cosignatures
        .iter()
        .filter(|cosignature| !has_bad_key(&cosignature.policy) && cosignature.holds(message))
        .map(|cosignature| policy_hash(&cosignature.policy))
        .collect();
    let hashes = evidence.hashes();
    condition.is_met(&|leaf| match leaf {
        Condition::SignedByAccount(wallet) => book
            .account(*wallet)
            .is_some_and(|slot| slot == signer || signed.contains(&book.at(slot).policy)),
        Condition::SignedByPolicy(policy) => signed.contains(policy),
        Condition::Before(time) => book.now() < *time,
        Condition::After(time) => book.now() >= *time,
        Condition::Preimage(hash) => hashes.contains(hash),
        // Judged by its parts.
        Condition::AtLeast { .. } => false,
    })
}
