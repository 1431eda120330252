"""The pages that people read, and the code blocks on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.repo.tracked import text_of, tracked

RUN: Final = frozenset({"sh", "console", "python"})
# A block without a language shows a layout.
SHOWN: Final = frozenset({"", "text", "json", "toml", "csv", "rust"})
_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: the line on which its fence stands, its language, its text."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        """How a failure names the block."""
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """Return README and its sisters, and everything under docs."""
    return [path for path in tracked() if path.suffix == ".md" and (len(path.parts) == 1 or path.parts[0] == "docs")]


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    text = text_of(page)
    return [
        Block(page=page, line=text.count("\n", 0, found.start()) + 1, language=found[1], text=found[2])
        for found in _FENCE.finditer(text)
    ]


def prose_of(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return _FENCE.sub("", text_of(page))
