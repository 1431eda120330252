"""Progress bars on standard error, only where a person is looking."""

from __future__ import annotations

import sys
from collections.abc import Callable

Progress = Callable[[str, int, int], None]


def progress_bar() -> Progress:
    """Return a function (what, done, total) that draws a bar on a terminal and is silent elsewhere.

    A total of 0 names a stage that has just been passed.
    """
    if not sys.stderr.isatty():
        return lambda what, done, total: None

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    bars = Bars(
        TextColumn("{task.description:>14}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bars.start()
    tasks = {}

    def show(what: str, done: int, total: int) -> None:
        if total == 0:
            return
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=total)
        bars.update(tasks[what], completed=done)
        if done >= total:
            bars.remove_task(tasks.pop(what))
            if not tasks:
                bars.refresh()

    return show
