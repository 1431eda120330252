"""The ledger's language: a line is a command and its answer. It parses and calls; it knows no rule.

    rules  T  cap 2_000  daily 1_000             first of all: the limits of a class in the genesis
    open   li  T  1_650                          a wallet, its class, what its operator's vault exchanges for it
    pay    li  bakery  500  2021-12-30  settled  who, fields, perhaps a moment that every clock is moved to, the answer

The rest of the language is told in vectors/README.md, the names of accounts in tests/names.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from tests.lines import read_line
from tests.scene import Scene

PLAYS: Final = Path(__file__).parents[1] / "vectors" / "rules"
_TITLE: Final = "== "


def play(text: str, engine: EngineMaker = PythonEngine) -> Scene:
    """Play the lines on a new network and return what stands at the end.

    Raises:
        AssertionError: a line had another answer; the message names the line.
    """
    scene = Scene(engine)
    for number, line in enumerate(text.splitlines(), start=1):
        said = read_line(line)
        if said is not None:
            answer = scene.say(said)
            assert answer == said.answer, f"line {number}: {line.strip()}: the answer is {answer}"
    return scene


def plays(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the title and the lines of each play of a file; a title stands behind `== `."""
    for part in file.read_text(encoding="utf-8").split(f"\n{_TITLE}")[1:]:
        title, _, lines = part.partition("\n")
        yield title, lines
