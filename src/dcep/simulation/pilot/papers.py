"""What the office hands out as files: the signed boards, what the wallets wrote down, the draw.

A board and a draw are for everybody. The attempts name commands, and whoever knows a command's id can ask the ledger
for who paid whom: they are for the office, and for whoever may see them.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.durable import build_durably
from dcep.errors import BadInput
from dcep.simulation.pilot.journal import End, Journal
from dcep.simulation.pilot.lottery import DRAW

_MAX_FILE: Final = 16 << 20
_COLUMNS: Final = tuple(field.name for field in fields(End))


def board_file(folder: Path, phase: int) -> Path:
    """Return where the last board of a phase lies."""
    return folder / f"board-{phase}.json"


def attempts_file(folder: Path, phase: int) -> Path:
    """Return where the attempts of a phase lie."""
    return folder / f"attempts-{phase}.csv"


def draw_file(folder: Path) -> Path:
    """Return where the draw lies."""
    return folder / "draw.json"


def write_papers(folder: Path, journal: Journal) -> list[Path]:
    """Write what there is, and return the files."""
    certificate = (journal.document("certificate") or b"").decode()
    written = []
    for phase in (1, 2):
        message = journal.document(f"board-{phase}")
        if message is not None:
            told = {"board": message.hex(), "certificate": certificate}
            written.append(_write(board_file(folder, phase), json.dumps(told, indent=1).encode()))
            written.append(_write_attempts(attempts_file(folder, phase), journal.ends(phase)))
    draw = journal.document(DRAW)
    if draw is not None:
        written.append(_write(draw_file(folder), draw))
    return written


def read_document(path: Path) -> dict[str, Any]:
    """Return the JSON object of a file.

    Raises:
        BadInput: `no_such_file`, `bad_file`.
    """
    try:
        with path.open("rb") as stream:
            told = json.loads(stream.read(_MAX_FILE))
    except OSError as error:
        raise BadInput("no_such_file", f"it cannot be read: {error.strerror}", where=str(path)) from error
    except (ValueError, RecursionError) as error:
        raise BadInput("bad_file", "it is no JSON", where=str(path)) from error
    if not isinstance(told, dict):
        raise BadInput("bad_file", "it is no JSON object", where=str(path))
    return told


def read_attempts(path: Path) -> list[End]:
    """Return the attempts of a file.

    Raises:
        BadInput: `no_such_file`, `bad_file`.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            lines = csv.DictReader(stream)
            if tuple(lines.fieldnames or ()) != _COLUMNS:
                raise ValueError("other columns")
            return [_end(row) for row in lines]
    except OSError as error:
        raise BadInput("no_such_file", f"it cannot be read: {error.strerror}", where=str(path)) from error
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise BadInput("bad_file", "it has no attempts as the office writes them", where=str(path)) from error


def _write(path: Path, data: bytes) -> Path:
    build_durably(path, data, at=path.with_suffix(".new"))
    return path


def _write_attempts(path: Path, ends: Iterable[End]) -> Path:
    new = path.with_suffix(".new")
    # Its owner's alone, as what it says.
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream, lineterminator="\n")
        lines.writerow(_COLUMNS)
        for end in ends:
            told = {name: getattr(end, name) for name in _COLUMNS}
            lines.writerow([*(told | {"kept": int(end.kept), "command": end.command.hex()}).values()])
    # None stands as an empty cell.
    new.replace(path)
    return path


def _end(row: dict[str, str]) -> End:
    def number(name: str) -> int | None:
        return int(row[name]) if row[name] else None

    return End(
        key=row["key"],
        phase=int(row["phase"]),
        operator=int(row["operator"]),
        trade=row["trade"],
        verb=row["verb"],
        answer=row["answer"],
        kept=row["kept"] == "1",
        ended_at_ms=UnixMs(int(row["ended_at_ms"])),
        took_us=number("took_us"),
        command=bytes.fromhex(row["command"]),
        seq=number("seq"),
        amount_fen=int(row["amount_fen"]),
    )
