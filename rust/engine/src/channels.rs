//! A channel to a peer ledger: dense counters, and what was sent until the peer has acknowledged it.
//!
//! Source: PROTOCOL, channel between two ledgers.

use std::collections::VecDeque;

use dcep_messages::ids::LedgerId;
use dcep_messages::layout::{Number, Sum, Version};
use dcep_messages::money::Fen;

/// Counters of one peer. `outbound` holds the bytes of messages acked + 1 to sent, in this order.
///
/// `peer_board`, `peer_workers`, `peer_rules` are the versions that the peer's last acknowledgement showed.
#[derive(Debug)]
#[allow(missing_docs, reason = "said above")]
pub struct Channel {
    pub peer: LedgerId,
    pub sent: Number,
    pub sent_fen: Sum,
    pub received: Number,
    pub received_fen: Sum,
    pub acked: Number,
    pub outbound: VecDeque<Vec<u8>>,
    pub peer_board: Version,
    pub peer_workers: Version,
    pub peer_rules: Version,
}

impl Channel {
    /// Begin a channel.
    #[must_use]
    pub fn new(peer: LedgerId) -> Self {
        Self {
            peer,
            sent: 0,
            sent_fen: 0,
            received: 0,
            received_fen: 0,
            acked: 0,
            outbound: VecDeque::new(),
            peer_board: 1,
            peer_workers: 1,
            peer_rules: 1,
        }
    }

    /// The number of the next message that may be taken in.
    #[must_use]
    pub fn next_in(&self) -> Number {
        self.received.saturating_add(1)
    }

    /// The number of the next message that will be sent.
    #[must_use]
    pub fn next_out(&self) -> Number {
        self.sent.saturating_add(1)
    }

    /// Send the next message; with it goes this amount.
    pub fn send(&mut self, message: Vec<u8>, amount: Fen) {
        self.sent = self.next_out();
        self.sent_fen = self.sent_fen.saturating_add(Sum::from(amount.0));
        self.outbound.push_back(message);
    }

    /// Consume the next number; money is counted when it is credited.
    pub fn take_in(&mut self) {
        self.received = self.next_in();
    }

    /// Return a message that the peer has not acknowledged.
    #[must_use]
    pub fn outbound(&self, n: Number) -> Option<&[u8]> {
        let place = n.checked_sub(self.acked)?.checked_sub(1)?;
        self.outbound.get(usize::try_from(place).ok()?).map(Vec::as_slice)
    }

    /// Forget the messages that the peer has taken in, and return them.
    pub fn prune(&mut self, upto: Number) -> Vec<Vec<u8>> {
        let count = upto.saturating_sub(self.acked) as usize;
        self.acked = upto;
        self.outbound.drain(..count.min(self.outbound.len())).collect()
    }
}
