"""docs/reference/limits.md against the rule sets that come with the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dcep.clock import date_text, day_of
from dcep.issuance.rules import names, read_rules
from dcep.messages.commands.governance import Rules
from dcep.money import MAX_FEN, Fen

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "limits.md"
ROW = re.compile(r"^\| (I|II|III|IV|corporate) \| [^|]+ \| (\S+) \| (\S+) \| (\S+) \| (\S+) \|$", re.MULTILINE)


@pytest.mark.parametrize("name", names())
def test_the_page_has_the_limits_of_the_rule_set(name: str) -> None:
    """People read the page, the ledger the file: both must forbid the same payment."""
    rules = read_rules(name)
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {name}\n")[2].partition("\n## ")[0]

    rows = [row[1:] for row in ROW.findall(section)]

    assert rows == [tuple(map(_yuan, (row.cap, row.single, row.daily, row.annual))) for row in rules.classes]
    assert _sentence(rules) in section


def _sentence(rules: Rules) -> str:
    hours, seconds = rules.max_life // 3_600_000, rules.clock_bound // 1_000
    return (
        f"In force from {date_text(day_of(rules.effective_at))}. A command lives at most {hours} hours, "
        f"a frame may be at most {seconds} seconds ahead of tier 1."
    )


def _yuan(limit: Fen) -> str:
    return "none" if limit == MAX_FEN else f"{limit // 100:,}"
