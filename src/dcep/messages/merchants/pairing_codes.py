"""Pairing codes: what a new till shows, and a person types at a till of the shop that lets it in.

A code is made of the new till's key alone: 60 bits of a hash, in twelve letters that nobody mistakes for others.
Whoever is told a key under a code makes the code of that key again: another key in its place would be seen.
"""

from __future__ import annotations

import hashlib
from typing import Final

from dcep.messages.layout import Key

TAG: Final = b"dtil"
LETTERS: Final = 12
# Crockford's base 32: without I, L, O and U.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None})
_BITS: Final = 5


class BadPairingCode(ValueError):
    """The text is no pairing code."""


def pairing_code(suite: int, key: Key) -> str:
    """Return the code of a key, twelve letters."""
    bits = int.from_bytes(hashlib.sha256(TAG + bytes((suite,)) + key).digest()) >> (256 - LETTERS * _BITS)
    return "".join(_ALPHABET[bits >> place & 31] for place in range((LETTERS - 1) * _BITS, -1, -_BITS))


def read_pairing_code(text: str) -> str:
    """Return the code that somebody typed: small letters, blanks, dashes, and letters that look alike are forgiven.

    Raises:
        BadPairingCode: it is none.
    """
    code = text.upper().translate(_READ_AS)
    if len(code) != LETTERS or not set(code) <= set(_ALPHABET):
        raise BadPairingCode(f"a pairing code has {LETTERS} letters and digits")
    return code
