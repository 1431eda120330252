"""The variants: one rule of PROTOCOL left out on purpose, so that the laws can be seen to notice.

Rules of the engine are replaced here, in the Python engine, for as long as a run lasts; the engine itself has no
switches. What an actor may do wrong stands with the actor, who asks for the variant's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from dcep.ledger.engine import apply, statute
from dcep.ledger.engine.book import Book
from dcep.ledger.engine.chapters import channel, freezing
from dcep.ledger.engine.held import Held
from dcep.ledger.engine.lanes import Window
from dcep.messages.commands.channel import Ack
from dcep.messages.commands.holds import Capture
from dcep.messages.commands.issuance import Allocate
from dcep.messages.commands.timekeeping import Tick
from dcep.messages.commands.wallets import Close
from dcep.messages.crossings import Payment, Returned
from dcep.simulation.model.broken import channels, clocks, holds, issuance, numbers

# Where a rule stands, its name there, and what takes its place.
Swaps = list[tuple[Any, Any, Callable[..., Any]]]


def _newest_board() -> Swaps:
    set_board, is_signed = issuance.newest_board()
    return [(Book, "set_board", set_board), (Book, "is_signed_by_board", is_signed)]


def _everywhere(hear: Callable[..., Any]) -> Swaps:
    return [(apply, "hear", hear), (statute, "hear", hear)]


# Made anew for each run, in the order of PROTOCOL.
_RULES: Final[dict[str, Callable[[], Swaps]]] = {
    "no-floor": lambda: [
        (Window, "is_superseded", numbers.know_no_floor),
        (Window, "use", numbers.use_without_floor),
    ],
    "expiry-first": lambda: _everywhere(numbers.ask_expiry_first),
    "life-unbounded": lambda: _everywhere(numbers.let_live_for_ever),
    "policy-first": lambda: _everywhere(numbers.ask_policy_first),
    "last-plus-one": lambda: [(Window, "is_too_far", numbers.take_only_the_next)],
    "shift-by-word": lambda: [(Window, "use", numbers.shift_by_less_than_the_word)],
    "unversioned-freeze": lambda: [(freezing, "_subject", numbers.find_whatever_version)],
    "credit-any": lambda: [(channel, "credit", channels.credit_any)],
    "wait-for-receiver": lambda: [(apply._ARRIVALS, Payment, channels.wait_for_the_receiver)],
    "drop-at-receiver": lambda: [(apply._ARRIVALS, Payment, channels.drop_at_the_receiver)],
    "redirect-returns": lambda: [(apply._ARRIVALS, Returned, channels.send_returns_back)],
    "naive-ack": lambda: [(apply._UNNUMBERED, Ack, channels.take_any_ack)],
    "close-in-flight": lambda: [(apply._ORDERS, Close, numbers.close_with_money_in_flight)],
    "no-vault-window": lambda: [(apply._ENACTED, Allocate, issuance.credit_without_a_window)],
    "shard-judges-expiry": lambda: [(apply._ENACTED, Allocate, issuance.judge_the_expiry)],
    "replace-anything": lambda: [(channel, "_resend_allocation", issuance.replace_anything)],
    "newest-board": _newest_board,
    "void-blocks": lambda: [(apply, "_take", channels.block_at_a_void_message)],
    "halt-on-clock": lambda: [(statute, "apply_frame", clocks.halt_on_a_clock)],
    "operators-tick": lambda: [(apply._UNNUMBERED, Tick, clocks.hear_any_tick)],
    "uncounted-capture": lambda: [(Held, "take", holds.count_no_capture)],
    "capture-for-ever": lambda: [(apply._ORDERS, Capture, holds.capture_for_ever)],
    "close-on-hold": lambda: [(apply._ORDERS, Close, holds.close_with_money_on_hold)],
}
ACTORS: Final = (
    "unheard-is-final",
    "answer-on-append",
    "used-is-receipt",
    "stale-history",
    "resign-on-timeout",
    "burnt-numbers",
    "recovery-without-barrier",
    "unread-append",
    "no-resend",
    "checkpoint-by-place",
    "worker-clock",
    "wallet-clock",
    "raw-clock",
)
VARIANTS: Final = (*_RULES, *ACTORS)


def breaks_the_engine(variant: str) -> bool:
    """Return whether the variant leaves out a rule of the engine, so that only the Python engine can play it."""
    return variant in _RULES


@contextmanager
def left_out(variant: str) -> Iterator[None]:
    """Leave the variant's rule out while the block runs; nothing is left out for an actor's, or for none."""
    rules = _RULES[variant]() if variant in _RULES else []
    kept = [(room, name, _swap(room, name, rule)) for room, name, rule in rules]
    try:
        yield
    finally:
        for room, name, rule in kept:
            _swap(room, name, rule)


def _swap(room: Any, name: Any, rule: Callable[..., Any]) -> Callable[..., Any]:
    """Put a rule in its place and return the one that stood there."""
    before: Callable[..., Any] = room[name] if isinstance(room, dict) else getattr(room, name)
    if isinstance(room, dict):
        room[name] = rule
    else:
        setattr(room, name, rule)
    return before
