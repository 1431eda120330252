//! Conditions: when held money may move. They are trees like policies, and as canonical.
//!
//! Evidence is what a capture or a release brings along to meet one: signatures of others, and secrets. A co-signature
//! is over network, hold, verb, amount and what was captured before, so it counts once, there, and for nothing else.

use std::collections::BTreeSet;

use dcep_crypto::hashes::sha256;
use dcep_crypto::suites::{Signature, Signed, verify_batch};

use crate::clock::UnixMs;
use crate::ids::{CommandId, NetworkId, PolicyHash, WalletId};
use crate::layout::{Code, Field, Hash, Malformed, Reader};
use crate::money::Fen;
use crate::policies::Policy;

const TAG: &[u8] = b"dhld";
const MAX_DEPTH: u8 = 8;
/// Both conditions of a hold stand in the state for as long as it is open.
const MAX_SIZE: usize = 512;
const MAX_PARTS: u8 = 32;
/// The ledger verifies them at the command's place, one command after the other.
const MAX_COSIGNATURES: usize = 8;
const MAX_PREIMAGES: usize = 8;

/// What a co-signature agrees to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Verb {
    Capture = 1,
    Release = 2,
}

/// When held money may move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// An account of this ledger gives the command, or has co-signed under the policy that guards it now.
    SignedByAccount(WalletId),
    /// At least `needed` of the conditions below; any = 1, all = their count.
    AtLeast {
        /// How many.
        needed: u8,
        /// Of these.
        of: Vec<Condition>,
    },
    /// The policy with this hash has co-signed; a key is the policy of one key.
    SignedByPolicy(PolicyHash),
    /// The ledger's folded time has not reached this one.
    Before(UnixMs),
    /// The ledger's folded time has reached this one.
    After(UnixMs),
    /// 32 bytes are shown of which this is the SHA-256: no tag, for other systems hash their secrets so as well.
    Preimage(Hash),
}

impl Condition {
    /// Return whether the condition is met, if `holds` says it of each leaf.
    pub fn is_met(&self, holds: &impl Fn(&Condition) -> bool) -> bool {
        match self {
            Condition::AtLeast { needed, of } => {
                let met = of.iter().filter(|part| part.is_met(holds));
                met.count() >= usize::from(*needed)
            }
            leaf => holds(leaf),
        }
    }
}

impl Field for Condition {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Condition::SignedByAccount(account) => numbered(1, account, out),
            Condition::AtLeast { needed, of } => {
                out.extend([2, *needed]);
                of.write(out);
            }
            Condition::SignedByPolicy(policy) => numbered(3, policy, out),
            Condition::Before(time) => numbered(4, time, out),
            Condition::After(time) => numbered(5, time, out),
            Condition::Preimage(hash) => numbered(6, hash, out),
        }
    }

    /// Take one condition off the reader: not too deep, not too long, no count that can never be met.
    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        let before = reader.rest().len();
        let condition = read_tree(reader, MAX_DEPTH)?;
        if before.saturating_sub(reader.rest().len()) > MAX_SIZE {
            return Err(Malformed::Bytes);
        }
        Ok(condition)
    }
}

fn numbered(kind: Code, field: &impl Field, out: &mut Vec<u8>) {
    kind.write(out);
    field.write(out);
}

fn read_tree(reader: &mut Reader, depth: u8) -> Result<Condition, Malformed> {
    let below = depth.checked_sub(1).ok_or(Malformed::Bytes)?;
    match u8::read(reader)? {
        1 => Field::read(reader).map(Condition::SignedByAccount),
        2 => {
            let (needed, count) = (u8::read(reader)?, u8::read(reader)?);
            if needed < 1 || needed > count || count > MAX_PARTS {
                return Err(Malformed::Bytes);
            }
            let of = (0..count).map(|_| read_tree(reader, below)).collect::<Result<_, _>>()?;
            Ok(Condition::AtLeast { needed, of })
        }
        3 => Field::read(reader).map(Condition::SignedByPolicy),
        4 => Field::read(reader).map(Condition::Before),
        5 => Field::read(reader).map(Condition::After),
        6 => Field::read(reader).map(Condition::Preimage),
        _ => Err(Malformed::Bytes),
    }
}

