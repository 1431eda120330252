//! The Rust engine behind the face that it shares with its Python twin.

use dcep_crypto::merkle::{leaf_hash, root_of_hashes};
use dcep_messages::classes::WalletClass;
use dcep_messages::clock::UnixMs;
use dcep_messages::frames::split;
use dcep_messages::genesis::{decode_genesis, network_of};
use dcep_messages::ids::{LedgerId, WalletId};
use dcep_messages::layout::{Field, Hash, Key, Lane, Malformed, Number, Sum};
use dcep_messages::money::Fen;
use dcep_messages::outcomes::{Outcome, not_processed};
use dcep_messages::refusals::NotProcessed;
use dcep_messages::signed::decode_record;

use crate::accounts::Account;
use crate::admissibility::{Unjudged, hear};
use crate::apply::{apply_frame, is_law_here};
use crate::book::Book;
use crate::lanes::Window;
use crate::roots;
use crate::standing::{AccountView, Applied, Standing, Sums};

/// One retail shard, judged by the statute.
#[derive(Debug)]
pub struct Engine {
    book: Book,
}

impl Engine {
    /// Stand before the first frame of a shard, or at a snapshot's chunks.
    ///
    /// Malformed: not a genesis, no retail shard of it, or not the chunks of a state of this shard.
    pub fn new(genesis: &[u8], ledger: LedgerId, chunks: Option<&[&[u8]]>) -> Result<Self, Malformed> {
        let (known, network) = (decode_genesis(genesis)?, network_of(genesis));
        if ledger.0 >= u16::from(known.shards()) {
            return Err(Malformed::Bytes);
        }
        let book = match chunks {
            None => Book::new(&known, network, ledger),
            Some(chunks) => roots::restore(&known, network, ledger, chunks)?,
        };
        Ok(Self { book })
    }

    /// Fold a frame whose worker's signature was verified; None if it is skipped.
    pub fn apply(&mut self, worker: &Key, time: UnixMs, body: &[u8]) -> Option<Applied> {
        let (mut ids, mut outcomes, mut leaves) = (Vec::new(), Vec::new(), Vec::new());
        let mut leaf = Vec::new();
        let counts = apply_frame(&mut self.book, worker, time, body, |judged| {
            leaf.clear();
            judged.id.write(&mut leaf);
            ids.extend_from_slice(&judged.id);
            let start = outcomes.len();
            judged.outcome.write(&mut outcomes);
            leaf.extend_from_slice(outcomes.get(start..).unwrap_or_default());
            leaves.push(leaf_hash(&leaf));
        });
        counts.then(|| Applied {
            count: leaves.len(),
            ids,
            outcomes,
            root: root_of_hashes(leaves),
        })
    }

    /// Say of each record in a frame's body what may be answered before the append, None where it must be judged.
    pub fn hear(&self, body: &[u8]) -> Result<Vec<Option<Outcome>>, Malformed> {
        Ok(split(body)?.iter().map(|record| self.hear_one(record)).collect())
    }

    /// What depends on a time or a number that other commands on their way may still change is judged at apply alone.
    fn hear_one(&self, record: &[u8]) -> Option<Outcome> {
        let Ok(command) = decode_record(record) else {
            return Some(not_processed(NotProcessed::Malformed));
        };
        if !is_law_here(command.kind()) {
            return Some(not_processed(NotProcessed::NotAuthorised));
        }
        if !command.kind().is_numbered() {
            return None;
        }
        match hear(&self.book, &command) {
            Ok(_) | Err(Unjudged::Unheard(NotProcessed::LifeTooLong | NotProcessed::TooFar)) => None,
            Err(Unjudged::Unheard(reason)) => Some(not_processed(reason)),
            Err(Unjudged::Answered(outcome)) => Some(outcome),
        }
    }

    /// Return what a header says.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let book = &self.book;
        Standing {
            now: book.now(),
            told: book.time.told,
            total: book.total,
            vault_high: book.vault_window.high,
            vault_used: book.vault_window.used,
            board: book.board_version,
            workers: book
                .workers
                .get(&book.ledger)
                .map(|(version, _)| *version)
                .unwrap_or_default(),
            rules: book.rules.version,
            clock_bound: book.rules.in_force.clock_bound,
            flows: roots::flows(book),
        }
    }

    /// Count the money.
    #[must_use]
    pub fn sums(&self) -> Sums {
        let book = &self.book;
        let balances = |counts: &dyn Fn(&Account) -> bool| -> Sum {
            let counted = book.accounts.iter().filter(|account| counts(account));
            counted.map(|account| Sum::from(account.balance.0)).sum()
        };
        Sums {
            wallets: balances(&Account::is_customer),
            vaults: balances(&|account| account.is_a(WalletClass::Vault)),
            issuing_vault: balances(&|account| account.is_a(WalletClass::IssuingVault)),
            locked: book.locked.values().map(|locked| Sum::from(locked.0)).sum(),
            suspense: book.suspense.values().sum(),
            alarms: book.alarms,
        }
    }

    /// Return an account.
    #[must_use]
    pub fn account(&self, wallet: WalletId) -> Option<AccountView> {
        let book = &self.book;
        let account = book.at(book.account(wallet)?);
        Some(AccountView {
            wallet: account.wallet,
            wallet_class: account.wallet_class,
            balance: account.balance,
            locked: book.locked_of(account),
            in_flight: account.in_flight,
            spent_today: account.spent_on(book.today()),
            spent_this_year: account.spent_in(book.year()),
            epoch: account.epoch,
            standing: account.standing,
            frozen_to_pay: account.is_frozen_to_pay(),
            frozen_to_receive: account.is_frozen_to_receive(),
            closed: account.is_closed(),
            window: account.window(),
        })
    }

    /// Return every account's balance in opening order.
    pub fn balances(&self) -> impl ExactSizeIterator<Item = (WalletId, Fen)> {
        self.book
            .accounts
            .iter()
            .map(|account| (account.wallet, account.balance))
    }

    /// Return the window of a lane; a fresh one where there is none.
    #[must_use]
    pub fn window(&self, wallet: WalletId, lane: Lane) -> Window {
        let slot = self.book.account(wallet);
        slot.map(|slot| self.book.window(self.book.at(slot), lane))
            .unwrap_or_default()
    }

    /// Return a message that the peer has not acknowledged.
    #[must_use]
    pub fn outbound(&self, peer: LedgerId, n: Number) -> Option<&[u8]> {
        self.book.channels.get(&peer)?.outbound(n)
    }

    /// Return how many messages the peer has acknowledged.
    #[must_use]
    pub fn acked(&self, peer: LedgerId) -> Number {
        self.book.channels.get(&peer).map_or(0, |channel| channel.acked)
    }

    /// Return whether frames by this key count now.
    #[must_use]
    pub fn is_worker(&self, key: &Key) -> bool {
        self.book.is_worker(self.book.ledger, key)
    }

    /// Return the whole state in canonical bytes.
    #[must_use]
    pub fn chunks(&self) -> Vec<Vec<u8>> {
        roots::chunks(&self.book)
    }

    /// Return the root of the whole state.
    #[must_use]
    pub fn root(&self) -> Hash {
        roots::root(&self.book)
    }
}
