"""One table of commands: vectors/commands.tsv, the records of Python, and the reference page say the same."""

from __future__ import annotations

import csv
from itertools import groupby

from dcep.messages.kinds import KINDS, Kind
from dcep.messages.layout import describe
from tests.repo.tracked import ROOT

TABLE = ROOT / "vectors" / "commands.tsv"
PAGE = ROOT / "docs" / "reference" / "commands.md"

Row = dict[str, str]


def rows() -> list[Row]:
    """Return the lines of the table by the names of its columns."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def section(name: str, lines: list[Row]) -> str:
    """Return the section of a command as the page has it."""
    first = lines[0]
    head = f"### {name}\n\n`{first['kind']}` · given by: {first['authority']} · law on: {first['ledgers']}\n"
    if first["field"] == "-":
        return f"{head}\nNo fields.\n"
    fields = "".join(f"| `{row['field']}` | {row['type']} | {row['meaning']} |\n" for row in lines)
    return f"{head}\n| field | type | meaning |\n|---|---|---|\n{fields}"


def test_the_records_have_the_lines_of_the_table() -> None:
    """A field that is renamed, moved or widened in one place only would change what a signature means."""
    table = [tuple(list(row.values())[:7]) for row in rows()]

    assert table == [line for kind in KINDS.values() for line in _lines(kind)]


def test_every_line_says_what_it_means() -> None:
    """Who writes a client in another language has nothing else."""
    assert [row for row in rows() if not row["meaning"]] == []


def test_the_page_has_the_sections_of_the_table_in_its_order() -> None:
    """The page is read by people, the table by programs: neither may know more."""
    page = PAGE.read_text(encoding="utf-8")
    sections = [section(name, list(lines)) for name, lines in groupby(rows(), key=lambda row: row["command"])]

    assert [text for text in sections if text not in page] == []
    places = [page.index(text) for text in sections]
    assert places == sorted(places)


def _lines(kind: Kind) -> list[tuple[str, ...]]:
    head = f"0x{kind.number:02x}", kind.name, kind.chapter, kind.authority.value, kind.ledgers.value
    return [(*head, *field) for field in describe(kind.record) or [("-", "-")]]
