"""Each check of the law that is dropped, and each two neighbours that are swapped, is caught; in both engines."""

from __future__ import annotations

import re

import pytest

from tests.mutation import python_mutants, rust_mutants
from tests.mutation.judging import REQUIRED, equivalent, judge, play_python, run_plays, source_of_python
from tests.mutation.mutants import Kind, Mutant

_CHAPTER = "chapters/payments.py"
_ASKED = re.compile(r"^\s+(?:let .* = |\w+ = )?(?:refuse_if|stop_if|known)\(", re.MULTILINE)


def test_the_law_itself_survives() -> None:
    """Else everything would be caught, and nothing would be shown."""
    assert run_plays(_CHAPTER, False, source=(python_mutants.ENGINE / _CHAPTER).read_bytes()) == ""


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
def test_each_check_of_a_payment_that_is_dropped_or_swapped_is_caught(every: int) -> None:
    """The chapter that everybody uses: one in five in every run, all in the long one, the whole law in its own."""
    mutants = [mutant for mutant in python_mutants.mutants_of(_CHAPTER) if mutant.kind in REQUIRED]

    survived = [
        judgement.mutant.name
        for judgement in judge(mutants[::every], play_python, source_of_python)
        if not judgement.by
    ]

    assert len(mutants) == 10 + 9
    assert survived == []


@pytest.mark.parametrize("file", python_mutants.files())
def test_no_check_of_the_statute_is_overlooked(file: str) -> None:
    """What has no mutant may be dropped by anybody."""
    text = (python_mutants.ENGINE / file).read_text(encoding="utf-8")

    assert len(_dropped(python_mutants.mutants_of(file))) >= len(_ASKED.findall(text))


@pytest.mark.parametrize("file", rust_mutants.rust_files())
def test_no_check_of_its_twin_is_overlooked(file: str) -> None:
    """The mutants are read off the lines: a line that rustfmt lays out in a new way must still be read."""
    text = (rust_mutants.ENGINE / file).read_text(encoding="utf-8")

    assert len(_dropped([mutant for _, mutant in rust_mutants.mutants_of(file)])) >= len(_ASKED.findall(text))


def test_a_mutant_in_the_list_is_one_that_is_made() -> None:
    """A reason for what is no longer there excuses nothing."""
    python = {f"python {mutant.name}" for file in python_mutants.files() for mutant in python_mutants.mutants_of(file)}
    rust = {f"rust {mutant.name}" for file in rust_mutants.rust_files() for _, mutant in rust_mutants.mutants_of(file)}

    assert equivalent().keys() - python - rust == set()


def _dropped(mutants: list[Mutant]) -> list[Mutant]:
    return [mutant for mutant in mutants if mutant.kind is Kind.DROPPED]
