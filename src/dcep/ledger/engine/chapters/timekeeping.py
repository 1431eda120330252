"""Tick and checkpoint."""

from __future__ import annotations

from dcep.ledger.engine.book import Book
from dcep.messages.commands.timekeeping import Checkpoint, Tick
from dcep.messages.policies import policy_hash
from dcep.messages.refusals import NotProcessed, Unheard


def tick(book: Book, order: Tick) -> None:
    """Hear the time from tier 1: its members, the central bank among them; in an emergency the officers' board.

    Raises:
        Unheard: signed by anybody else; the tick is ignored, its frame is not.
    """
    signers = policy_hash(book.command_at_hand().policy)
    if signers not in (book.members_hash, book.board_hash):
        raise Unheard(NotProcessed.NOT_AUTHORISED)
    book.time.hear_tick(order.time)


def checkpoint(book: Book, order: Checkpoint) -> None:
    """Let the worker say which root the state had after an earlier frame; an audit checks it."""
