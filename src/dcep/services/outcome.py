"""How a process ends: with the exit code of the command line's table, and one line that says why."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from dcep.errors import DcepError


def ended(main: Callable[[], int]) -> int:
    """Run a process and return its exit code; an error that somebody can do something about is told in a line."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    # Each request to another service is not worth a line.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        return main()
    except DcepError as error:
        sys.stderr.write(f"{error}\n" + (f"next: {error.next_step}\n" if error.next_step else ""))
        return error.exit_code
