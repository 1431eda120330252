"""How much a page weighs before a person sees it. It needs no browser: the built files say it."""

from __future__ import annotations

import gzip
import re
from typing import Final

import pytest

from tests.repo.tracked import ROOT

_BUILT: Final = ROOT / "src/dcep/pages"
_PAGES: Final = ("wallet", "pos", "board", "desk", "pilot")
_MOST: Final = 60_000
_LOADED_AT_ONCE: Final = re.compile(r'(?:src|href)="/(assets/[^"]+\.(?:js|css))"')


@pytest.mark.parametrize("page", _PAGES)
def test_a_page_is_at_most_60_kb_at_first(page: str) -> None:
    """On a slow line that is two seconds. Scanner and charts come when they are asked for, and are not in it."""
    html = (_BUILT / f"{page}.html").read_bytes()
    files = _LOADED_AT_ONCE.findall(html.decode())

    weight = len(gzip.compress(html)) + sum(len(gzip.compress((_BUILT / file).read_bytes())) for file in files)

    assert any(file.endswith(".js") for file in files)
    assert weight <= _MOST, f"{page}: {weight} bytes"


@pytest.mark.parametrize("page", _PAGES)
def test_a_page_names_no_foreign_host(page: str) -> None:
    """Whoever opens a page is nobody's business but the service's that gave it out."""
    html = (_BUILT / f"{page}.html").read_text()

    assert re.findall(r'(?:src|href)="(?!/|\./)[^"]*"', html) == []
