"""Every byte under `ledger/` is covered: whatever is made of one, the audit names its file, and its frame."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random  # noqa: TID251  the seed stands in the test
from typing import Final

import pytest

from tests.unit.ledger.audit.kept import audited, files_of, keep, pieces_of

# A bit of it; nothing of it; all of it; one more; the other bits.
CHANGES: Final[list[Callable[[int], int]]] = [
    *(lambda byte, bit=bit: byte ^ 1 << bit for bit in range(8)),
    lambda byte: 0,
    lambda byte: 255,
    lambda byte: (byte + 1) % 256,
    lambda byte: byte ^ 255,
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which nothing is wrong; every test puts each byte back."""
    root = tmp_path_factory.mktemp("bytes") / "data"
    keep(root)
    return root


def require_named(root: Path, path: Path, offset: int, change: Callable[[int], int]) -> None:
    """Require that a changed byte is a problem of its own file, and of its own frame where frames stand."""
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[offset] = change(whole[offset])
    if changed == whole:
        return
    pieces = pieces_of(path) if path.suffix in (".log", ".hdr") else []

    path.write_bytes(changed)
    report = audited(root)
    path.write_bytes(whole)

    file = path.relative_to(root).as_posix()
    named = [problem for problem in report.problems if problem.file == file]
    assert named, f"{file}, byte {offset}: {whole[offset]} to {changed[offset]}: {report.problems}"
    for piece in pieces:
        if piece.offset <= offset < piece.offset + len(piece.data):
            assert (piece.seq, piece.offset) in {(problem.frame, problem.offset) for problem in named}


def places_in(root: Path) -> list[tuple[Path, int]]:
    """Return every byte that the audit covers."""
    return [(path, offset) for path in files_of(root) for offset in range(path.stat().st_size)]


def test_the_small_folder_has_every_kind_of_file(data: Path) -> None:
    """Else a kind of byte would be left out."""
    kinds = {path.parent.name if path.suffix else path.name for path in files_of(data)}

    assert kinds == {"genesis", "log", "headers", "snapshots"}


def test_a_changed_byte_is_named(data: Path) -> None:
    """Three hundred bytes anywhere under `ledger/`: file, offset and frame are those of the byte."""
    chance = Random(20210101)

    for path, offset in chance.sample(places_in(data), 300):
        require_named(data, path, offset, chance.choice(CHANGES))


@pytest.mark.long
def test_a_flipped_bit_in_any_byte_is_named(data: Path) -> None:
    """Every byte of every file, with a bit that goes round."""
    for number, (path, offset) in enumerate(places_in(data)):
        require_named(data, path, offset, CHANGES[number % 8])


@pytest.mark.long
def test_a_byte_of_another_value_is_named(data: Path) -> None:
    """Every third byte of every file, as a whole."""
    for number, (path, offset) in enumerate(places_in(data)[::3]):
        require_named(data, path, offset, CHANGES[8 + number % 4])
