//! The state in canonical chunks, and its root: the RFC 6962 root over them.
//!
//! Chunk 0 is the ledger as a whole, 1 its channels, 2 its operators, 3 what few accounts need; then the accounts in
//! opening order, 1,024 a chunk. A snapshot is these chunks; both engines write the same bytes, which
//! docs/reference/log-format.md describes. The tables of tier 1 are empty on a shard.

use std::collections::VecDeque;

use dcep_crypto::merkle;
use dcep_messages::genesis::Genesis;
use dcep_messages::headers::Flow;
use dcep_messages::ids::{CommandId, LedgerId, NetworkId};
use dcep_messages::layout::{Blob, Code, Count, Field, Hash, Malformed, Number, Reader, Sum};
use dcep_messages::policies::Policy;
use dcep_messages::signed::MAX_NUMBER;

use crate::accounts::Account;
use crate::book::{Book, Lock, Operator};
use crate::channels::Channel;
use crate::held::Hold;
use crate::lanes::Window;
use crate::rule_sets::RuleSets;
use crate::shard_time::ShardTime;

const ACCOUNTS_A_CHUNK: usize = 1_024;

type Read = fn(&mut Book, &mut Reader) -> Result<(), Malformed>;

/// Return the root of the whole state.
#[must_use]
pub fn root(book: &Book) -> Hash {
    merkle::root(&chunks(book))
}

/// Return the whole state in canonical bytes.
#[must_use]
pub fn chunks(book: &Book) -> Vec<Vec<u8>> {
    let accounts = book.accounts.chunks(ACCOUNTS_A_CHUNK).map(|accounts| {
        let mut out = Vec::new();
        accounts.iter().for_each(|account| account.write(&mut out));
        out
    });
    [whole(book), channels(book), operators(book), sides(book)]
        .into_iter()
        .chain(accounts)
        .collect()
}

/// Return the book whose chunks these are; Malformed if they are not those of a state of this shard.
pub fn restore(genesis: &Genesis, network: NetworkId, ledger: LedgerId, data: &[&[u8]]) -> Result<Book, Malformed> {
    let [first, second, third, fourth, accounts @ ..] = data else {
        return Err(Malformed::Bytes);
    };
    let mut book = Book::new(genesis, network, ledger);
    for (chunk, read) in [
        (first, read_whole as Read),
        (second, read_channels),
        (third, read_operators),
        (fourth, read_sides),
    ] {
        let mut reader = Reader::new(chunk);
        read(&mut book, &mut reader)?;
        reader.finish()?;
    }
    // A state has one encoding: no row stands out of order, or twice.
    let written = [whole(&book), channels(&book), operators(&book), sides(&book)];
    if written != [first, second, third, fourth].map(|chunk| chunk.to_vec()) {
        return Err(Malformed::Bytes);
    }
    read_accounts(&mut book, accounts)?;
    // Money is held for payers who are here.
    if book.held.rows().any(|(_, hold)| book.account(hold.payer).is_none()) {
        return Err(Malformed::Bytes);
    }
    Ok(book)
}

/// Return the counters of every channel, by peer, as signed headers show them.
#[must_use]
pub fn flows(book: &Book) -> Vec<Flow> {
    let flow = |channel: &Channel| Flow {
        peer: channel.peer,
        sent: channel.sent,
        sent_fen: channel.sent_fen,
        received: channel.received,
        received_fen: channel.received_fen,
    };
    book.channels.values().map(flow).collect()
}

/// Append a count (u32) and the rows.
fn table<R>(rows: impl ExactSizeIterator<Item = R>, out: &mut Vec<u8>, mut row: impl FnMut(R, &mut Vec<u8>)) {
    (rows.len() as Count).write(out);
    rows.for_each(|one| row(one, out));
}

fn read_table(reader: &mut Reader, mut row: impl FnMut(&mut Reader) -> Result<(), Malformed>) -> Result<(), Malformed> {
    (0..Count::read(reader)?).try_for_each(|_| row(reader))
}

/// Refuse rows in a table that only tier 1 fills.
fn read_no_table(reader: &mut Reader) -> Result<(), Malformed> {
    read_table(reader, |_| Err(Malformed::Bytes))
}

// Chunk 0: time, rules, board, workers, totals, the window of the issuing vault's lane.

fn whole(book: &Book) -> Vec<u8> {
    let (mut out, rules) = (Vec::new(), &book.rules);
    book.time.now.write(&mut out);
    book.time.told.write(&mut out);
    rules.version.write(&mut out);
    rules.longest_life.write(&mut out);
    rules.in_force.write(&mut out);
    table(rules.scheduled.iter(), &mut out, Field::write);
    book.board_version.write(&mut out);
    book.board.write(&mut out);
    table(book.workers.iter(), &mut out, |(ledger, (version, keys)), out| {
        ledger.write(out);
        version.write(out);
        table(keys.iter(), out, Field::write);
    });
    // Issued and withdrawn, on tier 1.
    [0, 0, book.total].iter().for_each(|sum: &Sum| sum.write(&mut out));
    book.alarms.write(&mut out);
    book.vault_window.write(&mut out);
    out
}

