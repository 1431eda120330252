//! What an engine says of a ledger, to the worker, the audit and the tests.

use dcep_messages::clock::UnixMs;
use dcep_messages::headers::Flow;
use dcep_messages::ids::WalletId;
use dcep_messages::layout::{Code, Epoch, Hash, Number, Sum, Version};
use dcep_messages::money::Fen;

use crate::lanes::Window;

/// A frame that counts: its commands, their ids (32 bytes each), their outcomes, and the RFC 6962 root over both.
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Applied {
    pub count: usize,
    pub ids: Vec<u8>,
    pub outcomes: Vec<u8>,
    pub root: Hash,
}

/// What a signed header says of the state: folded time, money, the vault lane's window, versions in force, flows;
/// and how far the rules in force let a frame be ahead of tier 1.
#[derive(Debug)]
#[allow(missing_docs, reason = "said above")]
pub struct Standing {
    pub now: UnixMs,
    pub told: UnixMs,
    pub total: Sum,
    pub vault_high: Number,
    pub vault_used: u64,
    pub board: Version,
    pub workers: Version,
    pub rules: Version,
    pub clock_bound: UnixMs,
    pub flows: Vec<Flow>,
}

/// Where the money of a ledger is, fen, counted account by account.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "said above")]
pub struct Sums {
    pub wallets: Sum,
    pub vaults: Sum,
    pub issuing_vault: Sum,
    pub locked: Sum,
    pub suspense: Sum,
    pub alarms: u64,
}

/// An account as it stands, for those who ask.
#[derive(Debug)]
#[allow(missing_docs, reason = "said above")]
pub struct AccountView {
    pub wallet: WalletId,
    pub wallet_class: Code,
    pub balance: Fen,
    pub locked: Fen,
    pub in_flight: Fen,
    pub spent_today: Fen,
    pub spent_this_year: Fen,
    pub epoch: Epoch,
    pub standing: Version,
    pub frozen_to_pay: bool,
    pub frozen_to_receive: bool,
    pub closed: bool,
    pub window: Window,
}
