"""Orders that nobody signs: an `Idempotency-Key` is bound to its body for ever, and the first answer is given again.

The institution keeps the answers in its own database, in the transaction that does what was ordered:

1. `key_of` reads the header.
2. `digest_of` names what the key is bound to: route and body.
3. The institution looks the key up; `replay` says whether the answer that it kept is this order's.
4. If there was none, it does the work and keeps `Kept` in the same transaction.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final, NamedTuple

from dcep.http.problems import Problem

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Kept(NamedTuple):
    """The first answer to an order, and what its key is bound to."""

    digest: bytes
    status: int
    body: bytes


# 1.


def key_of(header: str | None) -> str:
    """Return the key of an order.

    Raises:
        Problem: 400 `idempotency_key_missing`, also where the header holds no key.
    """
    if header is None or not _KEY.fullmatch(header):
        raise Problem(400, "idempotency_key_missing", f"{HEADER}: 1 to 64 of A-Z a-z 0-9 _ -")
    return header


# 2.


def digest_of(route: str, body: bytes) -> bytes:
    """Return the SHA-256 of what a key is bound to."""
    return hashlib.sha256(route.encode() + b"\0" + body).digest()


# 3.


def replay(kept: Kept | None, digest: bytes) -> Kept | None:
    """Return the kept answer, if it is that of the same order; None if the key is new.

    Raises:
        Problem: 422 `idempotency_key_reused`: the key belongs to another body.
    """
    if kept is not None and kept.digest != digest:
        raise Problem(422, "idempotency_key_reused", "this key belongs to another order")
    return kept