fn read_whole(book: &mut Book, reader: &mut Reader) -> Result<(), Malformed> {
    let (now, told) = (Field::read(reader)?, Field::read(reader)?);
    book.time = ShardTime::new(now, told);
    let (version, longest_life) = (Field::read(reader)?, Field::read(reader)?);
    book.rules = RuleSets::new(Field::read(reader)?);
    (book.rules.version, book.rules.longest_life) = (version, longest_life);
    read_table(reader, |reader| {
        Field::read(reader).map(|rules| book.rules.scheduled.push(rules))
    })?;
    let board_version = Field::read(reader)?;
    book.set_board(Policy::read(reader)?, board_version);
    book.workers.clear();
    read_table(reader, |reader| {
        let (ledger, version, mut keys) = (Field::read(reader)?, Field::read(reader)?, Vec::new());
        read_table(reader, |reader| Field::read(reader).map(|key| keys.push(key)))?;
        book.workers.insert(ledger, (version, keys));
        Ok(())
    })?;
    let issued_and_withdrawn = (Sum::read(reader)?, Sum::read(reader)?);
    if issued_and_withdrawn != (0, 0) {
        return Err(Malformed::Bytes);
    }
    book.total = Field::read(reader)?;
    book.alarms = Field::read(reader)?;
    book.vault_window = Field::read(reader)?;
    Ok(())
}

// Chunk 1: channels by peer, each with what it has sent and not heard of.

fn channels(book: &Book) -> Vec<u8> {
    let mut out = Vec::new();
    table(book.channels.values(), &mut out, |channel, out| {
        channel.peer.write(out);
        [channel.sent, channel.acked, channel.received]
            .iter()
            .for_each(|n| n.write(out));
        [channel.sent_fen, channel.received_fen]
            .iter()
            .for_each(|fen| fen.write(out));
        [channel.peer_board, channel.peer_workers, channel.peer_rules]
            .iter()
            .for_each(|version| version.write(out));
        for message in &channel.outbound {
            (message.len() as u16).write(out);
            out.extend_from_slice(message);
        }
    });
    out
}

/// Every peer of the genesis has a channel, and nobody else.
fn read_channels(book: &mut Book, reader: &mut Reader) -> Result<(), Malformed> {
    let peers = std::mem::take(&mut book.channels);
    read_table(reader, |reader| {
        let channel = read_channel(reader)?;
        book.channels.insert(channel.peer, channel);
        Ok(())
    })?;
    if !book.channels.keys().eq(peers.keys()) {
        return Err(Malformed::Bytes);
    }
    Ok(())
}

fn read_channel(reader: &mut Reader) -> Result<Channel, Malformed> {
    let peer = Field::read(reader)?;
    let (sent, acked, received) = (Number::read(reader)?, Number::read(reader)?, Number::read(reader)?);
    let (sent_fen, received_fen) = (Sum::read(reader)?, Sum::read(reader)?);
    let (peer_board, peer_workers, peer_rules) = (Field::read(reader)?, Field::read(reader)?, Field::read(reader)?);
    let outbound: VecDeque<Vec<u8>> = (acked..sent)
        .map(|_| Blob::read(reader).map(|message| message.0))
        .collect::<Result<_, _>>()?;
    Ok(Channel {
        peer,
        sent,
        sent_fen,
        received,
        received_fen,
        acked,
        outbound,
        peer_board,
        peer_workers,
        peer_rules,
    })
}

// Chunk 2: operators by (operator, shard), holdings by operator (tier 1), suspense by operator.

fn operators(book: &Book) -> Vec<u8> {
    let mut out = Vec::new();
    table(book.operators.iter(), &mut out, |((operator, shard), seat), out| {
        operator.write(out);
        shard.write(out);
        seat.version.write(out);
        seat.status.write(out);
        seat.registrar.write(out);
        seat.vault.write(out);
    });
    Count::MIN.write(&mut out);
    table(book.suspense.iter(), &mut out, |(operator, amount), out| {
        operator.write(out);
        amount.write(out);
    });
    out
}

fn read_operators(book: &mut Book, reader: &mut Reader) -> Result<(), Malformed> {
    read_table(reader, |reader| {
        let key = (Field::read(reader)?, Field::read(reader)?);
        let (version, status) = (Field::read(reader)?, Field::read(reader)?);
        let (registrar, vault) = (Field::read(reader)?, Field::read(reader)?);
        book.operators.insert(
            key,
            Operator {
                version,
                status,
                registrar,
                vault,
            },
        );
        Ok(())
    })?;
    read_no_table(reader)?;
    read_table(reader, |reader| {
        book.suspense.insert(Field::read(reader)?, Field::read(reader)?);
        Ok(())
    })?;
    Ok(())
}

// Chunk 3: lanes beyond the first, locked money, locks, open allocations (tier 1), orders obeyed (tier 1); open holds,
// if any.

