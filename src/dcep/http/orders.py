"""Orders that nobody signs carry an `Idempotency-Key`; the institution binds it to the order's content, for ever.

The same key with the same content is the same order, whose answer says that it was replayed; with another content it is
refused. The institution decides that in its own database, in the transaction that takes the order.
"""

from __future__ import annotations

import re
from typing import Final

from dcep.http.problems import Problem

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def key_of(header: str | None) -> str:
    """Return the key of an order.

    Raises:
        Problem: 400 `idempotency_key_missing`, also where the header holds no key.
    """
    if header is None or not _KEY.fullmatch(header):
        raise Problem(400, "idempotency_key_missing", f"{HEADER}: 1 to 64 of A-Z a-z 0-9 _ -")
    return header
