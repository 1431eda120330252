"""The form of EMV QR codes: each field is two digits of its id, two of its length in characters, and its text.

A text is closed by a CRC over everything before it: a code that was read badly is none.

Source: EMV QR Code Specification for Payment Systems, Merchant-Presented Mode, 1.1.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import Final

_DIGITS: Final = re.compile(r"[0-9]{4}")
_CRC: Final = "6304"
_CRC_SIZE: Final = 4


class BadRequest(ValueError):
    """The text is no payment request; the message says what is wrong with it."""


def field(place: str, value: str | int | None) -> str:
    """Return a field; nothing where there is no value."""
    return "" if value is None else f"{place}{len(str(value)):02}{value}"


def fields_of(text: str, order: tuple[str, ...]) -> dict[str, str]:
    """Return the fields of a text, each once and in order.

    Raises:
        BadRequest: there is another one, or one is cut.
    """
    found: dict[str, str] = {}
    rest = iter(order)
    for place, value in _walk(text):
        # Whatever `rest` has gone past cannot come any more.
        if place not in rest:
            raise BadRequest(f"field {place} stands where it does not belong")
        found[place] = value
    return found


def closed(text: str) -> str:
    """Return a text with its checksum."""
    text += _CRC
    return text + _crc(text)


def opened(text: str) -> str:
    """Return what stands before the checksum.

    Raises:
        BadRequest: the checksum does not hold.
    """
    content, crc = text[:-_CRC_SIZE], text[-_CRC_SIZE:]
    if not content.endswith(_CRC) or crc != _crc(content):
        raise BadRequest("the code was read badly, or altered: its checksum does not hold")
    return content.removesuffix(_CRC)


def _walk(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        if not _DIGITS.fullmatch(head):
            raise BadRequest("a field is cut, or has no number")
        end = at + 4 + int(head[2:])
        if end > len(text):
            raise BadRequest(f"field {head[:2]} is cut")
        yield head[:2], text[at + 4 : end]
        at = end


def _crc(text: str) -> str:
    # CRC-16 of ISO/IEC 13239 with 0x1021 and 0xFFFF, over the bytes as they are shown.
    return f"{binascii.crc_hqx(text.encode(errors='replace'), 0xFFFF):04X}"
