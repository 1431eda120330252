//! A signed command: body ‖ policy ‖ signatures.
//!
//! Body = "dcmd" ‖ version ‖ network ‖ account ‖ lane and number ‖ expires_at ‖ policy epoch ‖ kind ‖ fields ‖ memo
//! hash. The command id is the SHA-256 of the body alone: a second signature never makes a second command. A frame does
//! not repeat what its header says: a *record* is the wire without its first 21 bytes (tag, version, network).

use dcep_crypto::hashes::tagged;
use dcep_crypto::suites::{PublicKey, Signature, Signed, verify_batch};

use crate::clock::UnixMs;
use crate::ids::{CommandId, NetworkId, PolicyHash, WalletId};
use crate::kinds::{Kind, Order};
use crate::layout::{Code, Epoch, Field, Hash, Lane, Malformed, Number, Reader};
use crate::policies::{Policy, hash_of_bytes};

/// Tag and version.
pub const BEGINNING: [u8; 5] = *b"dcmd\x01";
const PREFIX_SIZE: usize = 4 + 1 + 16;
/// The shortest command: head, no fields, memo hash, an empty policy, no signature.
pub const MIN_RECORD: usize = KIND_AT + 1 + 32 + 2;
/// The longest, in bytes without tag, version and network.
pub const MAX_RECORD: usize = 16_384 - PREFIX_SIZE;
/// The highest number of a lane.
pub const MAX_NUMBER: Number = (1 << NUMBER_BITS) - 1;
const NUMBER_BITS: u32 = 48;
/// Account, lane and number, expiry and epoch stand before it.
const KIND_AT: usize = 8 + 8 + 8 + 4;
/// Where the fields of a kind begin in a record.
pub const FIELDS_AT: usize = KIND_AT + 1;
/// The number of a key, and its signature.
const SIGNATURE_SIZE: usize = 1 + 64;

/// What every body of a network begins with.
pub type Prefix = [u8; PREFIX_SIZE];

/// What is signed, apart from tag, version, network and memo.
///
/// Account, lane, number, `expires_at` and epoch are all zero in commands that carry no account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Body {
    pub account: WalletId,
    pub lane: Lane,
    pub number: Number,
    pub expires_at: UnixMs,
    pub epoch: Epoch,
    pub order: Order,
}

/// A decoded command; `body_bytes` are those of the body behind its prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Command<'a> {
    pub body: Body,
    pub policy: Policy,
    pub body_bytes: &'a [u8],
    policy_bytes: &'a [u8],
    signatures: &'a [[u8; SIGNATURE_SIZE]],
}

impl Command<'_> {
    /// Return the command's line in the table.
    #[must_use]
    pub fn kind(&self) -> &'static Kind {
        self.body.order.kind()
    }

    /// Return the command's identity: SHA-256 of its body.
    #[must_use]
    pub fn id(&self, prefix: &Prefix) -> CommandId {
        command_id(prefix, self.body_bytes)
    }

    /// Return the hash of the policy that the command shows.
    #[must_use]
    pub fn policy_hash(&self) -> PolicyHash {
        hash_of_bytes(self.policy_bytes)
    }

    /// Return whether enough keys have signed, if each of their signatures holds.
    #[must_use]
    pub fn is_satisfied(&self) -> bool {
        let numbers = self
            .signatures
            .iter()
            .map(|[number, ..]| 1_u32.unbounded_shl(u32::from(*number)));
        self.policy.is_satisfied_by(numbers.fold(0, |signed, bit| signed | bit))
    }

    /// Return the signatures that stand on the command, each with its key.
    pub fn signatures(&self) -> impl Iterator<Item = (PublicKey, Signature)> {
        let keys = self.policy.keys();
        self.signatures
            .iter()
            .filter_map(move |[number, signature @ ..]| keys.get(usize::from(*number)).map(|key| (*key, *signature)))
    }

    /// Return whether enough keys have signed and each of their signatures holds.
    #[must_use]
    pub fn signatures_hold(&self, prefix: &Prefix) -> bool {
        let message = [prefix, self.body_bytes].concat();
        let signed = self.signatures().map(|(key, signature)| Signed {
            key,
            message: &message,
            signature,
        });
        self.is_satisfied() && verify_batch(&signed.collect::<Vec<_>>()).is_empty()
    }
}

