"""docs/reference/cli.md names every command and option of the program, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from cyclopts import App

from dcep.cli.app import app
from tests.repo.tracked import text_of

_PAGE: Final = Path("docs/reference/cli.md")
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
_SECTIONS: Final = dict(_SECTION.findall(text_of(_PAGE)))


def test_the_reference_has_a_section_for_each_command_and_no_other() -> None:
    """Who reads the page knows all that can be called."""
    assert sorted(_SECTIONS) == sorted(_COMMANDS)


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

    section = _SECTIONS.get(name, "")
    first_table = section.split("\n\n**")[0]

    assert {row for row in _ROW.findall(first_table) if row.isupper() or row.startswith("--")} == options
