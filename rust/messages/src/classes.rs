//! Classes of accounts, states of operators, scopes of a freeze: the small numbers that stand in commands.

use crate::layout::Code;

/// What an account is. I to corporate are customers, whose limits the rules give; the others are institutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "their names say it")]
pub enum WalletClass {
    I = 1,
    II = 2,
    III = 3,
    IV = 4,
    Corporate = 5,
    Registrar = 16,
    Vault = 17,
    Supervision = 18,
    IssuingVault = 19,
}

/// So many classes of customers there are; a rule set names the limits of each.
pub const CUSTOMER_CLASSES: usize = WalletClass::Corporate as usize;

/// Tell whether accounts of a class are customers'.
#[must_use]
pub fn is_customer(wallet_class: Code) -> bool {
    (WalletClass::I as Code..=WalletClass::Corporate as Code).contains(&wallet_class)
}

/// The operator may open wallets and exchange.
pub const ADMITTED: Code = 1;
/// The operator may not.
pub const SUSPENDED: Code = 2;

/// A freeze stops paying.
pub const SCOPE_PAY: Code = 1;
/// A freeze stops receiving.
pub const SCOPE_RECEIVE: Code = 2;
