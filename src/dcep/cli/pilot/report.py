"""`dcep pilot report`: the report of a pilot, as a page that needs no other file and as PDF."""

from __future__ import annotations

from pathlib import Path

from dcep.cli.output import DONE, print_json, say
from dcep.cli.pilot.checks import DATA, Data


def report(*, data: Data = DATA, json: bool = False) -> int:
    """Write the report of a pilot's phases that have ended.

    Parameters
    ----------
    json
        Print one JSON document.
    """
    files = write(data)
    if json:
        print_json({"files": [str(file) for file in files]})
    else:
        for file in files:
            say(str(file))
    return DONE


def write(data: Path) -> list[Path]:
    """Write the report into the pilot's folder, and return its files.

    Raises:
        BadInput: `no_pilot`, `missing_extra`.
    """
    from dcep.cli.pilot.checks import folder_of
    from dcep.simulation.pilot.report.documents import write_report
    from dcep.simulation.pilot.report.facts import facts_of
    from dcep.simulation.pilot.run import journal_in

    folder = folder_of(data)
    with journal_in(folder) as journal:
        facts = facts_of(journal)
    return write_report(folder, facts)
