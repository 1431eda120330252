"""Dated rule sets: which limits, lives and clock bound are in force."""

from __future__ import annotations

from typing import Final

from dcep.clock import UnixMs
from dcep.messages.classes import CUSTOMERS
from dcep.messages.commands.governance import ClassLimits, Rules
from dcep.messages.layout import Version
from dcep.money import MAX_FEN, Fen

MAX_SCHEDULED: Final = 16


class Limits:
    """The limits of one class, fen; None where there is none."""

    __slots__ = ("annual", "cap", "daily", "single")

    def __init__(self, limits: ClassLimits) -> None:
        self.cap = _some(limits.cap)
        self.single = _some(limits.single)
        self.daily = _some(limits.daily)
        self.annual = _some(limits.annual)


def _some(limit: Fen) -> Fen | None:
    return None if limit == MAX_FEN else limit


UNLIMITED: Final = Limits(ClassLimits(cap=MAX_FEN, single=MAX_FEN, daily=MAX_FEN, annual=MAX_FEN))


class RuleSets:
    """The rule set in force, those that wait for their date, and the longest life that any of them has granted."""

    __slots__ = ("_limits", "in_force", "longest_life", "scheduled", "version")

    def __init__(self, rules: Rules) -> None:
        self.version = Version(1)
        self.scheduled: list[Rules] = []
        self.longest_life = UnixMs(0)
        self.put_in_force(rules)

    def put_in_force(self, rules: Rules) -> None:
        self.in_force = rules
        self.longest_life = max(self.longest_life, rules.max_life)
        self._limits = [Limits(limits) for limits in rules.classes]

    def limits_of(self, wallet_class: int) -> Limits:
        """Return the limits of a class; institutions have none."""
        return self._limits[wallet_class - 1] if wallet_class in CUSTOMERS else UNLIMITED

    def schedule(self, rules: Rules, now: UnixMs) -> None:
        """Take a newer rule set; it is in force from its date, at once if that has passed."""
        self.version = Version(self.version + 1)
        self.scheduled.append(rules)
        self.advance(now)

    def advance(self, now: UnixMs) -> None:
        """Put the newest rule set whose date has come in force; what is older than it never will be."""
        due = [place for place, rules in enumerate(self.scheduled) if rules.effective_at <= now]
        if due:
            self.put_in_force(self.scheduled[due[-1]])
            del self.scheduled[: due[-1] + 1]


def is_valid(rules: Rules) -> bool:
    """Return whether a rule set names every class and grants a life and a bound."""
    return len(rules.classes) == len(CUSTOMERS) and rules.max_life > 0 and rules.clock_bound > 0
