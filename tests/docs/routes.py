"""The routes that a page of the reference names, and those that a service's own document has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.repo.tracked import text_of

_ROW: Final = re.compile(r"^\| ((?:`[A-Z]+ /[^`]+`(?: · )?)+) \|", re.MULTILINE)
_ROUTE: Final = re.compile(r"`([A-Z]+) (/[^`?]+)(?:\?[^`]*)?`")
_PLACE: Final = re.compile(r"\{[^}]*\}")
# What every service answers stands on the page that holds for all.
_COMMON: Final = frozenset({"GET /livez", "GET /readyz", "GET /version"})


def written_routes(page: str) -> set[str]:
    """Return the routes in the tables of a page, `GET /v1/orders/{}`."""
    rows = _ROW.findall(text_of(Path("docs/reference") / page))
    return {f"{method} {_PLACE.sub('{}', path)}" for row in rows for method, path in _ROUTE.findall(row)}


def served_routes(document: Mapping[str, Any]) -> set[str]:
    """Return the routes that a service has of its own, by its OpenAPI document."""
    served = {
        f"{method.upper()} {_PLACE.sub('{}', path)}" for path, item in document["paths"].items() for method in item
    }
    return served - _COMMON