fn sides(book: &Book) -> Vec<u8> {
    let mut out = Vec::new();
    table(book.lanes.iter(), &mut out, |((wallet, lane), window), out| {
        wallet.write(out);
        lane.write(out);
        window.write(out);
    });
    table(book.locked.iter(), &mut out, |(wallet, amount), out| {
        wallet.write(out);
        amount.write(out);
    });
    table(book.locks.iter(), &mut out, |(id, lock), out| {
        id.write(out);
        lock.operator.write(out);
        lock.amount.write(out);
        Code::from(lock.is_spent).write(out);
    });
    [Count::MIN, Count::MIN].iter().for_each(|none| none.write(&mut out));
    // A state without holds has the bytes, and the root, that it had before there were any.
    if !book.held.is_empty() {
        table(book.held.rows(), &mut out, |(id, hold), out| {
            id.write(out);
            hold.write(out);
        });
    }
    out
}

fn read_sides(book: &mut Book, reader: &mut Reader) -> Result<(), Malformed> {
    read_table(reader, |reader| {
        let key = (Field::read(reader)?, Field::read(reader)?);
        book.lanes.insert(key, Field::read(reader)?);
        Ok(())
    })?;
    read_table(reader, |reader| {
        book.locked.insert(Field::read(reader)?, Field::read(reader)?);
        Ok(())
    })?;
    read_table(reader, |reader| {
        let (id, operator, amount) = (Field::read(reader)?, Field::read(reader)?, Field::read(reader)?);
        let is_spent = Code::read(reader)? != 0;
        book.locks.insert(
            id,
            Lock {
                operator,
                amount,
                is_spent,
            },
        );
        Ok(())
    })?;
    read_no_table(reader)?;
    read_no_table(reader)?;
    if reader.is_empty() {
        return Ok(());
    }
    read_table(reader, |reader| {
        book.held.add(CommandId::read(reader)?, Hold::read(reader)?);
        Ok(())
    })
}

// Chunks 4 and up: accounts, 114 bytes each.

fn read_accounts(book: &mut Book, data: &[&[u8]]) -> Result<(), Malformed> {
    book.forget_accounts();
    for (place, chunk) in (1_usize..).zip(data) {
        let (mut reader, before) = (Reader::new(chunk), book.accounts.len());
        while !reader.is_empty() {
            let account = Account::read(&mut reader)?;
            if book.account(account.wallet).is_some() {
                return Err(Malformed::Bytes);
            }
            book.adopt(account);
        }
        let count = book.accounts.len().saturating_sub(before);
        let is_last = place == data.len() && (1..ACCOUNTS_A_CHUNK).contains(&count);
        if count != ACCOUNTS_A_CHUNK && !is_last {
            return Err(Malformed::Bytes);
        }
    }
    Ok(())
}

impl Field for Account {
    fn write(&self, out: &mut Vec<u8>) {
        self.wallet.write(out);
        self.policy.write(out);
        self.epoch.write(out);
        self.wallet_class.write(out);
        self.flags.write(out);
        self.standing.write(out);
        self.balance.write(out);
        self.window().write(out);
        self.day.write(out);
        self.spent_day.write(out);
        self.year.write(out);
        self.spent_year.write(out);
        self.in_flight.write(out);
    }

    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        let (wallet, policy) = (Field::read(reader)?, Field::read(reader)?);
        let epoch = Field::read(reader)?;
        let mut account = Self::new(wallet, Field::read(reader)?, policy);
        account.epoch = epoch;
        account.flags = Field::read(reader)?;
        account.standing = Field::read(reader)?;
        account.balance = Field::read(reader)?;
        account.set_window(Field::read(reader)?);
        account.day = Field::read(reader)?;
        account.spent_day = Field::read(reader)?;
        account.year = Field::read(reader)?;
        account.spent_year = Field::read(reader)?;
        account.in_flight = Field::read(reader)?;
        Ok(account)
    }
}

impl Field for Hold {
    fn write(&self, out: &mut Vec<u8>) {
        self.payer.write(out);
        self.receiver.write(out);
        self.amount.write(out);
        self.captured.write(out);
        self.until.write(out);
        self.day.write(out);
        self.capture_if.write(out);
        self.release_if.write(out);
    }

    /// A hold of which nothing is left is over.
    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        let hold = Self {
            payer: Field::read(reader)?,
            receiver: Field::read(reader)?,
            amount: Field::read(reader)?,
            captured: Field::read(reader)?,
            until: Field::read(reader)?,
            day: Field::read(reader)?,
            capture_if: Field::read(reader)?,
            release_if: Field::read(reader)?,
        };
        if hold.captured >= hold.amount {
            return Err(Malformed::Bytes);
        }
        Ok(hold)
    }
}

impl Field for Window {
    fn write(&self, out: &mut Vec<u8>) {
        self.high.write(out);
        self.used.write(out);
        self.settled.write(out);
    }

    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        let high = Field::read(reader)?;
        if high > MAX_NUMBER {
            return Err(Malformed::Bytes);
        }
        Ok(Self {
            high,
            used: Field::read(reader)?,
            settled: Field::read(reader)?,
        })
    }
}
