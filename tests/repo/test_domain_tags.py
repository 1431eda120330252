"""Every tag of the program stands in docs/reference/domain-tags.md, and no two things share one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests.repo.tracked import ROOT, text_of, tracked

PAGE: Final = Path("docs/reference/domain-tags.md")

_TAG: Final = re.compile(r"""b(["'])(d[a-z]{3}|DCE[A-Z])\1""")
_TAG_OF_A_PAGE: Final = re.compile(r"""utf8\("(d[a-z]{3}|DCE[A-Z])"\)""")
_ROW: Final = re.compile(r"^\| `(\w{4})` \|.*\| `([\w/]+)` \|$", re.MULTILINE)


def test_the_page_has_every_tag_and_where_it_is_declared() -> None:
    """A tag that two kinds of bytes share would let a signature under one stand under the other."""
    declared = [
        (tag, str(path.relative_to("src/dcep").with_suffix("")))
        for path in tracked()
        if path.is_relative_to("src/dcep") and path.suffix == ".py"
        for _, tag in _TAG.findall(text_of(path))
    ]
    rows = _ROW.findall(text_of(PAGE))

    assert sorted(rows) == sorted(declared)
    assert len({tag for tag, _ in rows}) == len(rows)


def test_rust_has_no_tag_of_its_own() -> None:
    """The twins hash and sign the same bytes."""
    known = {tag for tag, _ in _ROW.findall(text_of(PAGE))}
    sources = [path for path in tracked() if path.suffix == ".rs" and path.parts[2:3] == ("src",)]

    assert sources
    assert {tag for path in sources for _, tag in _TAG.findall((ROOT / path).read_text())} <= known


def test_the_pages_have_no_tag_of_their_own() -> None:
    """What a browser signs is what everybody signs."""
    known = {tag for tag, _ in _ROW.findall(text_of(PAGE))}
    sources = [path for path in tracked() if path.is_relative_to("web/shared")]

    tags = {tag for path in sources for tag in _TAG_OF_A_PAGE.findall(text_of(path))}
    assert "dcmd" in tags
    assert tags <= known
