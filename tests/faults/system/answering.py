"""A program that lives the town's life in a folder and writes a line to its standard output for each answer it hears.

python -m tests.faults.system.answering FOLDER: `LEDGER SEQ PLACE`, one system call a line, at the moment of the answer.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import SupportsIndex

from tests.faults.disk.town import Given, live


class Aloud(list[Given]):
    """Answers that are said aloud when they are heard."""

    def append(self, given: Given, /) -> None:
        os.write(1, f"{given.ledger} {given.seq} {given.place}\n".encode())
        super().append(given)

    def insert(self, index: SupportsIndex, given: Given, /) -> None:
        """Refuse: answers are heard one after the other."""
        raise NotImplementedError


if __name__ == "__main__":
    live(Path(sys.argv[1]), Aloud())
