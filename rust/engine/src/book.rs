//! The book: the whole state of one ledger, and the writes that chapters may make. A write here must succeed.
//!
//! Money moves only in these words, which keep `total` = balances + locked + held + suspense:
//!     credit, debit (within the ledger: always in pairs), deliver, `take_in`, `give_back` (channels).

use std::collections::BTreeMap;

use dcep_messages::classes::WalletClass;
use dcep_messages::clock::{Day, UnixMs, year_of};
use dcep_messages::crossings::{Content, Message, Payment, digest_of, encode_message};
use dcep_messages::genesis::{Genesis, supervision_wallet};
use dcep_messages::ids::{
    CommandId, LedgerId, NetworkId, OperatorId, PolicyHash, WalletId, home_of, is_wallet_id, operator_of,
};
use dcep_messages::layout::{Code, Key, Lane, LockId, Number, Sum, Version};
use dcep_messages::money::{Fen, sum};
use dcep_messages::outcomes::Sent;
use dcep_messages::policies::{Policy, policy_hash};
use dcep_messages::signed::{Command, Prefix, prefix};

use crate::accounts::Account;
use crate::channels::Channel;
use crate::held::Held;
use crate::index::{Index, Slot};
use crate::lanes::Window;
use crate::rule_sets::{Limits, RuleSets};
use crate::shard_time::ShardTime;

/// An operator on a shard: its version, its status, its two accounts there.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "said above")]
pub struct Operator {
    pub version: Version,
    pub status: Code,
    pub registrar: WalletId,
    pub vault: WalletId,
}

/// Reserves locked under an id, once; `is_spent` when the money issued against them was allocated.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "said above")]
pub struct Lock {
    pub operator: OperatorId,
    pub amount: Fen,
    pub is_spent: bool,
}

/// Where money is to arrive: an account here, or the channel to the ledger where the receiver lives.
#[derive(Clone, Copy, Debug)]
pub enum Destination {
    /// An account of this ledger, with what decides whether it accepts.
    Here {
        /// The account.
        slot: Slot,
        /// Whether it is closed.
        is_closed: bool,
        /// What it holds, locked money included.
        held: u128,
        /// The most that it may hold.
        cap: Fen,
    },
    /// A wallet of another ledger.
    Elsewhere(WalletId, LedgerId),
}

impl Destination {
    /// Return whether the receiver is closed, or the amount would lift it over its cap. A channel never refuses.
    #[must_use]
    pub fn cannot_accept(&self, amount: Fen) -> bool {
        match self {
            Destination::Here {
                is_closed, held, cap, ..
            } => *is_closed || held.saturating_add(u128::from(amount.0)) > u128::from(cap.0),
            Destination::Elsewhere(..) => false,
        }
    }
}

/// The state of one ledger of a network.
#[derive(Debug)]
#[allow(missing_docs, reason = "the words of PROTOCOL")]
pub struct Book {
    pub ledger: LedgerId,
    pub network: NetworkId,
    pub prefix: Prefix,
    pub shards: u8,
    pub time: ShardTime,
    pub rules: RuleSets,
    pub members_hash: PolicyHash,
    pub board: Policy,
    pub board_hash: PolicyHash,
    pub board_version: Version,
    pub workers: BTreeMap<LedgerId, (Version, Vec<Key>)>,
    pub accounts: Vec<Account>,
    index: Index,
    pub lanes: BTreeMap<(WalletId, Lane), Window>,
    pub locked: BTreeMap<WalletId, Fen>,
    pub held: Held,
    pub suspense: BTreeMap<OperatorId, Sum>,
    pub channels: BTreeMap<LedgerId, Channel>,
    pub operators: BTreeMap<(OperatorId, LedgerId), Operator>,
    pub locks: BTreeMap<LockId, Lock>,
    pub vault_window: Window,
    pub total: Sum,
    pub alarms: u64,
    /// The command that is being judged.
    pub at_hand: CommandId,
    /// What it has sent so far.
    pub sent: Vec<Sent>,
}

