"""docs/reference/client.md names every call of the client library, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from dcep.client import AsyncClient, Client
from tests.repo.tracked import text_of

_PAGE: Final = Path("docs/reference/client.md")
_FIRST_CELL: Final = re.compile(r"^\| ((?:`[^`]+`(?:, or | · )?)+) \|", re.MULTILINE)
_CALL: Final = re.compile(r"`(?:Client\.)?([a-z_]+)[(`]")


def _public(client: type) -> set[str]:
    return {name for name in dir(client) if not name.startswith("_")} | {"create"}


def test_the_page_has_a_row_for_each_call_and_no_other() -> None:
    """Whoever integrates reads one page; a call that is not there may change overnight."""
    told = {name for cell in _FIRST_CELL.findall(text_of(_PAGE)) for name in _CALL.findall(cell)}

    assert _public(Client) - told == set()
    assert told - _public(Client) - {"with", "answer"} == set()


def test_whatever_the_page_does_not_keep_for_one_client_both_can_do() -> None:
    """A program that grows an event loop changes the class and nothing else."""
    alone = {
        name
        for row in text_of(_PAGE).splitlines()
        if "`Client` alone" in row
        for name in _CALL.findall(row.split(" | ")[0])
    }

    assert _public(Client) - _public(AsyncClient) == alone
    assert _public(AsyncClient) - _public(Client) == set()
