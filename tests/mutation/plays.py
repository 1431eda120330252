"""Play vectors/rules on an engine in which one thing is wrong, in a process of its own: caught, or survived.

`python -m tests.mutation.plays FILE` reads the mutated source of the file from standard input (Python), or plays with
the mutant that DCEP_MUTANT names in the library that DCEP_CORE names (Rust). It prints what caught the mutant and
exits with 1; with 0 it has survived. With `twins` behind FILE the other engine and the
engine's own tests are asked as well.
"""

from __future__ import annotations

import importlib.util
import io
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

from tests.mutation.python_mutants import ENGINE

# What plays never do: start from a snapshot, count beyond 64 bits, take back what nobody can keep.
_TESTS: Final = (
    "tests/unit/ledger/engine",
    "tests/conformance/twins/test_boundaries.py",
    "tests/conformance/twins/test_records.py",
)
# Of the processor's time, so that a busy machine catches nobody: everything together takes some 30 seconds.
_LONGEST_S: Final = 300
# The chapter whose plays most likely find a mutant of a file that is no chapter: they are played first.
_FIRST: Final = {
    "accounts": "payments",
    "apply": "channel",
    "book": "payments",
    "channels": "channel",
    "held": "holds",
    "keys": "policies",
    "lanes": "admissibility",
    "rule_sets": "governance",
    "shard_time": "timekeeping",
}


class _OneModule(MetaPathFinder, Loader):
    """Let one module be what its mutant's source says."""

    def __init__(self, name: str, code: CodeType) -> None:
        self._name, self._code = name, code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)  # noqa: S102  the mutant was made here, out of our own source


def put_in_place_python(file: str, source: bytes) -> None:
    """Let the statute be imported with another source of one file."""
    name = ".".join(("dcep.ledger.engine", *Path(file).with_suffix("").parts))
    sys.meta_path.insert(0, _OneModule(name, compile(source, str(ENGINE / file), "exec")))


def put_in_place_rust(library: str) -> None:
    """Let another build of the Rust core be the one that is imported."""
    loader = ExtensionFileLoader("dcep._core", library)
    spec = importlib.util.spec_from_file_location("dcep._core", library, loader=loader)
    assert spec is not None
    core = importlib.util.module_from_spec(spec)
    loader.exec_module(core)
    sys.modules["dcep._core"] = core


def _caught_by(engine: str, first: str, *, twins: bool) -> str:
    """Return the play and what it says; empty if every play of every file finds nothing."""
    # Imported when the mutant is in its place, and not before.
    from tests.conformance.rules.test_rules import (  # noqa: PLC0415
        test_every_line_has_its_answer_and_no_money_is_lost as judge,
    )
    from tests.conformance.twins.test_plays import (  # noqa: PLC0415
        test_a_play_leaves_both_engines_in_one_state as compare,
    )

    for chapter, title, lines in _plays(first):
        try:
            judge(lines, engine)
            if twins:
                compare(lines)
        except BaseException as error:  # a mutant falls over in any way it likes, and a panic is no Exception
            said = str(error).partition("\n")[0] or type(error).__name__
            return f"{chapter}: {title}: {said}"
    return _caught_by_tests() if twins else ""


def _caught_by_tests() -> str:
    """Return the first of the engine's own tests that fails: what plays cannot bring about, tests do."""
    import pytest  # noqa: PLC0415  only here

    class Listener:
        failed = ""

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            self.failed = self.failed or (report.nodeid if report.failed else "")

    listener = Listener()
    with redirect_stdout(io.StringIO()):
        pytest.main(["-qx", "-p", "no:cacheprovider", *_TESTS], plugins=[listener])
    return listener.failed


def _plays(first: str) -> Iterator[tuple[str, str, str]]:
    """Yield each play, those of the mutant's own chapter before the others."""
    from tests.language import PLAYS, plays  # noqa: PLC0415  it imports the engine

    for file in sorted(PLAYS.glob("*.txt"), key=lambda path: (path.stem != first, path.stem)):
        for title, lines in plays(file):
            yield file.stem, title, lines


def main(file: str, *words: str) -> int:
    """Play, and say what caught the mutant."""
    resource.setrlimit(resource.RLIMIT_CPU, (_LONGEST_S, _LONGEST_S + 1))
    library = os.environ.get("DCEP_CORE")
    if library:
        put_in_place_rust(library)
    else:
        put_in_place_python(file, sys.stdin.buffer.read())
    name = Path(file).stem
    caught = _caught_by("rust" if library else "python", _FIRST.get(name, name), twins="twins" in words)
    sys.stdout.write(caught)
    return 1 if caught else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
