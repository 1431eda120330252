"""The reference names every command and option of the program, and no other: in cli.md, or in a group's own page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from cyclopts import App

from dcep.cli.app import app
from tests.repo.tracked import text_of

_PAGES: Final = (Path("docs/reference/cli.md"), *sorted(Path("docs/reference").glob("*-command.md")))
_SECTION: Final = re.compile(r"^## `(dcep[a-z -]*)`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ROW: Final = re.compile(r"^\| `([^`]+)`", re.MULTILINE)


def _commands(of: App, path: str) -> Iterator[tuple[str, App]]:
    """Yield every command that does something, with the words that call it."""
    for name in of:
        if name.startswith("-"):
            continue
        command = of[name]
        if command.default_command is not None:
            yield f"{path} {name}", command
        yield from _commands(command, f"{path} {name}")


_COMMANDS: Final = dict(_commands(app, "dcep"))
_WRITTEN: Final = dict(section for page in _PAGES for section in _SECTION.findall(text_of(page)))
# A section of a group holds the options that each of its commands has; a command that has others below it has its own.
_GROUPS: Final = {
    name for name in _WRITTEN if name not in _COMMANDS and any(command.startswith(f"{name} ") for command in _COMMANDS)
}


def test_the_reference_has_a_section_for_each_command_and_no_other() -> None:
    """Who reads the page knows all that can be called."""
    assert sorted(set(_WRITTEN) - _GROUPS) == sorted(_COMMANDS)


@pytest.mark.parametrize("name", _COMMANDS)
def test_the_section_of_a_command_has_a_row_for_each_option_and_no_other(name: str) -> None:
    """An option that is not written down is one that may change overnight."""
    # A record of options is itself an argument, spelled `*`; the flags that turn a switch off are not there.
    options = {
        spelling
        for argument in _COMMANDS[name].assemble_argument_collection()
        for spelling in argument.names
        if spelling != "*" and not spelling.startswith("--no-")
    }

    groups = {group for group in _GROUPS if name.startswith(f"{group} ")}
    rows = {row for section in (name, *groups) for row in _rows(_WRITTEN.get(section, ""))}

    assert {row for row in rows if row.isupper() or row.startswith("--")} == options


def _rows(section: str) -> list[str]:
    first_table = section.split("\n\n**", maxsplit=1)[0]
    return _ROW.findall(first_table)
