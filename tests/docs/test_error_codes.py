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


def test_every_code_of_a_problem_is_on_a_page_about_http() -> None:
    """A client meets codes that no exit code stands for: they are looked up where the routes are."""
    made = {text for text in _first_words({"Problem"}, place=1) if _CODE.fullmatch(text)}
    pages = "".join(text_of(page) for page in sorted(Path("docs/reference").glob("http*.md")))

    assert "slow_body" in made
    assert {code for code in made if f"`{code}`" not in pages} == set()


def _written() -> set[str]:
    cells = (cell for page in _PAGES for cell in _FIRST_CELL.findall(text_of(page)))
    return {code for cell in cells for code in _CODE.findall(cell)}


def _raised() -> set[str]:
    return {text for text in _first_words(_MAKERS, place=0) if _CODE.fullmatch(text)}


def _first_words(makers: set[str], *, place: int) -> Iterator[str]:
    """Yield the texts that stand at a place in calls of these makers."""
    calls = (node for tree in _trees() for node in ast.walk(tree) if isinstance(node, ast.Call))
    words = (call.args[place] for call in calls if _maker(call.func) in makers and len(call.args) > place)
    return (str(word.value) for word in words if isinstance(word, ast.Constant))


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
