"""A text as a picture: a QR code in SVG, which loads nothing from anywhere."""

from __future__ import annotations

import io
from typing import Final

import segno

# A quarter of the code may be torn or dirty, as on a stall's counter.
LEVEL: Final = "q"
BORDER: Final = 4
_SCALE: Final = 8


def as_svg(text: str) -> str:
    """Return a picture that loads nothing from anywhere."""
    out = io.BytesIO()
    segno.make(text, error=LEVEL, micro=False).save(out, kind="svg", scale=_SCALE, border=BORDER, light="#fff")
    return out.getvalue().decode()
