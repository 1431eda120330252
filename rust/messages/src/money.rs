//! Money: whole fen.

use crate::layout::{Field, Malformed, Reader};

/// An amount of whole fen. 1 yuan = 100 fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fen(pub u64);

impl Fen {
    /// Nothing.
    pub const ZERO: Fen = Fen(0);
    /// The largest amount; as a limit it means that there is none.
    pub const MAX: Fen = Fen(u64::MAX);

    /// Return the sum, at most `MAX`.
    #[must_use]
    pub fn plus(self, other: Fen) -> Fen {
        Fen(self.0.saturating_add(other.0))
    }

    /// Return the difference, at least `ZERO`.
    #[must_use]
    pub fn minus(self, other: Fen) -> Fen {
        Fen(self.0.saturating_sub(other.0))
    }
}

/// Tell whether the amounts together are more than the limit; None is no limit. The sum is exact, it neither wraps nor saturates.
#[must_use]
pub fn over<const N: usize>(limit: Option<Fen>, amounts: [Fen; N]) -> bool {
    limit.is_some_and(|limit| sum(amounts) > u128::from(limit.0))
}

/// Return the exact sum.
#[must_use]
pub fn sum<const N: usize>(amounts: [Fen; N]) -> u128 {
    amounts.iter().map(|amount| u128::from(amount.0)).sum()
}

impl Field for Fen {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        Ok(Fen(u64::read(reader)?))
    }
}
