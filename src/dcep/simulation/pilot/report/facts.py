"""What a report tells: the boards, the attempts, the draw, read from a pilot's journal."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dcep.messages.reports.draws import Commitment, read_commitment
from dcep.messages.reports.scores import ScoreBoard, read_board
from dcep.services.topology import OPERATORS
from dcep.simulation.pilot.cast import Trade
from dcep.simulation.pilot.journal import End, Journal
from dcep.simulation.pilot.lottery import DRAW
from dcep.simulation.pilot.script import SETTLED, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseFacts:
    """One phase that has ended."""

    board: ScoreBoard
    ends: Sequence[End]

    @property
    def names(self) -> list[str]:
        """The operators of the board's lines, by name."""
        return [OPERATORS.get(line.operator, f"{line.operator:03}") for line in self.board.lines]

    def by_trade(self) -> Mapping[str, list[End]]:
        """Return the attempts by trade, in the order in which the trades are played."""
        found: dict[str, list[End]] = {trade.value: [] for trade in Trade}
        for end in self.ends:
            found[end.trade].append(end)
        return {trade: ends for trade, ends in found.items() if ends}

    def moved_fen(self) -> Mapping[str, int]:
        """Return what has settled of payments and captures, by trade."""
        moved: dict[str, int] = defaultdict(int)
        for end in self.ends:
            if end.answer == SETTLED and end.verb in (Verb.PAY, Verb.CAPTURE, Verb.EXCHANGE, Verb.REDEEM):
                moved[end.trade] += end.amount_fen
        return moved

    def answers(self) -> Mapping[str, int]:
        """Return how often each answer was given."""
        return Counter(end.answer for end in self.ends)

    def a_second(self) -> tuple[list[int], dict[str, list[int]]]:
        """Return seconds since the phase began, and how many steps of each trade ended in each."""
        began = self.board.began_at
        seconds = max((int(end.ended_at_ms - began) // 1_000 for end in self.ends), default=0) + 1
        counts = {trade: [0] * seconds for trade in self.by_trade()}
        for end in self.ends:
            counts[end.trade][max(0, int(end.ended_at_ms - began) // 1_000)] += 1
        return list(range(seconds)), counts


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeFacts:
    """What became of the red envelopes."""

    commitment: Commitment
    given: int
    opened: int
    returned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a report tells."""

    options: Mapping[str, Any]
    phases: Sequence[PhaseFacts]
    envelopes: EnvelopeFacts | None


def facts_of(journal: Journal) -> Facts:
    """Return the facts of a pilot, whose phases that have ended are told."""
    phases = []
    for phase in (1, 2):
        message = journal.document(f"board-{phase}")
        if message is not None:
            phases.append(PhaseFacts(board=read_board(message).board, ends=journal.ends(phase)))
    return Facts(options=journal.note("options") or {}, phases=phases, envelopes=_envelopes(journal))


def _envelopes(journal: Journal) -> EnvelopeFacts | None:
    shown = journal.document(DRAW)
    if shown is None:
        return None
    settled = Counter(end.verb for end in journal.ends(2) if end.trade == Trade.ENVELOPES and end.answer == SETTLED)
    return EnvelopeFacts(
        commitment=read_commitment(bytes.fromhex(json.loads(shown)["commitment"])).commitment,
        given=settled[Verb.HOLD],
        opened=settled[Verb.CAPTURE],
        returned=settled[Verb.RELEASE],
    )
