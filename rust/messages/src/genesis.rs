//! The genesis of a network: what everybody knows before the first frame. The network id is the start of its hash.

use dcep_crypto::hashes::sha256;

use crate::classes::CUSTOMER_CLASSES;
use crate::commands::governance::Rules;
use crate::ids::{LedgerId, NetworkId, OperatorId, TIER1, WalletId, wallet_id};
use crate::layout::{Code, Field, Hash, Key, Malformed, Reader};
use crate::policies::Policy;
use crate::record;

/// Tag and version.
const BEGINNING: [u8; 5] = *b"dgen\x01";
/// The central bank's own accounts carry the operator number 900, which no operator may have.
pub const CENTRAL_BANK: OperatorId = OperatorId(900);
const SUPERVISION_SERIAL: u64 = 1_000_000;

record! {
    /// Version 1 of board, rules and worker lists; `simulated_time` is 1 where a clock from outside is accepted.
    ///
    /// `board` is the officers' board, `supervision` the supervision board, `members` the policy that signs ticks,
    /// `tier1_worker` and `shard_workers` the first worker key of each ledger.
    Genesis {
        random: Hash,
        simulated_time: Code,
        board: Policy,
        supervision: Policy,
        members: Policy,
        rules: Rules,
        tier1_worker: Key,
        shard_workers: Vec<Key>,
    }
}

impl Genesis {
    /// How many retail shards there are, 1..255.
    #[must_use]
    pub fn shards(&self) -> u8 {
        self.shard_workers.len() as u8
    }

    /// Return every ledger of the network with its first worker key, shards first.
    pub fn ledgers(&self) -> impl Iterator<Item = (LedgerId, Key)> {
        let shards = (0_u16..).zip(&self.shard_workers);
        let shards = shards.map(|(number, worker)| (LedgerId(number), *worker));
        shards.chain([(TIER1, self.tier1_worker)])
    }
}

/// Return the account of the supervision board on a ledger; each ledger has its own, so no order fits two.
#[must_use]
pub fn supervision_wallet(ledger: LedgerId) -> WalletId {
    let serial = SUPERVISION_SERIAL.saturating_add(u64::from(ledger.0));
    wallet_id(CENTRAL_BANK, serial).unwrap_or_default()
}

/// Return the genesis with these bytes; Malformed if there is none of this version, or one without a shard or with rules
/// that do not name each class.
pub fn decode_genesis(data: &[u8]) -> Result<Genesis, Malformed> {
    let mut reader = Reader::new(data);
    if reader.array()? != BEGINNING {
        return Err(Malformed::Bytes);
    }
    let genesis = Genesis::read(&mut reader)?;
    reader.finish()?;
    if genesis.shard_workers.is_empty() || genesis.rules.classes.len() != CUSTOMER_CLASSES {
        return Err(Malformed::Bytes);
    }
    Ok(genesis)
}

/// Return the id of the network with this genesis.
#[must_use]
pub fn network_of(genesis: &[u8]) -> NetworkId {
    let (mut network, hash) = (NetworkId::default(), sha256(genesis));
    network.iter_mut().zip(hash).for_each(|(byte, first)| *byte = first);
    network
}