impl Book {
    /// Return the state of a shard before its first frame.
    #[must_use]
    pub fn new(genesis: &Genesis, network: NetworkId, ledger: LedgerId) -> Self {
        let peers = genesis.ledgers().map(|(peer, _)| peer).filter(|peer| *peer != ledger);
        let mut book = Self {
            ledger,
            network,
            prefix: prefix(&network),
            shards: genesis.shards(),
            time: ShardTime::new(0, 0),
            rules: RuleSets::new(genesis.rules.clone()),
            members_hash: policy_hash(&genesis.members),
            board: genesis.board.clone(),
            board_hash: policy_hash(&genesis.board),
            board_version: 1,
            workers: genesis
                .ledgers()
                .map(|(peer, worker)| (peer, (1, vec![worker])))
                .collect(),
            accounts: Vec::new(),
            index: Index::default(),
            lanes: BTreeMap::new(),
            locked: BTreeMap::new(),
            held: Held::default(),
            suspense: BTreeMap::new(),
            channels: peers.map(|peer| (peer, Channel::new(peer))).collect(),
            operators: BTreeMap::new(),
            locks: BTreeMap::new(),
            vault_window: Window::default(),
            total: 0,
            alarms: 0,
            at_hand: CommandId::default(),
            sent: Vec::new(),
        };
        let supervision = policy_hash(&genesis.supervision);
        book.open_account(
            supervision_wallet(ledger),
            WalletClass::Supervision as Code,
            supervision,
        );
        book
    }
}

/// What chapters ask.
impl Book {
    /// Return the folded time.
    #[must_use]
    pub fn now(&self) -> UnixMs {
        self.time.now
    }

    /// Return its Shanghai day.
    #[must_use]
    pub fn today(&self) -> Day {
        self.time.today
    }

    /// Return its year.
    #[must_use]
    pub fn year(&self) -> u32 {
        self.time.year
    }

    /// Return the account in a slot.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "only this book makes slots, and accounts are never removed"
    )]
    pub fn at(&self, slot: Slot) -> &Account {
        &self.accounts[slot.0 as usize]
    }

    /// Return the account in a slot, to write.
    #[expect(
        clippy::indexing_slicing,
        reason = "only this book makes slots, and accounts are never removed"
    )]
    pub fn at_mut(&mut self, slot: Slot) -> &mut Account {
        &mut self.accounts[slot.0 as usize]
    }

    /// Return the account of this number on this ledger, whatever its class.
    #[must_use]
    pub fn account(&self, wallet: WalletId) -> Option<Slot> {
        self.index.find(wallet, &self.accounts)
    }

    /// Load the accounts of these wallets, and nothing else.
    ///
    /// Among a million accounts a command would wait for memory four times, one wait behind the other. Here the waits
    /// of many commands lie side by side.
    pub fn bring_near(&self, wallets: impl Iterator<Item = WalletId>) {
        let slots: Vec<Slot> = wallets.filter_map(|wallet| self.index.guess(wallet)).collect();
        let accounts = slots.iter().filter_map(|slot| self.accounts.get(slot.0 as usize));
        std::hint::black_box(accounts.fold(0, |seen, account| seen ^ account.touch()));
    }

    /// Return the customer's account of this number on this ledger.
    #[must_use]
    pub fn customer(&self, wallet: WalletId) -> Option<Slot> {
        self.account(wallet).filter(|slot| self.at(*slot).is_customer())
    }

    /// Return the limits of an account's class.
    #[must_use]
    pub fn limits_of(&self, account: &Account) -> Limits {
        self.rules.limits_of(account.wallet_class)
    }

    /// Return the money that a freeze keeps locked.
    #[must_use]
    pub fn locked_of(&self, account: &Account) -> Fen {
        self.locked.get(&account.wallet).copied().unwrap_or_default()
    }

    /// Return where money for this customer arrives; None if nobody can be there.
    #[must_use]
    pub fn destination(&self, wallet: WalletId) -> Option<Destination> {
        let home = home_of(wallet, self.shards);
        if home != self.ledger {
            return Some(Destination::Elsewhere(wallet, home));
        }
        self.customer(wallet).map(|slot| self.destination_of(slot))
    }

    /// Return an account of this ledger as the place where money arrives.
    #[must_use]
    pub fn destination_of(&self, slot: Slot) -> Destination {
        let account = self.at(slot);
        Destination::Here {
            slot,
            is_closed: account.is_closed(),
            held: sum([account.balance, self.locked_of(account)]),
            cap: self.limits_of(account).cap.unwrap_or(Fen::MAX),
        }
    }

    /// Return an operator on a shard.
    #[must_use]
    pub fn operator_on(&self, operator: OperatorId, shard: LedgerId) -> Option<Operator> {
        self.operators.get(&(operator, shard)).copied()
    }

    /// Return the operator on this shard to which an account belongs.
    #[must_use]
    pub fn operator_of(&self, account: &Account) -> Option<Operator> {
        self.operator_on(operator_of(account.wallet), self.ledger)
    }

    /// Return whether an officers' order that was brought here names the board in force at this place.
    #[must_use]
    pub fn is_signed_by_board(&self, order: &Command) -> bool {
        order.body.epoch == self.board_version && order.policy_hash() == self.board_hash
    }

    /// Return whether the key is on the list in force for a ledger.
    #[must_use]
    pub fn is_worker(&self, ledger: LedgerId, key: &Key) -> bool {
        self.workers.get(&ledger).is_some_and(|(_, keys)| keys.contains(key))
    }
}