/// Return what every body of a network begins with.
#[must_use]
pub fn prefix(network: &NetworkId) -> Prefix {
    let mut prefix = [0; PREFIX_SIZE];
    let bytes = BEGINNING.iter().chain(network);
    prefix.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    prefix
}

/// Return the identity of the command with this body behind its prefix.
#[must_use]
pub fn command_id(prefix: &Prefix, body_bytes: &[u8]) -> CommandId {
    tagged(prefix, &[body_bytes])
}

/// Return the command with this wire.
pub fn decode<'a>(wire: &'a [u8], network: &NetworkId) -> Result<Command<'a>, Malformed> {
    let mut reader = Reader::new(wire);
    if reader.array()? != BEGINNING {
        return Err(Malformed::Bytes);
    }
    if reader.array()? != *network {
        return Err(Malformed::Network);
    }
    decode_record(reader.rest())
}

/// Return the command of which a frame holds this record.
pub fn decode_record(record: &[u8]) -> Result<Command<'_>, Malformed> {
    if record.len() > MAX_RECORD {
        return Err(Malformed::Bytes);
    }
    let mut reader = Reader::new(record);
    let account = Field::read(&mut reader)?;
    let lane_and_number = u64::read(&mut reader)?;
    let (lane, number) = ((lane_and_number >> NUMBER_BITS) as Lane, lane_and_number & MAX_NUMBER);
    let (expires_at, epoch) = (Field::read(&mut reader)?, Field::read(&mut reader)?);
    let kind = Code::read(&mut reader)?;
    let order = Order::read(kind, &mut reader)?;
    let _memo = Hash::read(&mut reader)?;
    let body_bytes = reader.cut();
    let policy = Policy::read(&mut reader)?;
    let policy_bytes = reader.cut();
    let signatures = read_signatures(&mut reader)?;
    reader.finish()?;
    let body = Body {
        account,
        lane,
        number,
        expires_at,
        epoch,
        order,
    };
    let command = Command {
        body,
        policy,
        body_bytes,
        policy_bytes,
        signatures,
    };
    check_shape(&command)?;
    Ok(command)
}

/// Return the number of a record's kind, if it is long enough to have one.
#[must_use]
pub fn kind_of(record: &[u8]) -> Option<Code> {
    record.get(KIND_AT).copied()
}

fn read_signatures<'a>(reader: &mut Reader<'a>) -> Result<&'a [[u8; SIGNATURE_SIZE]], Malformed> {
    let count = usize::from(u8::read(reader)?);
    Ok(reader.take(count.saturating_mul(SIGNATURE_SIZE))?.as_chunks().0)
}

fn check_shape(command: &Command) -> Result<(), Malformed> {
    let Command {
        body,
        policy,
        signatures,
        ..
    } = command;
    let numbers = signatures.iter().map(|[number, ..]| *number);
    let has_strangers = numbers.clone().any(|number| usize::from(number) >= policy.key_count());
    let is_nobody = *policy == Policy::Nobody;
    let has_account =
        body.account != WalletId(0) || (body.lane, body.number, body.expires_at, body.epoch) != (0, 0, 0, 0);
    let is_well_shaped = match command.kind().is_numbered() {
        true => !is_nobody,
        // A tick is signed, a proof is not.
        false => !has_account && is_nobody != matches!(body.order, Order::Tick(_)),
    };
    if has_strangers || !numbers.is_sorted_by(|earlier, later| earlier < later) || !is_well_shaped {
        return Err(Malformed::Bytes);
    }
    Ok(())
}
