"""The files of the repository: those git tracks, and those it would."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file of the checkout that git does not ignore, relative to ROOT, in order."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = (Path(name) for name in listing.split("\0") if name)
    return tuple(sorted(path for path in paths if (ROOT / path).is_file()))


def text_of(path: Path) -> str:
    """Return a file's text; bytes that are no UTF-8 are replaced, since only words are looked for."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")
