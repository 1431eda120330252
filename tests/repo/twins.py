"""Which folders are twins: the same law in Rust and in Python, file by file under one name."""

from __future__ import annotations

from typing import Final

# Rust folder: Python folder.
TWINS: Final = {
    "rust/messages/src": "src/dcep/messages",
    "rust/engine/src": "src/dcep/ledger/engine",
}

# Files that only one of the two has, and why the other needs none.
RUST_ONLY: Final[dict[str, str]] = {
    "rust/engine/src/index": "the open-addressing table that Python has as dict",
}
PYTHON_ONLY: Final[dict[str, str]] = {}
