"""What an audit says: where each ledger stands, what is wrong, and what a crash may have left."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from dcep.ids import TIER1, LedgerId, ledger_name
from dcep.ledger.log import Problem
from dcep.messages.layout import Hash

# The ledger whose head and root stand for the folder.
_RETAIL: Final = LedgerId(0)
# More lines than this about one ledger tell nobody more.
_MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """One ledger as far as it could be replayed: frames, commands, the head and the root of the state after them."""

    ledger: LedgerId
    frames: int
    commands: int
    head: Hash
    root: Hash

    def document(self) -> dict[str, Any]:
        """Return what JSON shows of it."""
        return {
            "name": ledger_name(self.ledger),
            "frames": self.frames,
            "commands": self.commands,
            "head": self.head.hex(),
            "root": self.root.hex(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole answer. `ledgers` is empty where the genesis itself is not what was written."""

    ledgers: tuple[LedgerReport, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; a warning is not."""
        return not self.problems

    def document(self) -> dict[str, Any]:
        """Return the JSON document of INTERFACES, `dcep verify`."""
        retail = next((entry.document() for entry in self.ledgers if entry.ledger == _RETAIL), {})
        return {
            "ok": self.ok,
            "frames": sum(entry.frames for entry in self.ledgers),
            "commands": sum(entry.commands for entry in self.ledgers),
            "head": retail.get("head"),
            "root": retail.get("root"),
            "ledgers": [entry.document() for entry in self.ledgers],
            "problems": [asdict(problem) for problem in self.problems],
            "warnings": [asdict(warning) for warning in self.warnings],
        }


class Findings:
    """Collect problems and warnings about one ledger, or about the folder; the first hundred of each are listed."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._left_out = 0

    def add(self, problem: Problem) -> None:
        """Note something that is wrong."""
        if len(self.problems) < _MOST:
            self.problems.append(problem)
        else:
            self._left_out += 1

    def blame(self, file: str, offset: int, frame: int, code: str, explanation: str) -> None:
        """Note something that is wrong with these bytes."""
        self.add(Problem(file=file, offset=offset, frame=frame, code=code, explanation=explanation))

    def warn(self, file: str, offset: int, frame: int, code: str, explanation: str) -> None:
        """Note something that a crash can have left, or that could not be judged."""
        if len(self.warnings) < _MOST:
            self.warnings.append(Problem(file=file, offset=offset, frame=frame, code=code, explanation=explanation))

    def close(self) -> None:
        """Say how much was left out."""
        if self._left_out:
            last = self.problems[-1]
            message = f"{self._left_out} more problems are not listed"
            self.problems.append(Problem(file=last.file, offset=0, frame=0, code="and_more", explanation=message))


def in_order(ledgers: list[LedgerId]) -> list[LedgerId]:
    """Return the ledgers as a report lists them: tier 1 first."""
    return sorted(ledgers, key=lambda ledger: (ledger != TIER1, ledger))
