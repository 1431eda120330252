"""Every command and program that a page shows is run, page by page, in the order in which a reader would."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest

from tests.docs.pages import RUN, SHOWN, blocks_of, pages
from tests.docs.running import (
    blocks_that_run,
    even,
    is_made,
    lines_of,
    pattern,
    reader_in,
    run_blocks,
    starts_a_currency,
)
from tests.repo.tracked import ROOT

_TARGET: Final = re.compile(r"^([a-z-]+):", re.MULTILINE)
_BLOCKS: Final = [block for page in pages() for block in blocks_of(page)]


def _readings() -> list[Any]:
    """Return each page with blocks that run, up to where it starts a currency; whole, where it does, in a long test."""
    short = [(page, False) for page in pages() if blocks_that_run(page, with_currency=False)]
    long = [pytest.param(page, True, marks=pytest.mark.long) for page in pages() if starts_a_currency(page)]
    return [*short, *long]


@pytest.mark.parametrize(("page", "with_currency"), _readings(), ids=str)
def test_the_blocks_of_a_page_run_in_order(page: Path, with_currency: bool, tmp_path: Path) -> None:
    """A reader who copies them one after the other sees what the page says."""
    with reader_in(tmp_path, with_currency=with_currency) as folder:
        run_blocks(blocks_that_run(page, with_currency=with_currency), folder)


def test_every_make_target_on_a_page_is_in_the_makefile() -> None:
    """They are not run here: `make test` is what runs these tests."""
    targets = set(_TARGET.findall((ROOT / "Makefile").read_text()))

    asked = {line.removeprefix("make").strip() for block in _BLOCKS if is_made(block) for line in lines_of(block)}

    assert asked - {""} <= targets


def test_every_block_is_known_to_be_run_or_only_shown() -> None:
    """A shell that is called by another name would be run by nobody, and copied by everybody."""
    strange = [f"{block.place}: {block.language}" for block in _BLOCKS if block.language not in RUN | SHOWN]

    assert strange == []


def test_no_command_hides_in_a_block_that_is_not_run() -> None:
    """What looks like a command is copied like one."""
    hidden = [
        block.place
        for block in _BLOCKS
        if block.language in SHOWN and any(line.startswith(("$ ", "dcep ", "make ")) for line in lines_of(block))
    ]

    assert hidden == []


def test_shown_output_is_compared_loosely_but_compared() -> None:
    """The measure itself is measured: `…` stands for what differs from run to run, everything else counts."""
    measure = pattern("settled   930\nroot …\n…\nthe law held")

    assert measure.fullmatch(even("settled 930\nroot 6e80\na\nb\nthe law held\n"))
    assert measure.fullmatch(even("settled 930\nroot 6e80\nthe law held\n"))
    assert not measure.fullmatch(even("settled 931\nroot 6e80\nthe law held\n"))
    assert not measure.fullmatch(even("settled 930\nroot 6e80\nthe law held\nand more\n"))
