"""The states of an order, and which may follow which. Everything else is a fault of the program.

    awaiting_reserves: an issue, until its reserves are locked
          │
          ▼
    requested ──► proposed ──► approved ──► settled
                  ▲      │      │     └───► refused
                  │      ▼      ▼
                  └──── lapsed ◄┘           abandoned: from requested, proposed and lapsed

An order lapses when its bytes can certainly never count: they have expired on the ledger, or another board is in force.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where an order of the central bank stands."""

    AWAITING_RESERVES = "awaiting_reserves"
    REQUESTED = "requested"
    PROPOSED = "proposed"
    APPROVED = "approved"
    LAPSED = "lapsed"
    SETTLED = "settled"
    REFUSED = "refused"
    ABANDONED = "abandoned"


MOVES: Final[dict[State, frozenset[State]]] = {
    State.AWAITING_RESERVES: frozenset({State.REQUESTED}),
    State.REQUESTED: frozenset({State.PROPOSED, State.ABANDONED}),
    State.PROPOSED: frozenset({State.APPROVED, State.LAPSED, State.ABANDONED}),
    State.APPROVED: frozenset({State.SETTLED, State.REFUSED, State.LAPSED}),
    State.LAPSED: frozenset({State.PROPOSED, State.ABANDONED}),
    State.SETTLED: frozenset(),
    State.REFUSED: frozenset(),
    State.ABANDONED: frozenset(),
}


def require_move(before: State, after: State) -> None:
    """Return only if one state may follow the other."""
    assert after in MOVES[before], f"an order does not go from {before} to {after}"
