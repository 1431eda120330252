//! Credit and ack: between two ledgers, exactly once. Resend is law on tier 1.
//!
//! 1. A message is taken in only if the peer's signed header proves it and its n is the next; else it is out of turn.
//! 2. Its n is consumed at once. What cannot be credited goes back in the same transition; a return is always taken.
//! 3. An acknowledgement counts only when everything that the peer had sent by then has been taken in.
//!
//! Source: PROTOCOL, channel between two ledgers.

use dcep_crypto::hashes::Hash;
use dcep_crypto::merkle::{leaf_hash, root_from_path};
use dcep_messages::commands::channel::{Ack, Credit};
use dcep_messages::crossings::{Content, Message, Payment, Returned, decode_message, digest_of};
use dcep_messages::headers::{Header, decode_signed_header};
use dcep_messages::layout::Malformed;
use dcep_messages::outcomes::{Sent, decode_outcome};
use dcep_messages::refusals::NotProcessed;

use crate::book::Book;

/// Take the next message of a peer in, and return it; its number is consumed whatever becomes of it.
pub fn credit(book: &mut Book, order: &Credit) -> Result<Message, NotProcessed> {
    let header = decode_signed_header(&order.header.0)?.header;
    require_peer(book, &header)?;
    let message = decode_message(&book.network, &order.message.0)?;
    let ledger = book.ledger;

    // 1.
    let route = (message.source, message.destination);
    if route != (header.ledger, ledger) || !is_proven(order, &message, &header)? {
        return Err(NotProcessed::NotAuthorised);
    }
    let channel = book
        .channels
        .get_mut(&header.ledger)
        .ok_or(NotProcessed::NotAuthorised)?;
    if message.n != channel.next_in() {
        return Err(NotProcessed::OutOfTurn);
    }
    channel.take_in();
    Ok(message)
}

/// 2. Credit a payment from another ledger, or send it back: receiver unknown, closed or over its cap.
pub fn arrive_payment(book: &mut Book, message: &Message, payment: &Payment) {
    let Payment {
        payer,
        amount,
        command,
        day,
        ..
    } = *payment;
    book.take_in(message.source, amount);
    let is_able = |receiver: &_| !book.destination_of(*receiver).cannot_accept(amount);
    match book.customer(payment.receiver).filter(is_able) {
        Some(receiver) => book.credit(receiver, amount),
        None => {
            let returned = Returned {
                payer,
                amount,
                command,
                day,
            };
            book.send(message.source, Content::Returned(returned), amount);
        }
    }
}

/// 2. Take a payment back. It is never returned again; its day, or its year, is given back while it lasts.
pub fn arrive_return(book: &mut Book, message: &Message, returned: &Returned) {
    book.take_in(message.source, returned.amount);
    let payer = book.customer(returned.payer);
    book.give_back(payer, returned.payer, returned.amount, returned.day);
}

/// 3. Forget what the peer has taken in; the payers' money in flight has arrived or come back.
pub fn ack(book: &mut Book, order: &Ack) -> Result<(), NotProcessed> {
    let header = decode_signed_header(&order.header.0)?.header;
    require_peer(book, &header)?;
    let flow = header.flow(book.ledger).ok_or(NotProcessed::NotAuthorised)?;
    let channel = book
        .channels
        .get_mut(&header.ledger)
        .ok_or(NotProcessed::NotAuthorised)?;
    let is_news = channel.acked < flow.received && flow.received <= channel.sent;
    if !is_news || flow.sent > channel.received {
        return Err(NotProcessed::OutOfTurn);
    }

    let pruned = channel.prune(flow.received);
    (channel.peer_board, channel.peer_workers, channel.peer_rules) = (header.board, header.workers, header.rules);
    for data in pruned {
        if let Content::Payment(payment) = decode_message(&book.network, &data)?.content {
            book.land(payment.payer, payment.amount);
        }
    }
    Ok(())
}

/// Require that one of the workers in force of another ledger of this network has signed the header.
fn require_peer(book: &Book, header: &Header) -> Result<(), NotProcessed> {
    let is_of_a_peer = book.channels.contains_key(&header.ledger)
        && header.network == book.network
        && book.is_worker(header.ledger, &header.worker);
    is_of_a_peer.then_some(()).ok_or(NotProcessed::NotAuthorised)
}

/// Return whether the leaf names the message and its path leads to the header's root.
fn is_proven(order: &Credit, message: &Message, header: &Header) -> Result<bool, Malformed> {
    let sent = Sent {
        to: message.destination,
        n: message.n,
        digest: digest_of(&order.message.0),
    };
    let outcome = decode_outcome(&order.outcome.0)?;
    // An outcome has one encoding: the bytes that came are the leaf's.
    let start: Hash = leaf_hash(&[&order.command[..], &order.outcome.0].concat());
    let root = root_from_path(start, order.index.into(), header.count.into(), &order.path);
    Ok(outcome.sent.contains(&sent) && root == Some(header.outcomes_root))
}
