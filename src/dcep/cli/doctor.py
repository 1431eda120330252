"""`dcep doctor`: what is wrong with a setup, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from dcep.cli.output import DONE, NO, print_json, say

_MARKS: Final = {"well": "✓", "advice": "!", "wrong": "✗"}


def doctor(*, data: Path = Path("currency"), json: bool = False) -> int:
    """Explain what is wrong with this machine or a data folder. Nothing is changed.

    Parameters
    ----------
    data
        The data folder, there or not yet.
    json
        Print one JSON document.
    """
    from dcep.services import machine
    from dcep.services.diagnosis import Health, examine

    findings = list(examine(data, machine.now()))
    is_well = all(finding.health is not Health.WRONG for finding in findings)
    if json:
        rows = [
            {
                "name": finding.name,
                "health": finding.health,
                "explanation": finding.explanation,
                "next_step": finding.next_step,
            }
            for finding in findings
        ]
        print_json({"ok": is_well, "findings": rows})
        return DONE if is_well else NO
    for finding in findings:
        say(f"{_MARKS[finding.health]} {finding.name:<13}{finding.explanation}")
        if finding.next_step:
            say(f"  {'':<13}next: {finding.next_step}")
    return DONE if is_well else NO
