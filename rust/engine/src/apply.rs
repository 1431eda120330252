//! A ledger is a pure function of its log: state = fold(`apply_frame`, frames).
//!
//! 1. A frame of another ledger or network, or by a key that is not on the list in force at its place, is skipped whole.
//! 2. The frame's ticks are heard first.
//! 3. A frame whose time is further ahead than the bound is void: its commands are not processed, the ledger goes on.
//! 4. Time is folded.
//! 5. Each command is heard, judged by its chapter, and its number used.
//!
//! Signatures are verified before the append, and admissibility does not ask again; but for the officers' orders inside
//! credits and the co-signatures inside captures and releases: money is made, and held money moves, only by signatures
//! that the engine itself has seen.

use std::collections::BTreeMap;

use dcep_messages::clock::UnixMs;
use dcep_messages::commands::channel::Credit;
use dcep_messages::commands::timekeeping::Tick;
use dcep_messages::crossings::{Content, Message, OfficersOrder};
use dcep_messages::frames::split;
use dcep_messages::ids::{CommandId, TIER1, WalletId};
use dcep_messages::kinds::{Kind, Ledgers, Order};
use dcep_messages::layout::Key;
use dcep_messages::outcomes::{Outcome, SETTLED, Status, not_processed, refused};
use dcep_messages::refusals::{NotProcessed, Refusal, refuse_if};
use dcep_messages::signed::{Command, FIELDS_AT, command_id, decode, decode_record, kind_of};

use crate::admissibility::{Unjudged, hear};
use crate::book::Book;
use crate::chapters::{
    channel, freezing, governance, holds, issuance, payments, policies, timekeeping, vaults, wallets,
};
use crate::index::Slot;

/// The accounts of so many commands are loaded together: what they touch is less than the nearer caches hold.
const AT_ONCE: usize = 256;

/// A command of a frame and what became of it.
#[derive(Debug)]
#[allow(missing_docs, reason = "said above")]
pub struct Judged {
    pub id: CommandId,
    pub outcome: Outcome,
}

/// Why a command that carries no account did not happen.
enum Stopped {
    Refused(Refusal),
    Unheard(NotProcessed),
}

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Stopped::Refused(refusal)
    }
}

impl From<NotProcessed> for Stopped {
    fn from(reason: NotProcessed) -> Self {
        Stopped::Unheard(reason)
    }
}

/// Fold one frame of this ledger and network, whose worker's signature has been verified, into the book.
///
/// Each judgement is told as it falls, one a record, in order. False if the frame was skipped and does not count.
pub fn apply_frame(book: &mut Book, worker: &Key, time: UnixMs, body: &[u8], mut tell: impl FnMut(Judged)) -> bool {
    // 1.
    if !book.is_worker(book.ledger, worker) {
        return false;
    }
    let records = Records::of(body);
    // 2.
    let told = hear_ticks(book, &records);
    // 3.
    let is_void = book.time.is_ahead(time, book.rules.in_force.clock_bound);
    if is_void {
        book.alarms = book.alarms.saturating_add(1);
    } else {
        // 4.
        book.time.advance(time);
        book.rules.advance(book.now());
    }
    // 5.
    for (place, record) in records.enumerate() {
        if place % AT_ONCE == 0 {
            book.bring_near(records.wallets(place));
        }
        let command = records.decode(record);
        let id = command
            .as_ref()
            .map_or_else(|| command_id(&book.prefix, record), |command| command.id(&book.prefix));
        let outcome = match (told.get(&place), command) {
            (Some(outcome), _) => outcome.clone(),
            _ if is_void => not_processed(NotProcessed::ClockAhead),
            (None, Some(command)) => judge(book, id, &command),
            (None, None) => not_processed(NotProcessed::Malformed),
        };
        tell(Judged { id, outcome });
    }
    true
}

/// The records of a body; one whose lengths do not add up is a single record that nobody can read.
struct Records<'a> {
    records: Vec<&'a [u8]>,
    are_whole: bool,
}

impl<'a> Records<'a> {
    fn of(body: &'a [u8]) -> Self {
        match split(body) {
            Ok(records) => Self {
                records,
                are_whole: true,
            },
            Err(_) => Self {
                records: vec![body],
                are_whole: false,
            },
        }
    }

    fn enumerate(&self) -> impl Iterator<Item = (usize, &'a [u8])> + use<'a, '_> {
        self.records.iter().copied().enumerate()
    }

    /// Return the account of each of the next records, and what stands where a payment has its receiver.
    fn wallets(&self, place: usize) -> impl Iterator<Item = WalletId> + use<'a, '_> {
        let wallet = |bytes: &[u8]| bytes.first_chunk().map(|number| WalletId(u64::from_be_bytes(*number)));
        let next = self.records.iter().skip(place).take(AT_ONCE);
        next.flat_map(move |record| [wallet(record), record.get(FIELDS_AT..).and_then(wallet)])
            .flatten()
    }

