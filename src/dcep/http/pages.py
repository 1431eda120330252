"""Pages of a list: `{items, next}`. A cursor names the last row that was seen: it stays good while rows are added."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Final, Generic, TypeVar

import msgspec

from dcep.http.problems import Problem

DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 1_000
_MAX_CURSOR: Final = 256
# A database counts its rows in 63 bits, and cannot be asked for more.
_PLACES: Final = range(2**63)

Item = TypeVar("Item")
Key = str | int | tuple[int, str]


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """A part of a list; `next` is the cursor behind its last row, None at the end."""

    items: list[Item]
    next: str | None


def page(items: Sequence[Item], limit: int, keys: Sequence[Key]) -> Page[Item]:
    """Return the first `limit` items as a page.

    Args:
        items: one more than the limit, if there are as many.
        limit: 1..MAX_LIMIT.
        keys: the key of each item, in the same order: what the list is ordered by, unique.
    """
    has_more = len(items) > limit
    return Page(items=list(items[:limit]), next=cursor(keys[limit - 1]) if has_more else None)


def cursor(key: Key) -> str:
    """Return the cursor behind the row with this key."""
    return urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def key_of(cursor: str | None, kind: type[Item]) -> Item | None:
    """Return the key behind which a page begins, None for the first page.

    Raises:
        Problem: 400 `bad_cursor`: this list has given out no such cursor.
    """
    if cursor is None:
        return None
    try:
        data = urlsafe_b64decode(cursor[:_MAX_CURSOR].encode("ascii") + b"==")
        key = msgspec.json.decode(data, type=kind)
    except (ValueError, msgspec.DecodeError) as error:
        raise _bad_cursor() from error
    if isinstance(key, int) and key not in _PLACES:
        raise _bad_cursor()
    return key


def _bad_cursor() -> Problem:
    return Problem(400, "bad_cursor", "no page of this list ends with this cursor")
