"""Rules about time, left out."""

from __future__ import annotations

from dcep.clock import UnixMs
from dcep.ledger.engine import apply
from dcep.ledger.engine.apply import Judged
from dcep.ledger.engine.book import Book
from dcep.messages.commands.timekeeping import Tick
from dcep.messages.layout import Key


class Halted(ValueError):
    """The ledger stands still at a frame for ever."""


def halt_on_a_clock(book: Book, worker: Key, time: UnixMs, body: bytes) -> list[Judged] | None:
    """Stop at a frame whose time is ahead, instead of letting it be void."""
    judged = apply.apply_frame(book, worker, time, body)
    if judged is not None and book.time.is_ahead(time, book.rules.in_force.clock_bound):
        raise Halted("its clock is ahead")
    return judged


def hear_any_tick(book: Book, order: Tick) -> None:
    """Take a tick, whoever has signed it."""
    book.time.hear_tick(order.time)
