"""docs/reference/simulate.md tells every variant with its rule and the seed that finds it, and every law."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from dcep.simulation.model.judgement.laws import Law
from tests.laws.test_model import FOUND_BY
from tests.repo.tracked import text_of

_PAGE: Final = Path("docs/reference/simulate.md")
_ROW: Final = re.compile(r"^\| `([a-z0-9-]+)` \| [^|]+ \| (\d+): ([^|]+) \|$", re.MULTILINE)


def test_the_page_has_a_row_for_each_variant_and_what_finds_it() -> None:
    """Who reads of a rule can see what it is for."""
    rows = _ROW.findall(text_of(_PAGE))

    assert rows == [(variant, str(seed), law.value) for variant, (seed, law) in FOUND_BY.items()]


def test_the_page_tells_every_law() -> None:
    """A law that is asked and not told is a riddle when it breaks."""
    page = " ".join(text_of(_PAGE).split())

    assert [law.value for law in Law if law.value.removeprefix("in the end ") not in page] == []
