"""Every code of the audit can be looked up."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[4]
_LEDGER: Final = _ROOT / "src" / "dcep" / "ledger"
_PAGE: Final = _ROOT / "docs" / "reference" / "verify.md"
# Here alone stand the codes of problems and warnings, and in these files no other text looks like one.
_SOURCES: Final = (*(_LEDGER / "audit").glob("*.py"), _LEDGER / "log" / "frames.py", _LEDGER / "log" / "headers.py")
_OF_SNAPSHOTS: Final = {"snapshot_damaged", "snapshot_misplaced"}
_OF_THE_FOLDER: Final = {"bad_genesis"}
_OF_ARCHIVES: Final = {"bad_archive_note", "bad_manifest"}
_CODE: Final = re.compile(r"[a-z]+(?:_[a-z]+)+")


def test_the_reference_names_every_code_and_no_other() -> None:
    """A code that nobody can look up is a riddle; a row without its code sends its reader on a search."""
    rows = re.findall(r"^\| `([a-z_]+)` \| .+ \| .+ \|$", _PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(rows) == len(set(rows))
    assert set(rows) == _said() | _OF_SNAPSHOTS | _OF_THE_FOLDER | _OF_ARCHIVES


def _said() -> set[str]:
    nodes = (node for path in _SOURCES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {text for text in texts if _CODE.fullmatch(text)}
