"""The index of the history is built once, and never believed against the log."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from dcep.errors import Unavailable
from dcep.ids import LedgerId
from dcep.ledger.history import Found
from dcep.messages.layout import Seq
from dcep.messages.outcomes import BEHIND, NEVER_PROCESSED, SETTLED, refused
from dcep.messages.refusals import Refusal
from dcep.messages.signed import record_of
from tests.unit.ledger.small_ledger import Ledger, Sent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a data folder with some traffic in several files of the log, all of it indexed."""
    ledger = Ledger(tmp_path)
    for command in _traffic(ledger):
        ledger.append(command)
    ledger.history.build()
    ledger.close()
    return tmp_path


def _traffic(ledger: Ledger) -> list[Sent]:
    """Return the commands of the folder: thirty numbers, every third refused."""
    return [ledger.command(number, settles=number % 3 != 0) for number in range(1, 31)]


def _ask_until_heard(ledger: Ledger, command: Sent) -> Found:
    """Ask again where the question before heard that the disk refuses the index."""
    for _ in range(100):
        try:
            return ledger.ask(command)
        except Unavailable:
            continue
    raise AssertionError("history says nothing else")


def _tell_the_truth(ledger: Ledger, sent: list[Sent]) -> bool:
    """Build, then ask for every command of the folder; each stands alone in its frame, behind a tick."""
    ledger.history.build()
    expected = [
        Found(refused(Refusal.WALLET_UNKNOWN) if number % 3 == 0 else SETTLED, Seq(number), 1)
        for number in range(1, len(sent) + 1)
    ]
    return [ledger.ask(command) for command in sent] == expected


def test_every_answer_is_behind_until_full_files_are_indexed(tmp_path: Path) -> None:
    """The question that finds them sets the builder to work and does not wait for it."""
    ledger = Ledger(tmp_path)
    sent = _traffic(ledger)
    for command in sent:
        ledger.append(command)

    first = ledger.ask(sent[0])

    assert first.outcome == BEHIND
    assert _tell_the_truth(ledger, sent)
    ledger.close()


def test_full_files_are_indexed_though_nobody_asks(tmp_path: Path) -> None:
    """The first question after a year must not wait for a year's index."""
    ledger = Ledger(tmp_path)
    for command in _traffic(ledger):
        ledger.append(command)
    full = sorted(path.stem for path in ledger.place.log.glob("*.log"))[:-1]

    until = monotonic() + 30
    while [path.stem for path in ledger.index_files()] != full and monotonic() < until:
        sleep(0.05)

    assert [path.stem for path in ledger.index_files()] == full
    ledger.close()


def test_one_file_that_waits_for_its_index_does_not_make_history_silent(tmp_path: Path) -> None:
    """Its rows stand in memory beside those of the newest file."""
    ledger = Ledger(tmp_path)
    (tmp_path / "index").write_text("no folder, so no index")
    sent: list[Sent] = []
    while len(list(ledger.place.log.glob("*.log"))) < 2:
        sent.append(ledger.command(len(sent) + 1))
        ledger.append(sent[-1])

    answers = [_ask_until_heard(ledger, command) for command in sent]

    assert answers == [Found(SETTLED, Seq(number), 1) for number in range(1, len(sent) + 1)]
    (tmp_path / "index").unlink()
    ledger.close()


def test_every_full_file_of_the_log_and_no_other_has_an_index_file(folder: Path) -> None:
    """Memory holds the rows of one file, however long the log is."""
    ledger = Ledger(folder)
    full = sorted(path.stem for path in ledger.place.log.glob("*.log"))[:-1]

    assert len(full) > 3
    assert [path.stem for path in ledger.index_files()] == full
    assert _tell_the_truth(ledger, _traffic(ledger))
    ledger.close()


def test_a_restart_takes_the_index_files_as_they_are(folder: Path) -> None:
    """They are built once."""
    ledger = Ledger(folder)
    before = [path.stat().st_mtime_ns for path in ledger.index_files()]

    assert _tell_the_truth(ledger, _traffic(ledger))
    assert [path.stat().st_mtime_ns for path in ledger.index_files()] == before
    ledger.close()


@pytest.mark.parametrize("which", [0, 2, -1])
def test_a_deleted_index_file_is_built_again(folder: Path, which: int) -> None:
    """Nothing is lost with it: the log holds everything."""
    files = sorted((folder / "index" / "shard-000").glob("*.idx"))
    files[which].unlink()
    ledger = Ledger(folder)

    assert _tell_the_truth(ledger, _traffic(ledger))
    assert ledger.index_files() == files
    ledger.close()


