//! Rules, workers, board, operators: officers' orders that overwrite. Each names the version that it replaces.
//!
//! Tier 1 judges an order first and sends it on; a shard judges it again, by the same function and the board in force
//! there.

use dcep_messages::classes::{ADMITTED, SUSPENDED, WalletClass};
use dcep_messages::commands::governance::{Rules, SetBoard, SetOperator, Workers};
use dcep_messages::genesis::CENTRAL_BANK;
use dcep_messages::ids::{OperatorId, TIER1, WalletId, home_of, is_wallet_id, operator_of};
use dcep_messages::kinds::Order;
use dcep_messages::layout::Code;
use dcep_messages::policies::{Policy, policy_hash};
use dcep_messages::refusals::{Refusal, known, refuse_if};

use crate::book::{Book, Operator};
use crate::keys::{has_bad_key, has_repeated_key, is_bad_worker_key};
use crate::rule_sets::{MAX_SCHEDULED, is_valid};

const MAX_WORKERS: usize = 16;
const MIN_SITES: Code = 2;
const MIN_OFFICERS: Code = 2;

/// Obey an order that tier 1 sent. A message that is refused is void: n is consumed, nothing else has changed.
pub fn enact(book: &mut Book, order: &Order) -> Result<(), Refusal> {
    match order {
        Order::Rules(order) => rules(book, order),
        Order::Workers(order) => workers(book, order),
        Order::SetBoard(order) => set_board(book, order),
        Order::SetOperator(order) => set_operator(book, order),
        _ => Err(Refusal::WrongLedger),
    }
}

/// Take a dated rule set; it is in force from its date.
pub fn rules(book: &mut Book, order: &Rules) -> Result<(), Refusal> {
    refuse_if(order.replaces != book.rules.version, Refusal::Stale)?;
    let has_room = book.rules.scheduled.len() < MAX_SCHEDULED;
    refuse_if(!is_valid(order) || !has_room, Refusal::RulesInvalid)?;

    // From here on the rules stand.
    book.rules.schedule(order.clone(), book.time.now);
    Ok(())
}

/// Replace the keys that may sign a ledger's frames and headers.
pub fn workers(book: &mut Book, order: &Workers) -> Result<(), Refusal> {
    let (version, _) = known(book.workers.get(&order.ledger), Refusal::LedgerUnknown)?;
    refuse_if(order.replaces != *version, Refusal::Stale)?;
    refuse_if(order.keys.iter().any(is_bad_worker_key), Refusal::BadKey)?;
    refuse_if(has_repeated_key(&order.keys), Refusal::BadKey)?;
    refuse_if(!(1..=MAX_WORKERS).contains(&order.keys.len()), Refusal::WorkersInvalid)?;

    // From here on the list stands.
    let version = order.replaces.saturating_add(1);
    book.workers.insert(order.ledger, (version, order.keys.clone()));
    Ok(())
}

/// Replace the officers' board: k of n, from at least two sites.
pub fn set_board(book: &mut Book, order: &SetBoard) -> Result<(), Refusal> {
    refuse_if(order.replaces != book.board_version, Refusal::Stale)?;
    refuse_if(has_bad_key(&order.board), Refusal::BadKey)?;
    let is_board = matches!(
        order.board,
        Policy::Board { needed, sites, .. } if sites >= MIN_SITES && needed >= MIN_OFFICERS
    );
    refuse_if(!is_board, Refusal::BoardInvalid)?;

    // From here on the new board is in force.
    book.set_board(order.board.clone(), order.replaces.saturating_add(1));
    Ok(())
}

/// Admit an operator on a shard, with a registrar and a vault there; or suspend it, or lift the suspension.
pub fn set_operator(book: &mut Book, order: &SetOperator) -> Result<(), Refusal> {
    let seat = book.operator_on(order.operator, order.shard);

    for wallet in [order.registrar, order.vault] {
        refuse_if(is_foreign(wallet, order.operator), Refusal::WalletIdInvalid)?;
    }
    refuse_if(
        order.shard == TIER1 || !book.workers.contains_key(&order.shard),
        Refusal::LedgerUnknown,
    )?;
    for wallet in [order.registrar, order.vault] {
        refuse_if(home_of(wallet, book.shards) != order.shard, Refusal::WrongLedger)?;
    }
    refuse_if(is_taken(book, seat, order), Refusal::WalletExists)?;
    refuse_if(order.replaces != seat.map_or(0, |seat| seat.version), Refusal::Stale)?;
    refuse_if(
        has_bad_key(&order.registrar_policy) || has_bad_key(&order.vault_policy),
        Refusal::BadKey,
    )?;
    refuse_if(![ADMITTED, SUSPENDED].contains(&order.status), Refusal::StatusUnknown)?;

    // From here on the operator stands so.
    let version = order.replaces.saturating_add(1);
    let operator = Operator {
        version,
        status: order.status,
        registrar: order.registrar,
        vault: order.vault,
    };
    book.operators.insert((order.operator, order.shard), operator);
    if seat.is_none() && order.shard == book.ledger {
        let (registrar, vault) = (WalletClass::Registrar as Code, WalletClass::Vault as Code);
        book.open_account(order.registrar, registrar, policy_hash(&order.registrar_policy));
        book.open_account(order.vault, vault, policy_hash(&order.vault_policy));
    }
    Ok(())
}

fn is_foreign(wallet: WalletId, operator: OperatorId) -> bool {
    !is_wallet_id(wallet) || operator_of(wallet) != operator || operator == CENTRAL_BANK
}

/// Tell whether a new operator lacks two free numbers, or a known one gives up its own.
fn is_taken(book: &Book, seat: Option<Operator>, order: &SetOperator) -> bool {
    if let Some(seat) = seat {
        return (seat.registrar, seat.vault) != (order.registrar, order.vault);
    }
    order.registrar == order.vault || book.account(order.registrar).is_some() || book.account(order.vault).is_some()
}
