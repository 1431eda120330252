"""What the browser's camera sees: a picture that a test puts before it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import segno

_WIDTH: Final = 640
_HEIGHT: Final = 480
_PAPER: Final = 235
_INK: Final = 16
_NO_COLOUR: Final = 128


class Camera:
    """A camera that films a file; the browser opens it anew each time a page opens the camera."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.see_nothing()

    def see(self, text: str) -> None:
        """Hold a QR code before the camera."""
        self._film(_code(text))

    def see_nothing(self) -> None:
        """Look at a white wall."""
        self._film(bytes([_PAPER]) * (_WIDTH * _HEIGHT))

    def _film(self, light: bytes) -> None:
        colour = bytes([_NO_COLOUR]) * (_WIDTH * _HEIGHT // 4)
        frame = b"FRAME\n" + light + colour + colour
        written = self.file.with_suffix(".new")
        written.write_bytes(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n" % (_WIDTH, _HEIGHT) + frame * 2)
        # Whoever films at this moment sees the one picture or the other.
        os.replace(written, self.file)


def _code(text: str) -> bytes:
    """Draw a code into the middle of a white picture, as large as fits."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    scale = (_HEIGHT - 60) // len(rows)
    side = scale * len(rows)
    left, top = (_WIDTH - side) // 2, (_HEIGHT - side) // 2
    blank = bytes([_PAPER]) * _WIDTH
    drawn = [blank] * top
    for row in rows:
        dots = b"".join(bytes([_INK if dark else _PAPER]) * scale for dark in row)
        drawn += [blank[:left] + dots + blank[left + side :]] * scale
    drawn += [blank] * (_HEIGHT - top - side)
    return b"".join(drawn)
