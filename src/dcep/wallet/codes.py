"""A payment request as a QR code: for a terminal, or as a picture."""

from __future__ import annotations

import io
from typing import Final

import segno

# A quarter of the code may be torn or dirty, as on a stall's counter.
_LEVEL: Final = "q"
_BORDER: Final = 4
_SCALE: Final = 8


def for_terminal(text: str) -> str:
    """Return lines of half blocks that a camera reads off a dark or a light terminal."""
    out = io.StringIO()
    segno.make(text, error=_LEVEL, micro=False).terminal(out, border=_BORDER, compact=True)
    return out.getvalue()


def as_svg(text: str) -> str:
    """Return a picture that loads nothing from anywhere."""
    out = io.BytesIO()
    segno.make(text, error=_LEVEL, micro=False).save(out, kind="svg", scale=_SCALE, border=_BORDER, light="#fff")
    return out.getvalue().decode()
