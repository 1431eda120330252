"""No page sends its reader nowhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests.docs.pages import pages, prose_of
from tests.repo.tracked import ROOT, text_of

_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)


def test_every_link_leads_to_a_file_of_the_repository() -> None:
    """A page that was moved or never written is a promise broken."""
    lost = [
        f"{page}: {target}"
        for page, target in _links()
        if target.partition("#")[0] and not (ROOT / page.parent / target.partition("#")[0]).exists()
    ]

    assert lost == []


def test_every_anchor_is_a_heading_of_its_page() -> None:
    """A link into a page that leads to its top tells the reader to search."""
    lost = [
        f"{page}: {target}"
        for page, target in _links()
        if "#" in target and target.partition("#")[2] not in _anchors(_page_of(page, target))
    ]

    assert lost == []


def test_every_decision_is_in_the_index() -> None:
    """A decision that the index does not name is found by nobody."""
    index = Path("docs/decisions/README.md")
    named = {target for page, target in _links() if page == index}

    decisions = {page.name for page in pages() if page.parent == index.parent and page != index}

    assert decisions - named == set()


def _links() -> list[tuple[Path, str]]:
    """Return (page, target) of every link within the repository."""
    return [
        (page, target)
        for page in pages()
        for target in _LINK.findall(prose_of(page))
        if not target.startswith(("https://", "http://"))
    ]


def _page_of(page: Path, target: str) -> Path:
    name = target.partition("#")[0]
    return (ROOT / page.parent / name).resolve().relative_to(ROOT) if name else page


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as the places that show Markdown make them."""
    headings = _HEADING.findall(text_of(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
