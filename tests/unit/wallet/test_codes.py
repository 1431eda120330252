"""A request is shown as the same code on a terminal and as a picture."""

from __future__ import annotations

import re
from itertools import product
from xml.etree import ElementTree

import segno

from dcep.ids import NetworkId, OperatorId, wallet_id
from dcep.messages.requests import PaymentRequest, encode_request
from dcep.wallet.codes import as_svg, for_terminal

_TEXT = encode_request(
    PaymentRequest(receiver=wallet_id(OperatorId(1), 7), network=NetworkId(bytes(16)), name="早点铺", city="深圳")
)
_BORDER = 4


def _modules(text: str) -> set[tuple[int, int]]:
    """Return the dark places of the text's code, border included in the counting."""
    matrix = segno.make(text, error="q", micro=False).matrix
    places = product(range(len(matrix)), repeat=2)
    return {(row + _BORDER, column + _BORDER) for row, column in places if matrix[row][column]}


def test_the_terminal_shows_every_module() -> None:
    """Half a block a module; light is drawn, so that a dark terminal shows a dark code on light ground."""
    drawn = {" ": (1, 1), "▀": (0, 1), "▄": (1, 0), "█": (0, 0)}

    lines = for_terminal(_TEXT).splitlines()

    seen = {
        (2 * at + half, column)
        for at, line in enumerate(lines)
        for column, block in enumerate(line)
        for half in (0, 1)
        if drawn[block][half] and 2 * at + half < len(lines[0])
    }
    assert seen == _modules(_TEXT)


def test_the_picture_shows_every_module_and_asks_for_nothing() -> None:
    """Strokes of one module's height, read back from the path; no script, no link, no style from elsewhere."""
    picture = as_svg(_TEXT)

    root = ElementTree.fromstring(picture)  # noqa: S314  it was made a line above
    path = next(element.attrib["d"] for element in root.iter() if element.attrib.get("class") == "qrline")
    seen, row, column = set(), 0.0, 0
    for verb, first, second in re.findall(r"([Mmh])(-?[0-9.]+)(?: (-?[0-9.]+))?", path):
        if verb == "h":
            seen |= {(int(row), column + step) for step in range(int(first))}
            column += int(first)
        else:
            is_absolute = verb == "M"
            column = int(first) if is_absolute else column + int(first)
            row = float(second) if is_absolute else row + float(second)
    assert seen == _modules(_TEXT)
    assert re.findall('https?://[^"]+', picture) == ["http://www.w3.org/2000/svg"]
