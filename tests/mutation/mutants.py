"""A mutant: the law with one thing wrong, as a change of a file's bytes.

The kinds, of which the first two must all be caught by the plays of vectors/rules or by the order test:

    dropped    a check is not asked
    swapped    two neighbouring checks are asked in the other order
    boundary   a comparison takes the limit to the other side
    joint      `or` where `and` stands, or the other way round
    constant   a number is one more or one less
    unwritten  a write is left out
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What is wrong with the law."""

    DROPPED = "dropped"
    SWAPPED = "swapped"
    BOUNDARY = "boundary"
    JOINT = "joint"
    CONSTANT = "constant"
    UNWRITTEN = "unwritten"


# The limit on the other side, in both languages.
OTHER_SIDE: Final = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Bytes `start` to `end` of a file become `text`."""

    start: int
    end: int
    text: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of one function; `file` is relative to the engine's folder, `what` tells the change."""

    file: str
    function: str
    kind: Kind
    what: str
    edit: Edit

    @property
    def name(self) -> str:
        """What it is called in reports and in the list of equivalent ones."""
        return f"{self.file} {self.function}: {self.kind}: {self.what}"


def changed(source: bytes, edit: Edit) -> bytes:
    """Return a file's bytes with a change."""
    return source[: edit.start] + edit.text + source[edit.end :]


def on_one_line(source: bytes) -> str:
    """Return code as it is named: without its line ends and indents."""
    return " ".join(source.decode().split())


def numbered(mutants: Iterable[Mutant]) -> list[Mutant]:
    """Return mutants of which no two have the same name: from the second on a number stands behind it."""
    seen: dict[str, int] = {}
    named = []
    for mutant in mutants:
        seen[mutant.name] = count = seen.get(mutant.name, 0) + 1
        what = mutant.what if count == 1 else f"{mutant.what} #{count}"
        named.append(Mutant(file=mutant.file, function=mutant.function, kind=mutant.kind, what=what, edit=mutant.edit))
    return named
