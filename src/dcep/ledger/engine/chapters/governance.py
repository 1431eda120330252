"""Rules, workers, board, operators: officers' orders that overwrite. Each names the version that it replaces.

Tier 1 judges an order first and sends it on; a shard judges it again, by the same function and the board in force
there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from dcep.ids import TIER1, OperatorId, WalletId, home_of, is_wallet_id, operator_of
from dcep.ledger.engine.accounts import Account
from dcep.ledger.engine.book import Book, Operator
from dcep.ledger.engine.keys import has_bad_key, is_bad_worker_key
from dcep.ledger.engine.rule_sets import MAX_SCHEDULED, is_valid
from dcep.messages.classes import OperatorStatus, WalletClass
from dcep.messages.commands.governance import Rules, SetBoard, SetOperator, Workers
from dcep.messages.commands.issuance import TIER1_LANE
from dcep.messages.crossings import OfficersOrder
from dcep.messages.genesis import CENTRAL_BANK
from dcep.messages.layout import Blob, Version
from dcep.messages.policies import Board, policy_hash
from dcep.messages.refusals import Refusal, refuse_if
from dcep.messages.signed import Command

MAX_WORKERS: Final = 16
MIN_SITES: Final = 2
MIN_OFFICERS: Final = 2


def give(book: Book, vault: Account, order: Any) -> None:
    """Obey an order on tier 1 and send it to every shard that it concerns.

    Raises:
        Refused: the first rule that says no; nothing has changed, nothing enters a channel.
    """
    command = book.command_at_hand()
    refuse_if(command.body.lane != TIER1_LANE, Refusal.WRONG_LANE)
    _LAWS[type(order)](book, order)

    # From here on the order stands.
    book.remember_order(command)
    shards = [order.shard] if isinstance(order, SetOperator) else list(book.channels)
    for shard in shards:
        book.send(shard, OfficersOrder(order=Blob(command.wire)), 0)


def enact(book: Book, command: Command, order: Any) -> None:
    """Obey an order that tier 1 sent.

    Raises:
        Refused: the message is void; n is consumed, nothing else has changed.
    """
    _LAWS[type(order)](book, order)


def rules(book: Book, order: Rules) -> None:
    """Take a dated rule set; it is in force from its date.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    refuse_if(order.replaces != book.rules.version, Refusal.STALE)
    refuse_if(not is_valid(order) or len(book.rules.scheduled) >= MAX_SCHEDULED, Refusal.RULES_INVALID)

    # From here on the rules stand.
    book.rules.schedule(order, book.now)


def workers(book: Book, order: Workers) -> None:
    """Replace the keys that may sign a ledger's frames and headers.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    refuse_if(order.ledger not in book.workers, Refusal.LEDGER_UNKNOWN)
    refuse_if(order.replaces != book.workers[order.ledger][0], Refusal.STALE)
    refuse_if(any(is_bad_worker_key(key) for key in order.keys), Refusal.BAD_KEY)
    refuse_if(len(set(order.keys)) < len(order.keys), Refusal.BAD_KEY)
    refuse_if(not 1 <= len(order.keys) <= MAX_WORKERS, Refusal.WORKERS_INVALID)

    # From here on the list stands.
    book.workers[order.ledger] = (Version(order.replaces + 1), order.keys)


def set_board(book: Book, order: SetBoard) -> None:
    """Replace the officers' board: k of n, from at least two sites.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    board = order.board
    refuse_if(order.replaces != book.board_version, Refusal.STALE)
    refuse_if(has_bad_key(board), Refusal.BAD_KEY)
    refuse_if(
        not isinstance(board, Board) or board.sites < MIN_SITES or board.needed < MIN_OFFICERS, Refusal.BOARD_INVALID
    )

    # From here on the new board is in force.
    book.set_board(board, Version(order.replaces + 1))


def set_operator(book: Book, order: SetOperator) -> None:
    """Admit an operator on a shard, with a registrar and a vault there; or suspend it, or lift the suspension.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    seat = book.operator_on(order.operator, order.shard)

    for wallet in (order.registrar, order.vault):
        refuse_if(_is_foreign(wallet, order.operator), Refusal.WALLET_ID_INVALID)
    refuse_if(order.shard == TIER1 or order.shard not in book.workers, Refusal.LEDGER_UNKNOWN)
    for wallet in (order.registrar, order.vault):
        refuse_if(home_of(wallet, book.genesis.shards) != order.shard, Refusal.WRONG_LEDGER)
    refuse_if(_is_taken(book, seat, order), Refusal.WALLET_EXISTS)
    refuse_if(order.replaces != (0 if seat is None else seat.version), Refusal.STALE)
    refuse_if(has_bad_key(order.registrar_policy) or has_bad_key(order.vault_policy), Refusal.BAD_KEY)
    refuse_if(int(order.status) not in list(OperatorStatus), Refusal.STATUS_UNKNOWN)

    # From here on the operator stands so.
    version = Version(order.replaces + 1)
    book.operators[order.operator, order.shard] = Operator(
        version=version, status=order.status, registrar=order.registrar, vault=order.vault
    )
    if seat is None and order.shard == book.ledger:
        book.open_account(order.registrar, WalletClass.REGISTRAR, policy_hash(order.registrar_policy))
        book.open_account(order.vault, WalletClass.VAULT, policy_hash(order.vault_policy))


def _is_foreign(wallet: WalletId, operator: OperatorId) -> bool:
    return not is_wallet_id(wallet) or operator_of(wallet) != operator or operator == CENTRAL_BANK


def _is_taken(book: Book, seat: Operator | None, order: SetOperator) -> bool:
    """Tell whether a new operator lacks two free numbers, or a known one gives up its own."""
    if seat is not None:
        return (seat.registrar, seat.vault) != (order.registrar, order.vault)
    if order.registrar == order.vault:
        return True
    return book.account(order.registrar) is not None or book.account(order.vault) is not None


_LAWS: Final[dict[type, Callable[[Book, Any], None]]] = {
    Rules: rules,
    Workers: workers,
    SetBoard: set_board,
    SetOperator: set_operator,
}
