//! Identifiers: who, where and which, as numbers and bytes of fixed size.

use crate::layout::{Field, Malformed, Reader};

/// Sixteen digits: operator 3, serial 12, check digit 1; fits 64 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct WalletId(pub u64);

/// An authorized operator, 1..999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperatorId(pub u16);

/// A ledger of the network: the retail shards count from 0, tier 1 is `TIER1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LedgerId(pub u16);

/// SHA-256 of a command's body without keys and signatures.
pub type CommandId = [u8; 32];
/// The beginning of SHA-256(genesis).
pub type NetworkId = [u8; 16];
/// The hash of a policy, the rule that says which signatures move a wallet's money.
pub type PolicyHash = [u8; 32];

/// The ledger of the central bank and its operators.
pub const TIER1: LedgerId = LedgerId(0xFFFF);

const SERIALS: u64 = 1_000_000_000_000;
const WALLETS_OF_AN_OPERATOR: u64 = 10_000_000_000_000;

/// Make the wallet id of an operator's serial number, with its check digit; None if one is outside its range.
#[must_use]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "both were asked: sixteen digits fit 64 bits"
)]
pub fn wallet_id(operator: OperatorId, serial: u64) -> Option<WalletId> {
    if !(1..1_000).contains(&operator.0) || serial >= SERIALS {
        return None;
    }
    let body = u64::from(operator.0) * SERIALS + serial;
    Some(WalletId(body * 10 + check_digit(body)))
}

/// Return the operator that opened the wallet: the first three digits; 0 if the number is no wallet id.
#[must_use]
pub fn operator_of(wallet: WalletId) -> OperatorId {
    OperatorId(u16::try_from(wallet.0 / WALLETS_OF_AN_OPERATOR).unwrap_or(0))
}

/// Tell whether the number is a wallet id: at most 16 digits, an operator, the right check digit.
#[must_use]
pub fn is_wallet_id(wallet: WalletId) -> bool {
    (1..1_000).contains(&(wallet.0 / WALLETS_OF_AN_OPERATOR)) && check_digit(wallet.0 / 10) == wallet.0 % 10
}

/// Return the retail shard that keeps the wallet's account. The check digit takes no part.
#[must_use]
pub fn home_of(wallet: WalletId, shards: u8) -> LedgerId {
    let home = (wallet.0 / 10).checked_rem(u64::from(shards)).unwrap_or(0);
    LedgerId(home as u16)
}

/// Return the check digit of fifteen digits: finds every wrong digit and nearly every exchanged pair.
///
/// Source: ISO 7064 MOD 11,10, as in GB/T 17710.
#[expect(clippy::arithmetic_side_effects, reason = "digits: no value reaches 22")]
fn check_digit(body: u64) -> u64 {
    let places = (0..15).rev().map(|place| body / 10_u64.pow(place) % 10);
    let product = places.fold(10, |product, digit| match (product + digit) % 10 {
        0 => 20 % 11,
        rest => rest * 2 % 11,
    });
    (11 - product) % 10
}

macro_rules! field {
    ($($name:ident: $integer:ty),*) => {$(
        impl Field for $name {
            fn write(&self, out: &mut Vec<u8>) {
                self.0.write(out);
            }

            fn read(reader: &mut Reader) -> Result<Self, Malformed> {
                Ok($name(<$integer>::read(reader)?))
            }
        }
    )*};
}
field!(WalletId: u64, OperatorId: u16, LedgerId: u16);
