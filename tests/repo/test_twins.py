"""The twins have one plan: what is found in one language is found under the same name in the other."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.repo.tracked import ROOT, tracked
from tests.repo.twins import PYTHON_ONLY, RUST_ONLY, TWINS, WEB, WEB_ONLY, WEB_TWINS

# The file that a folder is named by holds declarations only.
_ROOTS: Final = {"__init__", "lib", "mod"}


@pytest.mark.parametrize(("rust", "python"), TWINS.items())
def test_every_rust_file_has_its_python_twin(rust: str, python: str) -> None:
    """The statute is the plain Python: a rule that only Rust knows is a rule nobody reads."""
    alone = _modules(rust, ".rs") - _modules(python, ".py")

    assert {f"{rust}/{name}" for name in alone} - RUST_ONLY.keys() == set()


@pytest.mark.parametrize(("rust", "python"), TWINS.items())
def test_every_python_file_has_its_rust_twin(rust: str, python: str) -> None:
    """From the first file that a crate holds, the other twins are owed: half a law is none."""
    begun = bool(_modules(rust, ".rs"))
    alone = _modules(python, ".py") - _modules(rust, ".rs") if begun else set()

    assert {f"{python}/{name}" for name in alone} - PYTHON_ONLY.keys() == set()


def test_no_exception_has_a_twin() -> None:
    """An exception that is none any more would let the twin be lost unseen."""
    other = {**TWINS, **{python: rust for rust, python in TWINS.items()}}
    standing = {f"{folder}/{name}" for folder in other for name in _modules(folder, ".rs") | _modules(folder, ".py")}

    twinned = [
        exception
        for exception in (*RUST_ONLY, *PYTHON_ONLY)
        for folder, twin in other.items()
        if exception.startswith(f"{folder}/") and exception.replace(folder, twin, 1) in standing
    ]

    assert twinned == []


def test_every_file_of_the_pages_protocol_has_its_python_twin() -> None:
    """A page that knew a rule of its own would sign what nobody else reads."""
    assert _modules(WEB, ".ts") == WEB_TWINS.keys() | WEB_ONLY.keys()
    assert [twin for twin in WEB_TWINS.values() if not (ROOT / twin).is_file()] == []


def _modules(folder: str, suffix: str) -> set[str]:
    """Return the names of a folder's modules, relative to it, without those that a folder is named by."""
    paths = {
        path.relative_to(folder).with_suffix("")
        for path in tracked()
        if path.suffix == suffix and path.is_relative_to(folder)
    }
    folders = {path.parent for path in paths} - {Path()}
    return {str(path) for path in paths if path.name not in _ROOTS} - {str(path) for path in folders}
