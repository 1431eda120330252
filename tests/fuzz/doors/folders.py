"""A data folder in which one file is hostile: the audit names it, and a start goes on or stops; nothing is ever lost.

An input is the number of a file among those of a small economy (one byte) and what the file holds instead.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

from dcep.errors import DcepError
from dcep.simulation.outcomes_file import OutcomesFile
from dcep.simulation.run_folder import RunFolder
from tests.fuzz.hostile import mutated
from tests.fuzz.real import DATA
from tests.fuzz.target import Target, seeds_of
from tests.unit.ledger.audit.kept import audited, economy_in, files_of

_FILES: Final = [path.relative_to(DATA) for path in files_of(DATA)]
_HELD: Final = [(DATA / path).read_bytes() for path in _FILES]
# What a crash may leave behind: no problem, a warning.
_TORN: Final = frozenset({"torn_frame", "torn_header", "headers_missing"})


def _copy(folder: Path, data: bytes) -> tuple[Path, Path] | None:
    """Copy the folder with one file replaced, and return both."""
    if not data or data[0] >= len(_FILES):
        return None
    root = folder / "data"
    shutil.copytree(DATA, root)
    file = root / _FILES[data[0]]
    file.write_bytes(data[1:])
    return root, file


def _check_audit(data: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="dcep-fuzz-") as folder:
        copied = _copy(Path(folder), data)
        if copied is None:
            return
        report = audited(copied[0])
        if data[1:] == _HELD[data[0]]:
            assert report.ok
            return
        assert not report.ok or _TORN & {warning.code for warning in report.warnings}
        assert all(problem.code and problem.file for problem in report.problems)


def _check_start(data: bytes) -> None:
    """A start answers in words, and every byte of a log is afterwards in the log or beside it."""
    with tempfile.TemporaryDirectory(prefix="dcep-fuzz-") as folder:
        copied = _copy(Path(folder), data)
        if copied is None:
            return
        root, file = copied
        before = {path: path.read_bytes() for path in root.rglob("*.log")}
        with suppress(DcepError), economy_in(root):
            pass
        for path, held in before.items():
            now = path.read_bytes()
            assert now.startswith(held) or (held.startswith(now) and _is_kept(root, held[len(now) :]))
        if file.suffix == ".log" and data[1:] == _HELD[data[0]]:
            assert file.read_bytes() == data[1:]


def _is_kept(root: Path, rest: bytes) -> bool:
    return any(path.read_bytes() == rest for path in (root / "torn").rglob("*") if path.is_file())


_CODES: Final = ["settled", "over_daily_limit", "settled", "insufficient_funds"]
_WHOLE: Final = "".join(f"{row},{code}\n" for row, code in enumerate(_CODES, start=1)).encode()


def _check_outcomes(data: bytes) -> None:
    """A file of answers is completed where it is a beginning of ours, and otherwise left as it is."""
    with tempfile.TemporaryDirectory(prefix="dcep-fuzz-") as folder:
        path = Path(folder) / "outcomes.csv"
        path.write_bytes(data)
        said = ""
        try:
            with OutcomesFile(path) as outcomes:
                outcomes.add(_CODES[:1])
                outcomes.add(_CODES[1:])
        except DcepError as error:
            said = error.code
        is_ours = _WHOLE.startswith(data) or data.startswith(_WHOLE)
        assert said == ("" if is_ours else "other_run")
        assert path.read_bytes() == (_WHOLE if _WHOLE.startswith(data) else data)


def _check_run(data: bytes) -> None:
    """What a replay keeps beside the ledger: a hostile file stops it in words."""
    name = ("run.json", "progress.json", "keys/seed")[data[0] % 3 if data else 0]
    with tempfile.TemporaryDirectory(prefix="dcep-fuzz-") as folder:
        root = Path(folder)
        seed = RunFolder(root).begin({"rows": 1})
        (root / name).write_bytes(data[1:])
        try:
            run = RunFolder(root)
            again = run.begin({"rows": 1})
            run.progress()
        except DcepError:
            return
        assert again == seed or name == "keys/seed"


def _file_inputs(name: str) -> st.SearchStrategy[bytes]:
    of_file = [mutated([held]).map(bytes((number,)).__add__) for number, held in enumerate(_HELD)]
    kept = seeds_of(name, [])
    return st.one_of([*of_file, *([mutated(kept)] if kept else [])])


_RUNS: Final = [bytes((0,)) + b'{"rows": 1}', bytes((1,)) + b'{"stage": "paid"}', bytes((2,)) + bytes(32)]

TARGETS: Final = [
    Target(name="folder-audit", group="folders", inputs=_file_inputs("folder-audit"), check=_check_audit),
    Target(name="folder-start", group="folders", inputs=_file_inputs("folder-start"), check=_check_start),
    Target(name="outcomes-file", group="folders", inputs=mutated([_WHOLE, _WHOLE[:20], b""]), check=_check_outcomes),
    Target(name="run-folder", group="folders", inputs=mutated(_RUNS), check=_check_run),
]