/// A policy in full and what its keys have signed: (number of the key, signature), ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Cosignature {
    pub policy: Policy,
    pub signatures: Vec<KeySignature>,
}

/// The number of a key, and its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct KeySignature {
    pub number: u8,
    pub signature: Signature,
}

impl Field for KeySignature {
    fn write(&self, out: &mut Vec<u8>) {
        self.number.write(out);
        self.signature.write(out);
    }

    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        let number = u8::read(reader)?;
        Ok(Self {
            number,
            signature: reader.array()?,
        })
    }
}

impl Cosignature {
    /// Return whether enough keys have signed the message, and each of their signatures holds.
    #[must_use]
    pub fn holds(&self, message: &[u8]) -> bool {
        let keys = self.policy.keys();
        let signed: Vec<Signed> = self
            .signatures
            .iter()
            .filter_map(|KeySignature { number, signature }| {
                keys.get(usize::from(*number)).map(|key| Signed {
                    key: *key,
                    message,
                    signature: *signature,
                })
            })
            .collect();
        let numbers = self
            .signatures
            .iter()
            .map(|signed| 1_u32.unbounded_shl(u32::from(signed.number)));
        let is_enough = self.policy.is_satisfied_by(numbers.fold(0, |signed, bit| signed | bit));
        is_enough && verify_batch(&signed).is_empty()
    }
}

impl Field for Cosignature {
    fn write(&self, out: &mut Vec<u8>) {
        self.policy.write(out);
        self.signatures.write(out);
    }

    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        let policy = Policy::read(reader)?;
        let signatures: Vec<KeySignature> = Field::read(reader)?;
        let numbers = signatures.iter().map(|signed| usize::from(signed.number));
        let has_strangers = numbers.clone().any(|number| number >= policy.key_count());
        if policy == Policy::Nobody || has_strangers || !numbers.is_sorted_by(|earlier, later| earlier < later) {
            return Err(Malformed::Bytes);
        }
        Ok(Self { policy, signatures })
    }
}

/// What is brought to meet a condition: co-signatures, and the secrets behind hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Evidence {
    pub cosignatures: Vec<Cosignature>,
    pub preimages: Vec<Hash>,
}

impl Evidence {
    /// Return the hashes whose secrets are shown.
    #[must_use]
    pub fn hashes(&self) -> BTreeSet<Hash> {
        self.preimages.iter().map(|preimage| sha256(preimage)).collect()
    }
}

impl Field for Evidence {
    fn write(&self, out: &mut Vec<u8>) {
        self.cosignatures.write(out);
        self.preimages.write(out);
    }

    /// Take one piece of evidence off the reader: no more than anybody needs.
    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        let evidence = Self {
            cosignatures: Field::read(reader)?,
            preimages: Field::read(reader)?,
        };
        let signatures = evidence.cosignatures.iter().map(|signed| signed.signatures.len());
        let count = signatures.sum::<usize>().max(evidence.cosignatures.len());
        if count > MAX_COSIGNATURES || evidence.preimages.len() > MAX_PREIMAGES {
            return Err(Malformed::Bytes);
        }
        Ok(evidence)
    }
}

/// Return what a co-signer signs: `amount` is what a capture takes, or what a release gives back, all that is left.
#[must_use]
pub fn cosigned_message(network: &NetworkId, hold: &CommandId, verb: Verb, amount: Fen, captured: Fen) -> Vec<u8> {
    let mut out = [TAG, network, hold].concat();
    (verb as Code).write(&mut out);
    amount.write(&mut out);
    captured.write(&mut out);
    out
}
