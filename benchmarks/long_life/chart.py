"""Lines over one axis, as an SVG that any browser shows; drawn by hand, for three lines need no library."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

_WIDTH: Final = 720
_HEIGHT: Final = 170
_LEFT: Final = 70
_GAP: Final = 40
_TEXT: Final = 'font-family="sans-serif" font-size="12" fill="#333"'


class Panel(NamedTuple):
    """One quantity: its points over the common axis, which begins at zero."""

    title: str
    x: Sequence[float]
    y: Sequence[float]


def draw(axis: str, panels: Sequence[Panel]) -> str:
    """Return the panels one below the other, over one axis."""
    end = max(value for panel in panels for value in panel.x)
    height = len(panels) * (_HEIGHT + _GAP) + _GAP
    body = "".join(_panel(panel, end, _GAP + at * (_HEIGHT + _GAP)) for at, panel in enumerate(panels))
    label = f'<text x="{_LEFT}" y="{height - 8}" {_TEXT}>0 to {end:g} {escape(axis)}</text>'
    size = f'width="{_LEFT + _WIDTH + _GAP}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size} fill="#fff"/>{body}{label}</svg>\n'


def _panel(panel: Panel, end: float, top: int) -> str:
    highest = max(panel.y) * 1.1 or 1.0
    points = [
        (_LEFT + _WIDTH * x / end, top + _HEIGHT * (1 - y / highest)) for x, y in zip(panel.x, panel.y, strict=True)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#1f5fa8"/>' for x, y in points)
    values = "".join(
        f'<text x="{x:.1f}" y="{y - 7:.1f}" text-anchor="middle" {_TEXT}>{value:,.4g}</text>'
        for (x, y), value in zip(points, panel.y, strict=True)
    )
    frame = (
        f'<path d="M{_LEFT},{top} V{top + _HEIGHT} H{_LEFT + _WIDTH}" fill="none" stroke="#999"/>'
        f'<text x="{_LEFT - 8}" y="{top + _HEIGHT}" text-anchor="end" {_TEXT}>0</text>'
    )
    title = f'<text x="{_LEFT}" y="{top - 12}" {_TEXT} font-weight="bold">{escape(panel.title)}</text>'
    return f'{frame}{title}<polyline points="{line}" fill="none" stroke="#1f5fa8" stroke-width="2"/>{dots}{values}'
