//! Why a valid, authorised command did not happen; why a command was not processed.
//!
//! Numbers are identity: they stand in outcomes and never change. The order of the lines is precedence: each chapter
//! asks in this order, and the first rule that says no answers. docs/reference/refusals.md has a row for each, in the
//! same order.

use crate::layout::Malformed;

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($line:ident = $number:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "docs/reference/refusals.md has a row for each")]
        pub enum $name {
            $($line = $number,)*
        }

        impl $name {
            /// Return the line with this number.
            #[must_use]
            pub fn from_number(number: u16) -> Option<Self> {
                match number {
                    $($number => Some(Self::$line),)*
                    _ => None,
                }
            }

            /// Return the number that stands in outcomes.
            #[must_use]
            pub fn number(self) -> u16 {
                self as u16
            }
        }
    };
}

numbered! {
    /// The rules say no; the number is used up, nothing else changed.
    Refusal {
        WrongLane = 1,
        PayerClosed = 2,
        PayerFrozen = 3,
        AmountZero = 4,
        PayerIsReceiver = 5,
        OperatorUnknown = 6,
        OperatorSuspended = 7,
        WalletIdInvalid = 8,
        HoldUnknown = 41,
        WalletUnknown = 9,
        ReceiverUnknown = 10,
        VaultUnknown = 11,
        NotYourCustomer = 12,
        LedgerUnknown = 13,
        WrongLedger = 14,
        WalletExists = 15,
        WalletClosed = 16,
        WalletFrozen = 17,
        Stale = 18,
        FrozenByCentralBank = 19,
        ScopeUnknown = 20,
        ClassUnknown = 21,
        BadKey = 22,
        BoardInvalid = 23,
        WorkersInvalid = 24,
        RulesInvalid = 25,
        StatusUnknown = 26,
        BoardNotInForce = 27,
        NumberUsed = 28,
        LockUnknown = 29,
        LockUsed = 30,
        LockMismatch = 31,
        TooManyOpen = 32,
        HoldExpired = 42,
        UntilInvalid = 43,
        TooManyHolds = 44,
        OverHeldAmount = 45,
        ConditionNotMet = 46,
        OverSingleLimit = 33,
        OverDailyLimit = 34,
        OverAnnualLimit = 35,
        InsufficientFunds = 36,
        BalanceNotZero = 37,
        MoneyInFlight = 38,
        HoldsOpen = 47,
        SupplyOverflow = 39,
        ReceiverCannotAccept = 40,
    }
}

numbered! {
    /// The command was not heard; nothing changed, the number is free, the answer is not final.
    NotProcessed {
        Malformed = 1,
        WrongNetwork = 2,
        UnsupportedSuite = 3,
        BadSignature = 4,
        UnknownWallet = 5,
        NotAuthorised = 6,
        NoLane = 7,
        TooFar = 8,
        LifeTooLong = 9,
        ClockAhead = 10,
        OutOfTurn = 11,
    }
}

impl From<Malformed> for NotProcessed {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::Bytes => NotProcessed::Malformed,
            Malformed::Suite => NotProcessed::UnsupportedSuite,
            Malformed::Network => NotProcessed::WrongNetwork,
        }
    }
}

/// Refuse the command if this rule is broken.
pub fn refuse_if(wrong: bool, refusal: Refusal) -> Result<(), Refusal> {
    if wrong { Err(refusal) } else { Ok(()) }
}

/// Return what was looked up; refuse if there is no such thing.
pub fn known<T>(found: Option<T>, refusal: Refusal) -> Result<T, Refusal> {
    found.ok_or(refusal)
}
