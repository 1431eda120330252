//! Every command: its number, its record, its chapter, who has the authority, and where it is law.
//!
//! The table is vectors/commands.tsv in Rust; a test compares them line by line.

use crate::commands::{
    channel, freezing, governance, holds, issuance, payments, policies, timekeeping, vaults, wallets,
};
use crate::layout::{Code, Field, Malformed, Reader};

/// Who may give the command. The last three carry no account and no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Authority {
    Holder,
    AnyAccount,
    Registrar,
    HolderOrRegistrar,
    RegistrarOrSupervision,
    Vault,
    Board,
    Proof,
    Members,
    Worker,
}

/// On which ledgers a command is law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Ledgers {
    Retail,
    Tier1,
    Both,
}

/// One line of the table.
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the columns of vectors/commands.tsv")]
pub struct Kind {
    pub number: Code,
    pub name: &'static str,
    pub chapter: &'static str,
    pub authority: Authority,
    pub ledgers: Ledgers,
    pub layout: &'static [(&'static str, &'static str)],
}

impl Kind {
    /// Return whether the command is given by an account under a number.
    #[must_use]
    pub fn is_numbered(&self) -> bool {
        !matches!(
            self.authority,
            Authority::Proof | Authority::Members | Authority::Worker
        )
    }
}

macro_rules! kinds {
    ($($number:literal $name:literal $chapter:ident::$record:ident $authority:ident $ledgers:ident,)*) => {
        /// What a command orders.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each is the record of its name")]
        pub enum Order {
            $($record($chapter::$record),)*
        }

        $(impl $chapter::$record {
            /// The command's line in the table.
            pub const KIND: Kind = Kind {
                number: $number,
                name: $name,
                chapter: stringify!($chapter),
                authority: Authority::$authority,
                ledgers: Ledgers::$ledgers,
                layout: Self::LAYOUT,
            };
        })*

        /// The table, by number.
        pub const KINDS: &[&Kind] = &[$(&$chapter::$record::KIND,)*];

        impl Order {
            /// Return the order's line in the table.
            #[must_use]
            pub fn kind(&self) -> &'static Kind {
                match self {
                    $(Order::$record(_) => &$chapter::$record::KIND,)*
                }
            }

            /// Take the fields of a kind off the reader.
            pub fn read(number: Code, reader: &mut Reader) -> Result<Self, Malformed> {
                match number {
                    $($number => Field::read(reader).map(Order::$record),)*
                    _ => Err(Malformed::Bytes),
                }
            }
        }
    };
}

kinds! {
    0x01 "open" wallets::Open Registrar Retail,
    0x02 "set_class" wallets::SetClass Registrar Retail,
    0x03 "close" wallets::Close HolderOrRegistrar Retail,
    0x08 "freeze" freezing::Freeze RegistrarOrSupervision Retail,
    0x09 "unfreeze" freezing::Unfreeze RegistrarOrSupervision Retail,
    0x10 "pay" payments::Pay Holder Retail,
    0x11 "refund" payments::Refund Holder Retail,
    0x12 "cancel" payments::Cancel AnyAccount Both,
    0x18 "exchange" vaults::Exchange Vault Retail,
    0x19 "redeem" vaults::Redeem Holder Retail,
    0x1A "return" vaults::Return Vault Retail,
    0x20 "set_policy" policies::SetPolicy AnyAccount Retail,
    0x28 "credit" channel::Credit Proof Both,
    0x29 "ack" channel::Ack Proof Both,
    0x2A "resend" channel::Resend Proof Tier1,
    0x30 "issue" issuance::Issue Board Tier1,
    0x31 "allocate" issuance::Allocate Board Tier1,
    0x32 "withdraw" issuance::Withdraw Board Tier1,
    0x38 "rules" governance::Rules Board Tier1,
    0x39 "workers" governance::Workers Board Tier1,
    0x3A "set_board" governance::SetBoard Board Tier1,
    0x3B "set_operator" governance::SetOperator Board Tier1,
    0x40 "tick" timekeeping::Tick Members Both,
    0x41 "checkpoint" timekeeping::Checkpoint Worker Both,
    0x48 "hold" holds::Hold Holder Retail,
    0x49 "capture" holds::Capture AnyAccount Retail,
    0x4A "release" holds::Release AnyAccount Retail,
}