/// Numbers.
impl Book {
    /// Return the window of a lane; a lane that was never used has a fresh one.
    #[must_use]
    pub fn window(&self, account: &Account, lane: Lane) -> Window {
        match lane {
            0 => account.window(),
            _ => self.lanes.get(&(account.wallet, lane)).copied().unwrap_or_default(),
        }
    }

    /// Use an account's number.
    pub fn use_number(&mut self, slot: Slot, lane: Lane, number: Number, settled: bool) {
        if lane == 0 {
            let account = self.at_mut(slot);
            let mut window = account.window();
            window.mark_used(number, settled);
            account.set_window(window);
        } else {
            let window = self.lanes.entry((self.at(slot).wallet, lane)).or_default();
            window.mark_used(number, settled);
        }
    }
}

/// Accounts and authority.
impl Book {
    /// Open an account that is empty.
    pub fn open_account(&mut self, wallet: WalletId, wallet_class: Code, policy: PolicyHash) {
        self.adopt(Account::new(wallet, wallet_class, policy));
    }

    /// Take an account over, in opening order.
    pub fn adopt(&mut self, account: Account) {
        self.accounts.push(account);
        self.index.add(&self.accounts);
    }

    /// Drop the accounts of the genesis, before those of a snapshot are adopted.
    pub fn forget_accounts(&mut self) {
        self.accounts.clear();
        self.index = Index::default();
    }

    /// Put a board in force.
    pub fn set_board(&mut self, board: Policy, version: Version) {
        self.board_hash = policy_hash(&board);
        (self.board, self.board_version) = (board, version);
    }
}

/// Money within the ledger.
impl Book {
    /// Debit an account.
    pub fn debit(&mut self, slot: Slot, amount: Fen) {
        let account = self.at_mut(slot);
        account.balance = account.balance.minus(amount);
    }

    /// Credit an account; while it is frozen for receiving the money is locked, and nobody is tipped off.
    pub fn credit(&mut self, slot: Slot, amount: Fen) {
        let account = self.at_mut(slot);
        if account.is_frozen_to_receive() {
            let wallet = account.wallet;
            let locked = self.locked.entry(wallet).or_default();
            *locked = locked.plus(amount);
        } else {
            account.balance = account.balance.plus(amount);
        }
    }

