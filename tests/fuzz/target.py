"""A target: hostile bytes and what must hold for all of them, whatever they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

CORPUS: Final = Path(__file__).with_name("corpus")
_NAME_SIZE: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is fuzzed: `check` fails if an input does what none may do.

    `group` is what runs side by side with the other groups; the inputs that were kept are seeds as well.
    """

    name: str
    group: str
    inputs: st.SearchStrategy[bytes]
    check: Callable[[bytes], None]

    @property
    def folder(self) -> Path:
        """Where the inputs are kept that once were interesting."""
        return CORPUS / self.name

    def kept(self) -> list[Path]:
        """Return the inputs that are kept."""
        return sorted(self.folder.glob("*")) if self.folder.is_dir() else []


def keep(folder: Path, data: bytes) -> Path:
    """Keep an input under the beginning of its hash, and return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / sha256(data).hexdigest()[:_NAME_SIZE]
    file.write_bytes(data)
    return file


def seeds_of(name: str, seeds: Sequence[bytes]) -> list[bytes]:
    """Return seeds and what is kept of a target."""
    kept = [file.read_bytes() for file in sorted((CORPUS / name).glob("*"))]
    return list(dict.fromkeys([*seeds, *kept]))
