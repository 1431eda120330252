"""A payment request as a QR code for a terminal; as a picture it is drawn where both ends have it."""

from __future__ import annotations

import io

import segno

from dcep.http.codes import BORDER, LEVEL, as_svg

__all__ = ["as_svg", "for_terminal"]


def for_terminal(text: str) -> str:
    """Return lines of half blocks that a camera reads off a dark or a light terminal."""
    out = io.StringIO()
    segno.make(text, error=LEVEL, micro=False).terminal(out, border=BORDER, compact=True)
    return out.getvalue()
