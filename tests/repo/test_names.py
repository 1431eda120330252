"""What files may be called."""

from __future__ import annotations

import re
from typing import Final

from tests.repo.tracked import tracked

# Names that say nothing, so that everything ends up under them.
BANNED: Final = {"common", "helper", "helpers", "misc", "models", "service", "shared", "util", "utils"}

_SOURCES: Final = {".java", ".js", ".py", ".rs", ".ts", ".tsx"}
# `payments_until_7` is superseded law, and no part.
_PART: Final = re.compile(r"((?<!_until)_|part)\d$")
_FRAGMENT: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.(added|changed|fixed|removed|security)\.md")


def test_no_file_has_a_name_that_says_nothing() -> None:
    """A stranger finds the room for a line of code by names alone."""
    nameless = [str(path) for path in tracked() if path.suffix in _SOURCES and path.stem.lower() in BANNED]

    assert nameless == []


def test_no_file_is_part_two_of_another() -> None:
    """A file is split by noun, never by number."""
    parts = [str(path) for path in tracked() if path.suffix in _SOURCES and _PART.search(path.stem)]

    assert parts == []


def test_every_changelog_fragment_tells_its_kind() -> None:
    """A release sorts the fragments by kind; one without a kind would be lost."""
    fragments = [path for path in tracked() if path.parts[0] == "changelog.d" and path.name != "README.md"]

    assert [str(path) for path in fragments if not _FRAGMENT.fullmatch(path.name)] == []
