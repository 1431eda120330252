"""The id of an order follows from whoever asks and his key, so that an order asked twice is one order."""

from __future__ import annotations

import hashlib
import re
from typing import Final, NewType

from dcep.errors import BadInput

OrderId = NewType("OrderId", str)
"""32 hex digits."""

_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def order_id(topic: str, asker: str, key: str) -> OrderId:
    """Return the id of an order.

    Args:
        topic: what kind of order, so that one key may be used for each.
        asker: the customer, or `desk`: two askers may choose the same key.
        key: `Idempotency-Key`.

    Raises:
        BadInput: `bad_idempotency_key`.
    """
    if not _KEY.fullmatch(key):
        raise BadInput("bad_idempotency_key", "a key has 1 to 64 characters of A-Z, a-z, 0-9, _ and -")
    return OrderId(digest_of(topic, asker, key)[:32])


def digest_of(*fields: str | int | bytes | None) -> str:
    """Return 64 hex digits that no other list of fields has; text, numbers and bytes are told apart."""
    encoded = [repr(field).encode() for field in fields]
    return hashlib.sha256(b"".join(len(field).to_bytes(8) + field for field in encoded)).hexdigest()


def require_same(stored: str, asked: str) -> None:
    """Return only if a key that was used before comes with the content it came with.

    Raises:
        BadInput: `idempotency_key_reused`; nothing was done.
    """
    if stored != asked:
        raise BadInput("idempotency_key_reused", "this key belongs to an order with another content")
