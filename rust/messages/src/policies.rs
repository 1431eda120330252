//! Policies: who may act for an account. A key, k of n policies, or an officers' board of k of n from several sites.
//!
//! A policy is written in full in each command; the account keeps its hash. Keys are numbered in the order in which
//! they stand in the tree; a signature names the number of its key. Numbers ascend, so a set of signatures has one
//! encoding.

use std::collections::BTreeSet;

use dcep_crypto::hashes::tagged;
use dcep_crypto::suites::{ED25519, P256, PublicKey};

use crate::ids::PolicyHash;
use crate::layout::{Field, Malformed, Reader, encode};

const TAG: &[u8] = b"dpol";
const MAX_DEPTH: u8 = 8;
const MAX_KEYS: usize = 32;

/// Who may act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// No policy: the command carries its proof itself (credit, ack) or its frame does (checkpoint).
    Nobody,
    /// One key.
    SingleKey(PublicKey),
    /// At least `needed` of the policies below; any = 1, all = their count.
    Threshold {
        /// How many.
        needed: u8,
        /// Of these.
        of: Vec<Policy>,
    },
    /// At least `needed` officers, from at least `sites` different sites.
    Board {
        /// How many officers.
        needed: u8,
        /// From how many sites.
        sites: u8,
        /// Of these.
        seats: Vec<Seat>,
    },
}

/// An officer's key and the site where it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The site's number.
    pub site: u8,
    /// The officer's key.
    pub key: PublicKey,
}

impl Policy {
    /// Return the keys in the order of their numbers.
    #[must_use]
    pub fn keys(&self) -> Vec<PublicKey> {
        match self {
            Policy::Nobody => Vec::new(),
            Policy::SingleKey(key) => vec![*key],
            Policy::Threshold { of, .. } => of.iter().flat_map(Policy::keys).collect(),
            Policy::Board { seats, .. } => seats.iter().map(|seat| seat.key).collect(),
        }
    }

    /// Return how many keys there are.
    #[must_use]
    pub fn key_count(&self) -> usize {
        match self {
            Policy::Nobody => 0,
            Policy::SingleKey(_) => 1,
            Policy::Threshold { of, .. } => of.iter().map(Policy::key_count).sum(),
            Policy::Board { seats, .. } => seats.len(),
        }
    }

    /// Return whether the keys with these numbers are enough; bit i stands for key i.
    #[must_use]
    pub fn is_satisfied_by(&self, signed: u32) -> bool {
        self.satisfied_by(&mut (0..u32::BITS).map(|number| signed >> number & 1 == 1))
    }

    /// Take the own keys off the keys that are left, and say whether enough of them have signed.
    fn satisfied_by(&self, signed: &mut impl Iterator<Item = bool>) -> bool {
        match self {
            Policy::Nobody => signed.all(|has_signed| !has_signed),
            Policy::SingleKey(_) => signed.next() == Some(true),
            Policy::Threshold { needed, of } => {
                let satisfied = of.iter().map(|part| part.satisfied_by(signed));
                satisfied.filter(|is_satisfied| *is_satisfied).count() >= usize::from(*needed)
            }
            Policy::Board { needed, sites, seats } => {
                let present = seats.iter().zip(signed).filter(|(_, has_signed)| *has_signed);
                let present: Vec<u8> = present.map(|(seat, _)| seat.site).collect();
                present.len() >= usize::from(*needed) && distinct(&present) >= usize::from(*sites)
            }
        }
    }
}

impl Field for Policy {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Policy::Nobody => out.push(0),
            Policy::SingleKey(key) => {
                out.push(1);
                write_key(key, out);
            }
            Policy::Threshold { needed, of } => {
                out.extend([2, *needed]);
                of.write(out);
            }
            Policy::Board { needed, sites, seats } => {
                out.extend([3, *needed, *sites]);
                seats.write(out);
            }
        }
    }

    /// Take one policy off the reader: not too deep, not too many keys, no count that no set of signatures can meet.
    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        let policy = read_tree(reader, MAX_DEPTH)?;
        if policy.key_count() > MAX_KEYS {
            return Err(Malformed::Bytes);
        }
        Ok(policy)
    }
}

impl Field for Seat {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.site);
        write_key(&self.key, out);
    }

    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        let site = u8::read(reader)?;
        Ok(Seat {
            site,
            key: read_key(reader)?,
        })
    }
}

/// Return what an account keeps of its policy.
#[must_use]
pub fn policy_hash(policy: &Policy) -> PolicyHash {
    hash_of_bytes(&encode(policy))
}

/// Return what an account keeps of the policy with these bytes.
#[must_use]
pub fn hash_of_bytes(policy: &[u8]) -> PolicyHash {
    tagged(TAG, &[policy])
}

fn read_tree(reader: &mut Reader, depth: u8) -> Result<Policy, Malformed> {
    let below = depth.checked_sub(1).ok_or(Malformed::Bytes)?;
    match u8::read(reader)? {
        0 if depth == MAX_DEPTH => Ok(Policy::Nobody),
        1 => Ok(Policy::SingleKey(read_key(reader)?)),
        2 => {
            let (needed, count) = (u8::read(reader)?, u8::read(reader)?);
            reachable(needed, usize::from(count))?;
            let of = (0..count).map(|_| read_tree(reader, below)).collect::<Result<_, _>>()?;
            Ok(Policy::Threshold { needed, of })
        }
        3 => {
            let (needed, sites, count) = (u8::read(reader)?, u8::read(reader)?, u8::read(reader)?);
            reachable(needed, usize::from(count))?;
            let seats = (0..count).map(|_| Seat::read(reader)).collect::<Result<Vec<_>, _>>()?;
            reachable(sites, distinct(&seats.iter().map(|seat| seat.site).collect::<Vec<_>>()))?;
            Ok(Policy::Board { needed, sites, seats })
        }
        _ => Err(Malformed::Bytes),
    }
}

fn reachable(needed: u8, count: usize) -> Result<(), Malformed> {
    let is_reachable = needed >= 1 && usize::from(needed) <= count && count <= MAX_KEYS;
    is_reachable.then_some(()).ok_or(Malformed::Bytes)
}

fn write_key(key: &PublicKey, out: &mut Vec<u8>) {
    out.push(key.suite());
    out.extend_from_slice(key.as_bytes());
}

/// Take a key off the reader: the suite says how long it is.
fn read_key(reader: &mut Reader) -> Result<PublicKey, Malformed> {
    match u8::read(reader)? {
        P256 => reader.array().map(PublicKey::P256),
        ED25519 => reader.array().map(PublicKey::Ed25519),
        _ => Err(Malformed::Suite),
    }
}

fn distinct(sites: &[u8]) -> usize {
    sites.iter().collect::<BTreeSet<_>>().len()
}
