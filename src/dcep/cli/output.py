"""What a command says, and with which exit code: 0 done, 1 the answer is no, 2 wrong input, 3 unavailable."""

from __future__ import annotations

import json
import sys
from typing import Any, Final, NoReturn

from dcep.errors import DcepError

DONE: Final = 0
NO: Final = 1
WRONG_INPUT: Final = 2
UNAVAILABLE: Final = 3


def print_json(document: Any) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")


def say(text: str = "") -> None:
    """Print a line for people on standard output."""
    sys.stdout.write(text + "\n")


def warn(text: str) -> None:
    """Print a line for people on standard error."""
    sys.stderr.write(text + "\n")


def fail(error: DcepError) -> NoReturn:
    """Print what is wrong and the next step, and leave with the family's exit code."""
    warn(str(error))
    if error.next_step:
        warn(f"next: {error.next_step}")
    sys.exit(error.exit_code)
