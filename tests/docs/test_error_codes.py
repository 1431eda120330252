"""Every code with which the program can end is in the reference, and the reference has no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.repo.tracked import text_of, tracked

_PAGES: Final = (Path("docs/reference/errors.md"), Path("docs/reference/cli.md"))
_FIRST_CELL: Final = re.compile(r"^\| ((?:`[a-z0-9_]+`(?: · )?)+) \|", re.MULTILINE)
_CODE: Final = re.compile(r"[a-z0-9_]+")
# An error is made by its class, by the reader of a file, or by the class itself for all its own.
_MAKERS: Final = {"DcepError", "BadInput", "Unavailable", "Damaged", "LogFailed", "Surprise", "wrong", "__init__"}


def test_every_code_of_an_error_is_in_the_reference() -> None:
    """A code that nobody can look up is a riddle."""
    assert _raised() - _written() == set()


def test_the_reference_has_no_code_that_the_program_does_not_know() -> None:
    """A row that outlived its code sends its reader on a search."""
    known = {node.value for tree in _trees() for node in ast.walk(tree) if isinstance(node, ast.Constant)}

    assert _written() - known == set()


def _written() -> set[str]:
    cells = (cell for page in _PAGES for cell in _FIRST_CELL.findall(text_of(page)))
    return {code for cell in cells for code in _CODE.findall(cell)}


def _raised() -> set[str]:
    calls = (node for tree in _trees() for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
    first = (call.args[0] for call in calls if _maker(call.func) in _MAKERS)
    texts = (str(argument.value) for argument in first if isinstance(argument, ast.Constant))
    return {text for text in texts if _CODE.fullmatch(text)}


def _maker(called: ast.expr) -> str:
    match called:
        case ast.Name():
            return called.id
        case ast.Attribute():
            return called.attr
        case _:
            return ""


def _trees() -> Iterator[ast.Module]:
    for path in tracked():
        if path.suffix == ".py" and path.parts[:2] == ("src", "dcep"):
            yield ast.parse(text_of(path))
