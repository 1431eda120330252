//! Many signatures at about half the price: one equation instead of n, each weighted with a number that nobody chose.
//!
//! 1. Rules 1 and 2 are checked for each signature; what breaks them is bad and takes no further part.
//! 2. Each signature gets a weight z of 128 bits from a hash over the whole batch: every key, message and signature,
//!    and the place in the batch. Errors that cancel out would have to be found before the weights are known.
//! 3. The *error* of a group is \[8\] times the sum of \[z\](R + \[k\]A − \[s\]B). It is zero if all of the group are
//!    good, otherwise only with a chance of 2⁻¹²⁸.
//! 4. If the error of the batch is not zero, small groups are asked. The error of each is taken off what is still
//!    unexplained: as soon as nothing is left, all the others are good, unasked.
//! 5. A bad group is asked for its *moment*, the same sum with each signature counted as often as its place in the
//!    group says. If one alone is bad, the moment is its place times the error, and that names it; if none is named,
//!    two at least are bad, and the halves are asked.
//! 6. Where many are bad, groups cost more than they save: there each signature is judged alone.
//!
//! Steps 3 to 5 may use the same weights: which sums can be asked is fixed before the weights are, and that a place is
//! named falsely is one of these sums being zero by chance.

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::traits::{IsIdentity, VartimeMultiscalarMul};
use curve25519_dalek::{EdwardsPoint, Scalar};
use sha2::{Digest, Sha256};
use std::iter::once;

use super::{Equation, Signed};
use crate::hashes::tagged;

const DOMAIN: &[u8] = b"dcep/ed25519/batch/1";

/// Large enough that a signature in a group costs hardly more than in the batch, small enough to hold one forgery.
const GROUP: usize = 16;

/// So few cost less alone than as a group.
const FEW: usize = 2;

/// Groups stop paying when one signature in so many is bad; three are no rate yet.
const MANY: usize = 8;

/// Judge all signatures at once.
///
/// Returns the places of the bad ones, ascending; none if all are good. `verify` gives the same verdict on each.
#[must_use]
pub fn verify_batch(batch: &[Signed]) -> Vec<usize> {
    let (equations, bad) = read(batch);
    let mut search = Search { bad };
    search.look_into(&equations, error(&equations));
    search.in_order()
}

/// Judge all signatures where several are thought to be bad: groups are asked at once, without the batch before them.
///
/// The verdicts are those of `verify_batch`; only the price is another.
#[must_use]
pub fn verify_suspect_batch(batch: &[Signed]) -> Vec<usize> {
    let (equations, bad) = read(batch);
    let mut search = Search { bad };
    for group in equations.chunks(GROUP) {
        if search.has_found_many(group) {
            search.judge_each(group);
        } else {
            search.look_into(group, error(group));
        }
    }
    search.in_order()
}

/// Read the equations, each with its weight, and the places that have none.
fn read(batch: &[Signed]) -> (Vec<Weighted>, Vec<usize>) {
    let seed = seed(batch);
    let (mut equations, mut bad) = (Vec::with_capacity(batch.len()), Vec::new());
    for (place, signed) in batch.iter().enumerate() {
        match Equation::read(signed) {
            Some(equation) => equations.push(Weighted::new(place, equation, weight(&seed, place))),
            None => bad.push(place),
        }
    }
    (equations, bad)
}

/// One signature's part in the sum of step 3.
struct Weighted {
    place: usize,
    equation: Equation,
    z: Scalar,
    z_k: Scalar,
    z_s: Scalar,
}

impl Weighted {
    fn new(place: usize, equation: Equation, z: Scalar) -> Self {
        Self {
            place,
            z,
            z_k: z * equation.k,
            z_s: z * equation.s,
            equation,
        }
    }

    /// Return the signature counted so many times.
    fn times(&self, count: u64) -> Self {
        Self::new(self.place, self.equation, self.z * Scalar::from(count))
    }
}

/// Return the hash over the whole batch, step 2.
fn seed(batch: &[Signed]) -> [u8; 32] {
    let mut hasher = Sha256::new_with_prefix(DOMAIN).chain_update(number(batch.len()));
    for signed in batch {
        hasher.update(signed.key);
        hasher.update(signed.signature);
        hasher.update(number(signed.message.len()));
        hasher.update(signed.message);
    }
    hasher.finalize().into()
}

/// Return the weight of a place: the first 128 bits of a hash, step 2.
fn weight(seed: &[u8; 32], place: usize) -> Scalar {
    let hash = tagged(seed, &[&number(place)]);
    Scalar::from(
        hash.iter()
            .take(16)
            .fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte)),
    )
}

fn number(value: usize) -> [u8; 8] {
    (value as u64).to_be_bytes()
}

/// Return the error of a group, step 3.
fn error(group: &[Weighted]) -> EdwardsPoint {
    let minus_s = -group.iter().map(|signed| signed.z_s).sum::<Scalar>();
    let scalars = group
        .iter()
        .flat_map(|signed| [&signed.z, &signed.z_k])
        .chain(once(&minus_s));
    let points = group.iter().flat_map(|signed| [&signed.equation.r, &signed.equation.a]);
    EdwardsPoint::vartime_multiscalar_mul(scalars, points.chain(once(&ED25519_BASEPOINT_POINT))).mul_by_cofactor()
}

/// Return the moment of a group, step 5.
fn moment(group: &[Weighted]) -> EdwardsPoint {
    let counted = group.iter().zip(1..).map(|(signed, place)| signed.times(place));
    error(&counted.collect::<Vec<_>>())
}

/// The search for the bad ones, steps 4 to 6.
struct Search {
    bad: Vec<usize>,
}

impl Search {
    /// Return the places of the bad ones, ascending.
    fn in_order(mut self) -> Vec<usize> {
        self.bad.sort_unstable();
        self.bad
    }

    /// Find the bad ones of a group whose error is known.
    fn look_into(&mut self, group: &[Weighted], mut unexplained: EdwardsPoint) {
        let size = GROUP.min(group.len().div_ceil(2));
        let mut rest = group;
        while !unexplained.is_identity() {
            if rest.len() <= FEW || self.has_found_many(rest) {
                return self.judge_each(rest);
            }
            if let Some(only) = only_bad(rest, unexplained) {
                return self.bad.push(only.place);
            }
            let (part, after) = rest.split_at(size.min(rest.len()));
            let explained = if after.is_empty() { unexplained } else { error(part) };
            self.look_into(part, explained);
            unexplained -= explained;
            rest = after;
        }
    }

    fn has_found_many(&self, rest: &[Weighted]) -> bool {
        let found = self.bad.len();
        found > 3 && rest.first().is_some_and(|next| found.saturating_mul(MANY) > next.place)
    }

    fn judge_each(&mut self, group: &[Weighted]) {
        self.bad.extend(
            group
                .iter()
                .filter(|signed| !signed.equation.holds())
                .map(|signed| signed.place),
        );
    }
}

/// Return the only bad signature of a small group that has an error; None if there are more, or the group is large.
fn only_bad(group: &[Weighted], error: EdwardsPoint) -> Option<&Weighted> {
    if group.len() > GROUP {
        return None;
    }
    let (moment, mut multiple) = (moment(group), EdwardsPoint::default());
    group.iter().find(|_| {
        multiple += error;
        multiple == moment
    })
}
