"""Hostile bytes at every door, a hundred of each in every run; `make fuzz` goes on for long."""

from __future__ import annotations

import os
import secrets
import time
import tracemalloc
from pathlib import Path
from typing import Final

import pytest

from tests.fuzz.every_target import GROUPS, TARGETS
from tests.fuzz.fuzzing import Found, fuzz
from tests.fuzz.hostile import EXTREMES
from tests.fuzz.real import SEEDS
from tests.fuzz.target import CORPUS, Target

# Each of these opens a folder of files.
_SLOW: Final = frozenset({"folder-audit", "folder-start"})
_KEPT: Final = [
    pytest.param(target, file, id=f"{target.name}-{file.name}") for target in TARGETS.values() for file in target.kept()
]
_LONGEST_S: Final = 1.0
_MOST_BYTES: Final = 1 << 20


def _seed() -> int:
    """Return a seed; under CI the same in every run, as the whole suite has it."""
    return 1 if os.environ.get("CI") else secrets.randbelow(2**32)


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda target: target.name)
def test_hostile_bytes_do_no_harm(target: Target) -> None:
    """They are read as the one value whose bytes they are, or refused in words; both engines say the same."""
    examples = 30 if target.name in _SLOW else 120

    assert fuzz(target, _seed(), examples) >= min(examples, 50)


@pytest.mark.parametrize(("target", "file"), _KEPT, ids=lambda part: part if isinstance(part, str) else part.name)
def test_an_input_that_is_kept_does_no_harm_again(target: Target, file: str) -> None:
    """What was found once, and what was odd, is tried in every run."""
    target.check((target.folder / file).read_bytes())


def test_every_folder_of_the_corpus_has_its_target() -> None:
    """What belongs to nobody is tried by nobody."""
    assert {folder.name for folder in CORPUS.iterdir()} <= TARGETS.keys()
    assert set(GROUPS) == {"codecs", "engines", "policies", "payment-files", "folders"}


def test_a_target_that_fails_is_found_made_small_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The measure itself is measured: a fuzzer that finds nothing anywhere is none."""
    monkeypatch.setattr("tests.fuzz.target.CORPUS", tmp_path)

    def check(data: bytes) -> None:
        assert b"\xff" not in data

    broken = Target(name="broken", group="codecs", inputs=TARGETS["policy"].inputs, check=check)

    with pytest.raises(Found, match="--again broken"):
        fuzz(broken, 1)

    (file,) = broken.kept()
    assert b"\xff" in file.read_bytes()


@pytest.mark.parametrize("name", SEEDS)
def test_a_length_that_lies_costs_neither_time_nor_memory(name: str) -> None:
    """A count of 255 lists or four thousand million rows is believed only as far as there are bytes."""
    seed = max(SEEDS[name], key=len)
    places = range(0, len(seed), max(len(seed) // 60, 1))
    tracemalloc.start()
    begun = time.process_time()
    for at in places:
        for extreme in EXTREMES[-3:]:
            TARGETS[name].check(seed[:at] + extreme + seed[at + len(extreme) :])
    spent, (_, peak) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert spent < _LONGEST_S * len(places)
    assert peak < _MOST_BYTES + 100 * len(seed)
