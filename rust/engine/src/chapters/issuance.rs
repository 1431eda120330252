//! The issuing vault 发行库: the credit of an allocation on a shard. Issue, allocate and withdraw are law on tier 1.

use dcep_messages::commands::issuance::{Allocate, lane_to};
use dcep_messages::ids::TIER1;
use dcep_messages::layout::Sum;
use dcep_messages::money::Fen;
use dcep_messages::refusals::{Refusal, known, refuse_if};
use dcep_messages::signed::Command;

use crate::book::{Book, Lock};

/// Credit an allocation to the operator's vault: a number credits once, whatever n brought it.
///
/// Its expiry is for tier 1 to judge. A message that is refused is void: n is consumed, nothing else has changed.
pub fn credit_allocation(book: &mut Book, command: &Command, order: &Allocate) -> Result<(), Refusal> {
    let (window, number) = (book.vault_window, command.body.number);
    let total = book.total.saturating_add(Sum::from(order.amount.0));

    refuse_if(command.body.lane != lane_to(book.ledger), Refusal::WrongLane)?;
    let operator = known(book.operator_on(order.operator, book.ledger), Refusal::OperatorUnknown)?;
    let vault = known(book.account(operator.vault), Refusal::VaultUnknown)?;
    refuse_if(order.shard != book.ledger, Refusal::WrongLedger)?;
    refuse_if(
        window.is_superseded(number) || window.is_used(number),
        Refusal::NumberUsed,
    )?;
    refuse_if(book.locks.contains_key(&order.lock), Refusal::LockUsed)?;
    refuse_if(total > Sum::from(Fen::MAX.0), Refusal::SupplyOverflow)?;

    // From here on the allocation counts.
    book.vault_window.mark_used(number, true);
    book.locks.insert(
        order.lock,
        Lock {
            operator: order.operator,
            amount: order.amount,
            is_spent: true,
        },
    );
    book.take_in(TIER1, order.amount);
    book.credit(vault, order.amount);
    Ok(())
}
