"""One build of the Rust engine that holds every mutant beside its function."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.mutation.judging import run_plays
from tests.mutation.mutants import Mutant, changed
from tests.mutation.rust_mutants import ENGINE, Function, mutants_of
from tests.repo.tracked import ROOT

_RUST: Final = ROOT / "rust"
# Below cargo's own folder, which git ignores and `make clean` removes.
_FOLDER: Final = _RUST / "target" / "mutants"
_SOURCE: Final = _FOLDER / "source"
_LIBRARY: Final = _FOLDER / "target" / "debug" / "lib_core.so"
# An extension module finds the interpreter's names where it is loaded.
_AS_MATURIN_DOES: Final = {"PYO3_BUILD_EXTENSION_MODULE": "1"}
_SWITCH: Final = """//! Which mutant acts, if any.

use std::sync::OnceLock;

static CHOSEN: OnceLock<Option<usize>> = OnceLock::new();

/// Return whether this one does.
pub fn acts(mutant: usize) -> bool {
    *CHOSEN.get_or_init(|| std::env::var("DCEP_MUTANT").ok()?.parse().ok()) == Some(mutant)
}
"""


class Grafted:
    """Every mutant of these files of the engine, built.

    `mutants` are those that the compiler takes; it refuses the others, which are no mutants.
    """

    def __init__(self, files: Sequence[str]) -> None:
        self._of_file: dict[str, list[tuple[Function, Mutant]]] = {file: mutants_of(file) for file in files}
        every = [mutant for found in self._of_file.values() for _, mutant in found]
        self._numbers = {mutant: number for number, mutant in enumerate(every, start=1)}
        self.refused: set[Mutant] = set()
        while errors := self._build():
            self.refused |= errors
        self.mutants = [mutant for mutant in every if mutant not in self.refused]

    def play(self, mutant: Mutant, twins: bool) -> str:
        """Play with a mutant and return what caught it."""
        chosen = {"DCEP_CORE": str(_LIBRARY), "DCEP_MUTANT": str(self._numbers[mutant])}
        return run_plays(mutant.file, twins, environment=chosen)

    def source_of(self, mutant: Mutant) -> bytes:
        """Return the source of a file of the engine with one mutant in it."""
        return changed((ENGINE / mutant.file).read_bytes(), mutant.edit)

    def _build(self) -> set[Mutant]:
        """Build what is not refused, and return whom the compiler complains of."""
        shutil.rmtree(_SOURCE, ignore_errors=True)
        shutil.copytree(_RUST, _SOURCE, ignore=shutil.ignore_patterns("target", "tests"))
        engine = _SOURCE / "engine" / "src"
        (engine / "mutants.rs").write_text(_SWITCH, encoding="utf-8")
        (engine / "lib.rs").write_bytes((ENGINE / "lib.rs").read_bytes() + b"pub mod mutants;\n")
        places = {file: self._graft(file, engine / file) for file in self._of_file}
        said = [message for message in _cargo() if message["level"] == "error" and message["spans"]]
        found = {mutant for message in said for mutant in _blamed(message, places)}
        assert found or not said, f"the compiler complains of no mutant: {said[0]['rendered']}"
        return found

    def _graft(self, file: str, path: Path) -> list[tuple[int, Mutant | None]]:
        """Write a file with its mutants, and return at which line the code of each begins."""
        source, end, parts = (ENGINE / file).read_bytes(), 0, []
        starts: list[tuple[int, Mutant | None]] = [(1, None)]
        line = 1

        def write(text: bytes, mutant: Mutant | None = None) -> None:
            nonlocal line
            starts.append((line, mutant))
            parts.append(text)
            line += text.count(b"\n")

        of_function: dict[Function, list[Mutant]] = {}
        for function, mutant in self._of_file[file]:
            if mutant not in self.refused:
                of_function.setdefault(function, []).append(mutant)
        for function, mutants in of_function.items():
            write(source[end : function.body])
            for mutant in mutants:
                name = f"{function.name}__{self._numbers[mutant]}".encode()
                write(b"if crate::mutants::acts(%d) { return %s; }\n" % (self._numbers[mutant], function.call % name))
            write(source[function.body : function.end])
            for mutant in mutants:
                name = f"fn {function.name}__{self._numbers[mutant]}".encode()
                text = changed(source[: function.end], mutant.edit)[function.start :]
                write(text.replace(f"fn {function.name}".encode(), name, 1), mutant)
            end = function.end
        write(source[end:])
        path.write_bytes(b"".join(parts))
        return starts


def _cargo() -> list[dict[str, Any]]:
    """Build the binding and return what the compiler says."""
    words = ["cargo", "build", "--package", "dcep-python", "--locked", "--message-format", "json"]
    ended = subprocess.run(
        [*words, "--target-dir", str(_FOLDER / "target")],
        cwd=_SOURCE,
        env={
            **os.environ,
            "PYO3_PYTHON": sys.executable,
            "PYO3_BUILD_EXTENSION_MODULE": "1",
            "RUSTFLAGS": "-Awarnings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
    said: list[dict[str, Any]] = [line["message"] for line in lines if line["reason"] == "compiler-message"]
    failed = ended.returncode and not any(message["level"] == "error" for message in said)
    assert not failed, ended.stderr
    return said


def _blamed(message: dict[str, Any], places: dict[str, list[tuple[int, Mutant | None]]]) -> set[Mutant]:
    """Return the mutants in whose code an error stands."""
    found = set()
    for span in message["spans"]:
        file = span["file_name"].removeprefix("engine/src/")
        starts = places.get(file)
        if span["is_primary"] and starts is not None:
            at = bisect_right(starts, span["line_start"], key=lambda start: start[0]) - 1
            mutant = starts[at][1]
            if mutant is not None:
                found.add(mutant)
    return found
