"""Rules about what comes from tier 1, left out."""

from __future__ import annotations

from collections.abc import Callable

from dcep.ids import TIER1, PolicyHash
from dcep.ledger.engine.book import Book, Lock
from dcep.ledger.engine.channels import Channel
from dcep.ledger.engine.chapters import issuance
from dcep.messages.commands.issuance import Allocate, lane_to
from dcep.messages.crossings import OfficersOrder
from dcep.messages.layout import Blob, Version
from dcep.messages.policies import Policy, policy_hash
from dcep.messages.refusals import Refusal, known, refuse_if
from dcep.messages.signed import Command


def credit_without_a_window(book: Book, command: Command, order: Allocate) -> None:
    """Credit an allocation without asking whether its number or its lock has counted."""
    refuse_if(command.body.lane != lane_to(book.ledger), Refusal.WRONG_LANE)
    operator = known(book.operator_on(order.operator, book.ledger), Refusal.OPERATOR_UNKNOWN)
    vault = known(book.account(operator.vault), Refusal.VAULT_UNKNOWN)
    refuse_if(order.shard != book.ledger, Refusal.WRONG_LEDGER)
    if not book.vault_window.is_superseded(command.body.number):
        book.vault_window.use(command.body.number, settled=True)
    book.locks[order.lock] = Lock(operator=order.operator, amount=order.amount, is_spent=True)
    book.take_in(TIER1, order.amount)
    book.credit(vault, order.amount)


def judge_the_expiry(book: Book, command: Command, order: Allocate) -> None:
    """Let the shard judge an approval's expiry, which is for tier 1 to judge."""
    refuse_if(book.now >= command.body.expires_at, Refusal.STALE)
    issuance.credit_allocation(book, command, order)


def replace_anything(book: Book, channel: Channel, command: Command) -> None:
    """Send an allocation again without comparing lane, number, lock and amount with an open one."""
    refuse_if(not book.is_signed_by_board(command), Refusal.BOARD_NOT_IN_FORCE)
    book.send(channel.peer, OfficersOrder(order=Blob(command.wire)), 0)


def newest_board() -> tuple[Callable[[Book, Policy, Version], None], Callable[[Book, Command], bool]]:
    """Return how a board is set and asked for, where tier 1's newest judges every message."""
    newest = (Version(0), PolicyHash(b""))

    def set_board(book: Book, board: Policy, version: Version) -> None:
        nonlocal newest
        _set_board(book, board, version)
        if book.ledger == TIER1:
            newest = max(newest, (version, policy_hash(board)))

    def is_signed(book: Book, order: Command) -> bool:
        return (int(order.body.epoch), policy_hash(order.policy)) == newest

    return set_board, is_signed


_set_board: Callable[[Book, Policy, Version], None] = Book.set_board
