"""How large a function, a file and a folder may grow."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.repo.tracked import text_of, tracked

LINES_OF_A_FILE: Final = 500
LINES_OF_A_FUNCTION: Final = 50
MODULES_OF_A_FOLDER: Final = 15

# What is larger today, and how large it may be at most: `path`, `path::function` or `folder/`. The list only shrinks.
EXCEPTIONS: Final[dict[str, int]] = {}

_SOURCES: Final = {".java", ".py", ".pyi", ".rs", ".ts", ".tsx"}
_ROOTS_OF_A_FOLDER: Final = {"__init__.py", "lib.rs", "mod.rs"}
# biome closes a function, or a method, at the indent at which it was opened.
_TYPESCRIPT_FUNCTION: Final = re.compile(
    r"^( *)(?:export )?(?:(?:async )?function\*? (\w+)\b"
    r"|(?:async |static |\*)*(?!if\b|for\b|while\b|switch\b|catch\b)(\w+)\(.*\{$)[\s\S]*?^\1}",
    re.MULTILINE,
)
# rustfmt closes a function at the indent at which it was opened.
_RUST_FUNCTION: Final = re.compile(r"^( *)(?:pub(?:\([a-z]+\))? )?(?:const )?fn (\w+)[\s\S]*?^\1}$", re.MULTILINE)


def test_no_file_has_more_than_500_lines() -> None:
    """A file that long holds two nouns."""
    sizes = {str(path): text_of(path).count("\n") for path in _sources()}

    assert _too_large(sizes, LINES_OF_A_FILE) == []


def test_no_function_has_more_than_50_lines() -> None:
    """A rule is read from top to bottom on one screen."""
    sizes = {f"{path}::{name}": lines for path in _sources() for name, lines in _functions(path.suffix, text_of(path))}

    assert _too_large(sizes, LINES_OF_A_FUNCTION) == []


def test_no_folder_has_more_than_15_modules() -> None:
    """The fifteenth file forces a noun, and a folder for it."""
    sizes = Counter(f"{path.parent}/" for path in _sources() if path.name not in _ROOTS_OF_A_FOLDER)

    assert _too_large(sizes, MODULES_OF_A_FOLDER) == []


def test_every_exception_is_still_needed() -> None:
    """An exception whose place is small again, or gone, would let it grow back unseen."""
    named = {exception.partition("::")[0] for exception in EXCEPTIONS}
    standing = {str(path) for path in _sources()} | {f"{path.parent}/" for path in _sources()}

    assert named - standing == set()
    assert [name for name, lines in EXCEPTIONS.items() if lines <= _limit_of(name)] == []


def test_the_length_of_a_function_counts_its_first_and_last_line() -> None:
    """The measure itself is measured, in each language: a check that never fails is none."""
    python = "def one() -> int:\n    return 1\n"
    rust = "impl One {\n    pub fn one(&self) -> u8 {\n        if true {\n            1\n        }\n    }\n}\n"
    typescript = "class Two {\n  two() {\n    if (true) {\n      return 2;\n    }\n  }\n}\nfunction one() {\n}\n"

    assert list(_functions(".py", python)) == [("one", 2)]
    assert list(_functions(".rs", rust)) == [("one", 5)]
    assert list(_functions(".ts", typescript)) == [("two", 5), ("one", 2)]


def _sources() -> list[Path]:
    return [path for path in tracked() if path.suffix in _SOURCES]


def _functions(suffix: str, text: str) -> Iterator[tuple[str, int]]:
    """Yield each function's name and its number of lines."""
    if suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1
    if suffix == ".rs":
        for found in _RUST_FUNCTION.finditer(text):
            yield found[2], found[0].count("\n") + 1
    if suffix in {".ts", ".tsx"}:
        for found in _TYPESCRIPT_FUNCTION.finditer(text):
            yield found[2] or found[3], found[0].count("\n") + 1


def _limit_of(name: str) -> int:
    if "::" in name:
        return LINES_OF_A_FUNCTION
    return MODULES_OF_A_FOLDER if name.endswith("/") else LINES_OF_A_FILE


def _too_large(sizes: dict[str, int], limit: int) -> list[str]:
    return [f"{name}: {size}" for name, size in sorted(sizes.items()) if size > EXCEPTIONS.get(name, limit)]