    /// Let locked money go back to the balance.
    pub fn free_locked(&mut self, slot: Slot) {
        let wallet = self.at(slot).wallet;
        let locked = self.locked.remove(&wallet).unwrap_or_default();
        let account = self.at_mut(slot);
        account.balance = account.balance.plus(locked);
    }

    /// Debit a payment and count it into the payer's day and year.
    pub fn spend(&mut self, slot: Slot, amount: Fen) {
        let (today, year) = (self.today(), self.year());
        let payer = self.at_mut(slot);
        payer.balance = payer.balance.minus(amount);
        payer.count_spending(amount, today, year);
    }

    /// Bring money that was spent on a day to its receiver, or on its way.
    pub fn deliver(&mut self, payer: Slot, receiver: Destination, amount: Fen, day: Day) {
        match receiver {
            Destination::Here { slot, .. } => self.credit(slot, amount),
            Destination::Elsewhere(receiver, ledger) => {
                let command = self.at_hand;
                let payer = self.at_mut(payer);
                // Money that went round and is not acknowledged yet counts each time it left: the count may fill up.
                payer.in_flight = payer.in_flight.plus(amount);
                let payer = payer.wallet;
                let payment = Payment {
                    payer,
                    receiver,
                    amount,
                    command,
                    day,
                };
                self.send(ledger, Content::Payment(payment), amount);
            }
        }
    }
}

/// Money between ledgers.
impl Book {
    /// Put a message into the channel to a peer; with it `amount` leaves this ledger. Every ledger has a channel.
    pub fn send(&mut self, peer: LedgerId, content: Content, amount: Fen) {
        let Some(channel) = self.channels.get_mut(&peer) else {
            return;
        };
        let message = Message {
            source: self.ledger,
            destination: peer,
            n: channel.next_out(),
            content,
        };
        let data = encode_message(&self.network, &message);
        self.sent.push(Sent {
            to: peer,
            n: message.n,
            digest: digest_of(&data),
        });
        channel.send(data, amount);
        self.total = self.total.saturating_sub(Sum::from(amount.0));
    }

    /// Count money that a message brought; the caller credits it.
    pub fn take_in(&mut self, peer: LedgerId, amount: Fen) {
        let amount = Sum::from(amount.0);
        if let Some(channel) = self.channels.get_mut(&peer) {
            channel.received_fen = channel.received_fen.saturating_add(amount);
        }
        self.total = self.total.saturating_add(amount);
    }

    /// Take a returned payment: always, over the cap and frozen too.
    ///
    /// For a closed account it goes into its operator's suspense, with an alarm: that cannot happen while `close` is
    /// right.
    pub fn give_back(&mut self, payer: Option<Slot>, wallet: WalletId, amount: Fen, day: Day) {
        let is_able = |slot: &Slot| {
            let account = self.at(*slot);
            let held = sum([account.balance, self.locked_of(account), amount]);
            !account.is_closed() && held <= u128::from(Fen::MAX.0)
        };
        let Some(slot) = payer.filter(is_able) else {
            // A peer's worker may bring any number; what is no wallet id belongs to no operator.
            let operator = if is_wallet_id(wallet) {
                operator_of(wallet)
            } else {
                OperatorId(0)
            };
            let suspense = self.suspense.entry(operator).or_default();
            *suspense = suspense.saturating_add(Sum::from(amount.0));
            self.alarms = self.alarms.saturating_add(1);
            return;
        };
        self.credit(slot, amount);
        self.at_mut(slot).give_spending_back(amount, day, year_of(day));
    }

    /// Take a payment that has arrived or come back out of the payer's money in flight.
    pub fn land(&mut self, wallet: WalletId, amount: Fen) {
        if let Some(slot) = self.account(wallet) {
            let payer = self.at_mut(slot);
            payer.in_flight = payer.in_flight.minus(amount);
        }
    }
}