    fn decode(&self, record: &'a [u8]) -> Option<Command<'a>> {
        decode_record(record).ok().filter(|_| self.are_whole)
    }
}

fn hear_ticks(book: &mut Book, records: &Records) -> BTreeMap<usize, Outcome> {
    let ticks = records
        .enumerate()
        .filter(|(_, record)| kind_of(record) == Some(Tick::KIND.number));
    let mut told = BTreeMap::new();
    for (place, record) in ticks {
        if let Some(command) = records.decode(record) {
            told.insert(place, judge(book, command.id(&book.prefix), &command));
        }
    }
    told
}

fn judge(book: &mut Book, id: CommandId, command: &Command) -> Outcome {
    book.at_hand = id;
    if !is_law_here(command.kind()) {
        return not_processed(NotProcessed::NotAuthorised);
    }
    if command.kind().is_numbered() {
        obey(book, command)
    } else {
        take(book, command)
    }
}

/// Return whether a command of this kind is law on a shard.
#[must_use]
pub fn is_law_here(kind: &Kind) -> bool {
    kind.ledgers != Ledgers::Tier1
}

/// Hear an account's order, judge it, and use its number up.
fn obey(book: &mut Book, command: &Command) -> Outcome {
    let body = &command.body;
    let signer = match hear(book, command) {
        Ok(signer) => signer,
        Err(Unjudged::Answered(outcome)) => return outcome,
        Err(Unjudged::Unheard(reason)) => return not_processed(reason),
    };
    let outcome = match judge_merits(book, signer, &body.order) {
        Ok(()) => settled(book),
        Err(refusal) => refused(refusal),
    };
    book.use_number(signer, body.lane, body.number, outcome.status == Status::Settled);
    outcome
}

/// Let an order of an account, under a number, be judged by its chapter.
fn judge_merits(book: &mut Book, signer: Slot, order: &Order) -> Result<(), Refusal> {
    match order {
        Order::Open(order) => wallets::open_wallet(book, signer, order),
        Order::SetClass(order) => wallets::set_class(book, signer, order),
        Order::Close(order) => wallets::close(book, signer, order),
        Order::Freeze(order) => freezing::freeze(book, signer, order),
        Order::Unfreeze(order) => freezing::unfreeze(book, signer, order),
        Order::Pay(order) => payments::pay(book, signer, order),
        Order::Refund(order) => payments::refund(book, signer, order),
        Order::Cancel(order) => payments::cancel(book, signer, order),
        Order::Exchange(order) => vaults::exchange(book, signer, order),
        Order::Redeem(order) => vaults::redeem(book, signer, order),
        Order::Return(order) => vaults::return_to_issuer(book, signer, order),
        Order::SetPolicy(order) => policies::set_policy(book, signer, order),
        Order::Hold(order) => holds::hold(book, signer, order),
        Order::Capture(order) => holds::capture(book, signer, order),
        Order::Release(order) => holds::release(book, signer, order),
        // No account has the authority for the rest: it is law on tier 1, or carries no account.
        _ => Err(Refusal::WrongLedger),
    }
}

/// Take a command that carries no account: its counters make it count once.
fn take(book: &mut Book, command: &Command) -> Outcome {
    let taken = match &command.body.order {
        Order::Credit(order) => credit(book, order),
        Order::Ack(order) => channel::ack(book, order).map_err(Stopped::from),
        Order::Tick(order) => timekeeping::tick(book, command, order).map_err(Stopped::from),
        Order::Checkpoint(order) => {
            timekeeping::checkpoint(book, order);
            Ok(())
        }
        _ => Err(Stopped::Unheard(NotProcessed::NotAuthorised)),
    };
    match taken {
        Ok(()) => settled(book),
        Err(Stopped::Unheard(reason)) => not_processed(reason),
        // A message that is invalid here is void: its n is consumed, nothing moves, the channel goes on.
        Err(Stopped::Refused(refusal)) => {
            book.alarms = book.alarms.saturating_add(1);
            refused(refusal)
        }
    }
}

fn settled(book: &mut Book) -> Outcome {
    Outcome {
        sent: std::mem::take(&mut book.sent),
        ..SETTLED
    }
}

fn credit(book: &mut Book, order: &Credit) -> Result<(), Stopped> {
    let message = channel::credit(book, order)?;
    refuse_if(!may_come(&message), Refusal::WrongLedger)?;
    match &message.content {
        Content::Payment(payment) => channel::arrive_payment(book, &message, payment),
        Content::Returned(returned) => channel::arrive_return(book, &message, returned),
        Content::OfficersOrder(officers) => arrive_order(book, officers)?,
        Content::ReturnToIssuer(_) => {}
    }
    Ok(())
}

/// Payments and returns go from shard to shard, officers' orders come from tier 1, money goes back to it.
fn may_come(message: &Message) -> bool {
    match message.content {
        Content::OfficersOrder(_) => message.source == TIER1,
        Content::Payment(_) | Content::Returned(_) => message.source != TIER1,
        Content::ReturnToIssuer(_) => false,
    }
}

/// Verify and obey an officers' order at its place in the channel.
fn arrive_order(book: &mut Book, officers: &OfficersOrder) -> Result<(), Refusal> {
    let command = decode(&officers.order.0, &book.network).map_err(|_| Refusal::BoardNotInForce)?;
    let is_signed = book.is_signed_by_board(&command) && command.signatures_hold(&book.prefix);
    refuse_if(!is_signed, Refusal::BoardNotInForce)?;
    match &command.body.order {
        Order::Allocate(order) => issuance::credit_allocation(book, &command, order),
        order => governance::enact(book, order),
    }
}
