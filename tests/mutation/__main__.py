"""Make every mutant of the law and say what becomes of it: `python -m tests.mutation python|rust [FILE ...]`.

Exits with 1 if a mutant of which a check is dropped or two are swapped survives and is not in the list of equivalent
ones, or if the list names one that is caught or is not made any more. Of the other kinds whoever survives is named.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable

from tests.mutation import python_mutants
from tests.mutation.grafting import Grafted
from tests.mutation.judging import REQUIRED, Judgement, equivalent, judge, play_python, source_of_python
from tests.mutation.mutants import Kind
from tests.mutation.rust_mutants import rust_files


def main(engine: str, *files: str) -> int:
    """Judge the mutants of these files, or of all, and report."""
    if engine == "python":
        mutants = [mutant for file in files or python_mutants.files() for mutant in python_mutants.mutants_of(file)]
        return report(engine, judge(mutants, play_python, source_of_python), is_whole=not files)
    grafted = Grafted(files or tuple(rust_files()))
    _say(f"{len(grafted.refused)} mutants are refused by the compiler")
    return report(engine, judge(grafted.mutants, grafted.play, grafted.source_of), is_whole=not files)


def report(engine: str, judgements: Iterable[Judgement], *, is_whole: bool) -> int:
    """Print each judgement as it falls, then the sums; return 1 if one is not as it should be."""
    listed = {name for name in equivalent() if name.startswith(f"{engine} ")}
    names: dict[str, str] = {}
    required = set[str]()
    made, caught = Counter[Kind](), Counter[Kind]()
    for judgement in judgements:
        name, by = f"{engine} {judgement.mutant.name}", judgement.by
        names[name] = by
        required |= {name} if judgement.mutant.kind in REQUIRED else set()
        made[judgement.mutant.kind] += 1
        caught[judgement.mutant.kind] += bool(by)
        _say(f"{name}\n    {by or ('equivalent' if name in listed else 'SURVIVED')}")
    survived = [name for name, by in names.items() if not by and name not in listed]
    wrong = [name for name in listed if names.get(name) or (is_whole and name not in names)]
    for kind in Kind:
        _say(f"{engine}: {kind}: {made[kind]} made, {caught[kind]} caught")
    for name in survived:
        _say(f"{'survived' if name in required else 'worth a row'}: {name}")
    for name in wrong:
        _say(f"listed as equivalent, but caught or gone: {name}")
    return 1 if required & set(survived) or wrong else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