def test_an_index_file_with_any_byte_changed_is_built_again(folder: Path) -> None:
    """A row that has rotted would look like a number that nobody used."""
    ledger = Ledger(folder)
    path = ledger.index_files()[1]
    whole = path.read_bytes()

    for at in range(0, len(whole), 7):
        ledger.close()
        path.write_bytes(whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :])
        ledger = Ledger(folder)
        assert _tell_the_truth(ledger, _traffic(ledger)), f"byte {at}"
        assert path.read_bytes() == whole

    ledger.close()


@pytest.mark.parametrize("length", [0, 1, 40, -1])
def test_an_index_file_that_was_cut_is_built_again(folder: Path, length: int) -> None:
    """It is there wholly or not at all."""
    path = sorted((folder / "index" / "shard-000").glob("*.idx"))[0]
    whole = path.read_bytes()
    path.write_bytes(whole[:length])
    ledger = Ledger(folder)

    assert _tell_the_truth(ledger, _traffic(ledger))
    assert path.read_bytes() == whole
    ledger.close()


@pytest.mark.parametrize(("network", "shard"), [(1, 0), (0, 1)])
def test_the_index_file_of_another_ledger_or_network_is_built_again(folder: Path, network: int, shard: int) -> None:
    """It is whole and right, but somewhere else: the head after its last frame says so."""
    stranger = Ledger(folder / "stranger", network=network, ledger=LedgerId(shard))
    for number in range(1, 31):
        stranger.append(stranger.command(number, memo=7))
    stranger.history.build()
    foreign = stranger.index_files()[0]
    own = folder / "index" / "shard-000" / foreign.name
    whole = own.read_bytes()
    own.write_bytes(foreign.read_bytes())
    ledger = Ledger(folder)

    assert _tell_the_truth(ledger, _traffic(ledger))
    assert own.read_bytes() == whole
    for each in (stranger, ledger):
        each.close()


def test_the_index_file_of_a_log_that_went_on_otherwise_is_built_again(tmp_path: Path) -> None:
    """After a folder was restored from a copy, the same numbers can stand for other commands."""
    one, other = Ledger(tmp_path / "one"), Ledger(tmp_path / "other")
    for ledger, memo in ((one, 1), (other, 2)):
        for number in range(1, 31):
            ledger.append(ledger.command(number, memo=memo))
        ledger.history.build()
    one.close()
    for mine, theirs in zip(one.index_files(), other.index_files(), strict=True):
        mine.write_bytes(theirs.read_bytes())
    one = Ledger(tmp_path / "one")

    one.history.build()

    assert one.ask(one.command(1, memo=1)) == Found(SETTLED, Seq(1), 1)
    assert one.ask(one.command(1, memo=2)).outcome == NEVER_PROCESSED
    for each in (one, other):
        each.close()


def test_an_index_file_that_names_what_is_not_in_the_log_is_dropped(folder: Path) -> None:
    """Its checksum and its head are right, and yet the log has the last word."""
    path = sorted((folder / "index" / "shard-000").glob("*.idx"))[0]
    whole = path.read_bytes()
    ledger = Ledger(folder)
    sent = _traffic(ledger)
    ledger.close()
    # A row is a key of 16 bytes, the frame's number and the command's in it; the checksum is at the end.
    lying = bytearray(whole[:-32])
    lying[whole.index(record_of(sent[0].wire)[:16]) + 16 + 7] ^= 3
    path.write_bytes(lying + hashlib.sha256(lying).digest())
    ledger = Ledger(folder)
    ledger.history.build()

    first = ledger.ask(sent[0])

    assert first.outcome == BEHIND
    assert _tell_the_truth(ledger, sent)
    assert path.read_bytes() == whole
    ledger.close()


def test_an_index_that_cannot_be_written_makes_history_unavailable_until_it_can(tmp_path: Path) -> None:
    """A full disk is no reason to say `never`."""
    obstacle = tmp_path / "index"
    # It stands there before the first file is full: the builder in the background may look at any moment.
    obstacle.write_text("no folder")
    ledger = Ledger(tmp_path)
    sent = _traffic(ledger)
    for command in sent:
        ledger.append(command)

    with pytest.raises(Unavailable, match="index_not_written"):
        ledger.history.build()

    obstacle.unlink()
    ledger.history.build()
    # What the builder in the background has met meanwhile is told once.
    with suppress(Unavailable):
        ledger.ask(sent[0])
    assert _tell_the_truth(ledger, sent)
    ledger.close()
