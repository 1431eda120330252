"""Tails that a crash has torn, at every length: a start moves them aside, loses no answer, and the audit only warns.

A tear in the middle is damage: the start stops, and touches nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from dcep.errors import Damaged
from dcep.ids import TIER1, LedgerId, ledger_name
from dcep.simulation.economy import SHARD
from tests.faults.disk.disk import Disk
from tests.faults.disk.town import CRASH_LEAVES, Given, live, require_standing
from tests.unit.ledger.audit.kept import (
    audited,
    codes,
    copy_of,
    economy_in,
    header_file,
    log_file,
    pieces_of,
    place_of,
    warned,
)
from tests.unit.ledger.small_ledger import Ledger

_BOTH: Final = pytest.mark.parametrize("ledger", [TIER1, SHARD], ids=ledger_name)
# Every length has its turn in the long tests, some of them in each `make test`.
_STEPS: Final = [pytest.param(83, id="some"), pytest.param(1, id="all", marks=pytest.mark.long)]
_STEP: Final = pytest.mark.parametrize("step", _STEPS)


class Town:
    """A town as it stands, and every answer that it has heard."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.heard: list[Given] = []
        with Disk(root.parent).installed():
            live(root, self.heard)

    def answered_before(self, ledger: LedgerId, seq: int) -> list[Given]:
        """Return the answers without those of a ledger from a frame on."""
        return [given for given in self.heard if given.ledger != ledger or given.seq < seq]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town in which nothing is wrong; nobody changes it."""
    return Town(tmp_path_factory.mktemp("torn") / "data")


def torn_logs(town: Town, tmp_path: Path, ledger: LedgerId, step: int) -> Iterator[tuple[Path, bytes, int]]:
    """Yield (folder, what is left of the last frame, its number), cut at each length, before its header was stored."""
    last = pieces_of(log_file(town.root, ledger))[-1]
    header = pieces_of(header_file(town.root, ledger))[-1]
    for size in range(1, len(last.data), step):
        root = copy_of(town.root, tmp_path / f"log {size}")
        log, headers = log_file(root, ledger), header_file(root, ledger)
        log.write_bytes(log.read_bytes()[: last.offset] + last.data[:size])
        headers.write_bytes(headers.read_bytes()[: header.offset])
        yield root, last.data[:size], last.seq


@_STEP
@_BOTH
def test_a_torn_frame_of_any_length_is_moved_aside_and_costs_no_answer(
    town: Town, tmp_path: Path, ledger: LedgerId, step: int
) -> None:
    """The audit warns, the start goes on, the bytes lie in `torn`, and the town lives to its end."""
    for root, left, seq in torn_logs(town, tmp_path, ledger, step):
        report = audited(root)
        assert report.ok, report.problems
        assert "torn_frame" in warned(report) <= CRASH_LEAVES

        _require_life(root, town.answered_before(ledger, seq))

        assert _aside(root, f"{ledger_name(ledger)}-{seq:012}-1.log.bin") == left


@_STEP
@_BOTH
def test_torn_headers_of_any_length_are_moved_aside_and_signed_again(
    town: Town, tmp_path: Path, ledger: LedgerId, step: int
) -> None:
    """The last two records, cut at each length: every answer stands, for every frame does."""
    records = pieces_of(header_file(town.root, ledger))
    size = records[-1].offset + len(records[-1].data)
    for end in range(records[-2].offset + 1, size, step):
        root = copy_of(town.root, tmp_path / f"headers {end}")
        headers = header_file(root, ledger)
        whole = headers.read_bytes()
        headers.write_bytes(whole[:end])

        report = audited(root)
        assert report.ok, report.problems
        assert warned(report) <= CRASH_LEAVES

        _require_life(root, town.heard)

        assert header_file(root, ledger).read_bytes().startswith(whole)


def _require_life(root: Path, heard: list[Given]) -> None:
    """Require that every answer stands, that the town lives to its end, and that then nothing is wrong."""
    with Disk(root).installed():
        with economy_in(root) as economy:
            require_standing(economy, heard)
        live(root, [])
    report = audited(root)
    assert (report.problems, report.warnings) == ((), ())


def _aside(root: Path, name: str) -> bytes:
    return (root / "torn" / name).read_bytes()


@_BOTH
@pytest.mark.parametrize("store", ["log", "headers"])
def test_a_tear_in_the_middle_stops_the_start_and_changes_nothing(
    town: Town, tmp_path: Path, ledger: LedgerId, store: str
) -> None:
    """Some bytes of each piece but the last are gone: nobody knows what else is."""
    file_of = log_file if store == "log" else header_file
    for piece in pieces_of(file_of(town.root, ledger))[:-1]:
        root = copy_of(town.root, tmp_path / f"{piece.seq}")
        file = file_of(root, ledger)
        whole = file.read_bytes()
        file.write_bytes(whole[: piece.offset + 60] + whole[piece.offset + 90 :])
        before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}

        with Disk(root).installed(), pytest.raises(Damaged, match="_damaged") as damage, economy_in(root):
            pass

        assert (damage.value.file, damage.value.offset) == (place_of(root, ledger).relative(file), piece.offset)
        assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
        assert codes(audited(root)) & {"frame_damaged", "header_damaged"}
        # The start that stopped holds nothing: with the file as it was the same process starts.
        file.write_bytes(whole)
        _require_life(root, town.heard)


@_STEP
def test_a_torn_index_is_built_again_and_answers_the_same(tmp_path: Path, step: int) -> None:
    """Index files follow from the log: cut at any length, they are not believed."""
    ledger = Ledger(tmp_path)
    commands = [ledger.command(number) for number in range(1, 13)]
    for command in commands:
        ledger.append(command)
    ledger.history.build()
    asked = [ledger.ask(command) for command in commands]
    whole = {path: path.read_bytes() for path in ledger.index_files()}
    assert len(whole) > 1

    for path, data in whole.items():
        for size in range(0, len(data), step):
            ledger.close()
            path.write_bytes(data[:size])
            with Disk(tmp_path).installed():
                ledger = Ledger(tmp_path)
                ledger.history.build()
            assert [ledger.ask(command) for command in commands] == asked
            assert path.read_bytes() == data
    ledger.close()


def test_a_file_that_is_gone_cut_or_grown_is_told(town: Town, tmp_path: Path) -> None:
    """Each file under `ledger/`; without one of its headers or snapshots a folder is whole, for they follow."""
    for number, path in enumerate(path for path in (town.root / "ledger").rglob("*") if path.is_file()):
        for name, change in (("gone", None), ("cut", -1), ("grown", b"\x07"), ("more zeros", bytes(4096))):
            root = copy_of(town.root, tmp_path / f"{number} {name}")
            file = root / path.relative_to(town.root)
            _change(file, change)
            if file.name == "genesis" and name == "gone":
                continue

            report = audited(root)

            told = {entry.file for entry in (*report.problems, *report.warnings)}
            follows = name == "gone" and file.suffix == ".snap"
            assert follows or any(file.relative_to(root).is_relative_to(entry) for entry in told), (file, name)
            # What a crash may leave is a warning; all else is a problem.
            assert report.ok == (follows or (file.suffix, name) in _A_CRASH_MAY), (file, name, report)


_A_CRASH_MAY: Final = {
    (".hdr", "gone"),
    (".hdr", "cut"),
    (".log", "grown"),
    (".log", "more zeros"),
}


def _change(file: Path, change: bytes | int | None) -> None:
    match change:
        case None:
            file.unlink()
        case int():
            file.write_bytes(file.read_bytes()[:change])
        case bytes():
            file.write_bytes(file.read_bytes() + change)
