"""Old files leave a data folder, and the folder goes on as if they were there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dcep.errors import BadInput, Damaged, DcepError, Unavailable
from dcep.ids import TIER1
from dcep.ledger.archive import archive
from dcep.ledger.archived import MANIFEST, NOTE, read_manifest
from dcep.ledger.backup import back_up, restore
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.ledger.log import Archived
from dcep.ledger.relay import carry
from dcep.messages.layout import Seq
from dcep.simulation.economy import SHARD
from tests.unit.ledger.archive.aged import (
    Past,
    age,
    answers_of,
    audited,
    contents_of,
    files_of,
    flip,
    go_on,
    line_to,
    lines_to,
    now,
    stands_where_it_stood,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Past]:
    """Return a folder, the archive of its old files, and its past; tests work on copies."""
    top = tmp_path_factory.mktemp("aged")
    past = age(top / "economy")
    shutil.copytree(top / "economy", top / "whole")
    archive(top / "economy", top / "archive", days=0)
    return top / "economy", top / "archive", past


@pytest.fixture
def trimmed(made: tuple[Path, Path, Past], tmp_path: Path) -> Path:
    """Return a copy of the folder without its old files."""
    return shutil.copytree(made[0], tmp_path / "economy")


@pytest.fixture
def kept(made: tuple[Path, Path, Past], tmp_path: Path) -> Path:
    """Return a copy of its archive."""
    return shutil.copytree(made[1], tmp_path / "archive")


@pytest.fixture
def whole(made: tuple[Path, Path, Past], tmp_path: Path) -> Path:
    """Return a copy of the folder as it was before."""
    return shutil.copytree(made[0].parent / "whole", tmp_path / "whole")


@pytest.fixture
def past(made: tuple[Path, Path, Past]) -> Past:
    """Return what the folder's ledger has told."""
    return made[2]


# What is true afterwards.


def test_no_byte_is_lost_and_none_is_changed(whole: Path, trimmed: Path, kept: Path) -> None:
    """Folder and archive together hold what the folder held, each file in one of them."""
    here, there = contents_of(trimmed), contents_of(kept)

    assert here | there == contents_of(whole)
    assert set(here) & set(there) == {"ledger/genesis"}
    assert sum(name.startswith("ledger/shard-000/log/") for name in there) > 3


def test_headers_begin_a_file_where_the_log_does(whole: Path) -> None:
    """So a frame and what was signed after it leave together."""
    for ledger in ("shard-000", "tier1"):
        log, headers = (sorted((whole / "ledger" / ledger / store).iterdir()) for store in ("log", "headers"))
        assert len(log) > 3
        assert [path.stem for path in log] == [path.stem for path in headers]


def test_the_ledger_starts_without_its_old_files_and_goes_on(trimmed: Path, past: Past) -> None:
    """From the snapshot that a checkpoint proves it comes to the same state, and appends behind the same head."""
    assert stands_where_it_stood(trimmed, past)

    go_on(trimmed, checkpoints=1)

    with line_to(trimmed) as line:
        assert line.ledger.log.first > 1
        assert line.ledger.engine.root() == past.root


def test_history_answers_every_old_command_from_the_index_that_stays(trimmed: Path, past: Past) -> None:
    """Settled, refused, or never: the same bytes never hear a contradicting answer, whatever was archived."""
    assert answers_of(trimmed, past)


def test_a_receipt_of_an_archived_frame_is_not_made_here(trimmed: Path) -> None:
    """The ledger says where it is; with the archive `dcep ledger show` makes it."""
    with line_to(trimmed) as line, pytest.raises(Archived, match="archived"):
        line.receipt(Seq(1), 0)


def test_folder_and_archive_are_audited_as_the_whole_folder_was(whole: Path, trimmed: Path, kept: Path) -> None:
    """From the first frame on: the same head, root and number of commands, and nothing to warn of."""
    before, after = audited(whole), audited(trimmed, kept)

    assert before.ok
    assert after == before


def test_the_folder_alone_is_audited_from_its_snapshot_on(trimmed: Path, past: Past) -> None:
    """What the audit did not see it says, and up to which frame."""
    report = audited(trimmed)
    shard = next(entry for entry in report.ledgers if entry.ledger == SHARD)

    assert report.ok
    assert (shard.head, shard.root) == (past.head, past.root)
    assert {warning.code for warning in report.warnings} == {"frames_archived"}
    assert all(warning.frame > 1 for warning in report.warnings)


def test_every_byte_that_stayed_is_still_covered_by_the_audit(trimmed: Path) -> None:
    """A flipped bit is found in frames, headers and snapshots, those before the snapshot that is started from too."""
    for path in files_of(trimmed):
        size = path.stat().st_size
        for offset in range(0, size, max(1, size // 12)):
            flip(path, offset)
            report = audited(trimmed)
            flip(path, offset)
            assert not report.ok, f"{path.name} at byte {offset}"


def test_every_byte_of_the_archive_is_covered_by_the_audit(trimmed: Path, kept: Path) -> None:
    """It is named by its file, wherever it is."""
    for path in files_of(kept):
        flip(path, path.stat().st_size // 2)
        report = audited(trimmed, kept)
        flip(path, path.stat().st_size // 2)
        assert any(str(path) in problem.file for problem in report.problems), path


def test_a_manifest_that_was_changed_is_found(trimmed: Path, kept: Path) -> None:
    """It lists hashes, and the folder's own note lists them too."""
    size = (kept / MANIFEST).stat().st_size
    for offset in range(0, size, size // 50):
        flip(kept / MANIFEST, offset)
        try:
            is_sound = audited(trimmed, kept).ok
        except BadInput:
            # Another network is one reason more to stop.
            is_sound = False
        assert not is_sound, f"byte {offset}"
        flip(kept / MANIFEST, offset)


# Rounds.


def test_rounds_into_one_archive_chain_without_a_gap(trimmed: Path, kept: Path) -> None:
    """A later round adds to the archive what has become old since."""
    before = set(contents_of(kept))
    go_on(trimmed)

    moved = archive(trimmed, kept, days=0)

    assert moved.files
    assert before < set(contents_of(kept))
    assert audited(trimmed, kept).ok
    assert audited(trimmed, kept).warnings == ()


def test_rounds_into_several_archives_are_audited_together(trimmed: Path, kept: Path, tmp_path: Path) -> None:
    """A volume a year: with all of them nothing is missing, and the one that is missing is seen."""
    go_on(trimmed)
    archive(trimmed, tmp_path / "second", days=0)

    complete, without = audited(trimmed, kept, tmp_path / "second"), audited(trimmed, tmp_path / "second")

    assert complete.ok
    assert {problem.code for problem in without.problems} >= {"archive_incomplete"}


def test_an_archive_does_not_go_on_behind_a_gap(trimmed: Path, kept: Path, tmp_path: Path) -> None:
    """What lies between is in another archive: this one would have a hole for ever."""
    go_on(trimmed)
    archive(trimmed, tmp_path / "second", days=0)
    go_on(trimmed)

    with pytest.raises(BadInput, match="archive_gap"):
        archive(trimmed, kept, days=0)


def test_a_round_with_nothing_to_move_changes_nothing(trimmed: Path, kept: Path) -> None:
    """The same line twice is once."""
    before = contents_of(trimmed), contents_of(kept), (kept / MANIFEST).read_bytes()

    moved = archive(trimmed, kept, days=0)

    assert moved.files == ()
    assert (contents_of(trimmed), contents_of(kept), (kept / MANIFEST).read_bytes()) == before


# What stays.


def test_what_is_younger_than_its_receipts_stays(whole: Path, tmp_path: Path) -> None:
    """Receipts are served again for 90 days, from the frames themselves."""
    moved = archive(whole, tmp_path / "archive", days=1)

    assert moved.files == ()
    assert not (whole / NOTE).exists()


def test_nothing_leaves_without_enough_proven_snapshots(whole: Path, tmp_path: Path) -> None:
    """One that is damaged does not count: a start would need what lies before the other."""
    damaged = sorted((whole / "ledger" / "shard-000" / "snapshots").iterdir())[-1]
    flip(damaged, 200)

    moved = archive(whole, tmp_path / "archive", days=0)

    assert [file.name for file in moved.files if file.ledger == "shard-000"] == []


def test_nothing_leaves_of_which_the_headers_are_lost(whole: Path, tmp_path: Path, past: Past) -> None:
    """A start signs them again from the frames, and so needs these."""
    for path in sorted((whole / "ledger" / "shard-000" / "headers").iterdir())[-3:]:
        path.unlink()

    moved = archive(whole, tmp_path / "archive", days=0)

    assert [file.name for file in moved.files if file.ledger == "shard-000"] == []
    assert stands_where_it_stood(whole, past)


def test_with_one_snapshot_to_keep_the_older_leaves_too(whole: Path, tmp_path: Path) -> None:
    """And all that lies before the newest."""
    moved = archive(whole, tmp_path / "archive", keep=1, days=0)

    assert sum(file.store == "snapshots" for file in moved.files) == 2
    assert audited(whole).ok
    assert audited(whole, tmp_path / "archive").ok


def test_a_message_that_was_not_acknowledged_stays_with_its_proof(tmp_path: Path) -> None:
    """A relay proves it from the frame that sent it, however old that is."""
    root = tmp_path / "economy"
    age(root, in_transit=1_000)

    archive(root, tmp_path / "archive", keep=1, days=0)

    with lines_to(root, SHARD, TIER1) as (shard, tier1):
        received = tier1.standing().total
        carry(shard, tier1, at=now())
        assert shard.ledger.log.first > 1
        assert tier1.standing().total == received + 1_000
    assert audited(root, tmp_path / "archive").ok


# What is refused.


def test_an_archive_of_another_network_is_refused(trimmed: Path, tmp_path: Path) -> None:
    """Nothing is done with it, neither to write nor to read."""
    age(tmp_path / "other", seed=bytes(32))
    archive(tmp_path / "other", tmp_path / "foreign", days=0)

    with pytest.raises(BadInput, match="other_network"):
        archive(trimmed, tmp_path / "foreign", days=0)
    with pytest.raises(BadInput, match="other_network"):
        audited(trimmed, tmp_path / "foreign")


def test_a_folder_that_is_no_archive_is_refused(trimmed: Path, tmp_path: Path) -> None:
    """Whatever lies there is somebody's."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat").write_text("!")

    with pytest.raises(BadInput, match="not_an_archive"):
        archive(trimmed, tmp_path / "photos", days=0)
    with pytest.raises(BadInput, match="not_an_archive"):
        audited(trimmed, tmp_path / "photos")


@pytest.mark.parametrize("place", ["archive", ".", ".."])
def test_an_archive_does_not_lie_in_the_folder_nor_around_it(trimmed: Path, place: str) -> None:
    """What is lost with the folder is no archive."""
    with pytest.raises(BadInput, match="inside_folder"):
        archive(trimmed, trimmed / place, days=0)


def test_another_file_of_the_same_name_is_never_overwritten(whole: Path, kept: Path) -> None:
    """One of the two is wrong, and nobody here can say which: nothing is removed."""
    flip(sorted((kept / "ledger" / "shard-000" / "log").iterdir())[1], 300)
    before = contents_of(whole)

    with pytest.raises(DcepError, match="archive_differs"):
        archive(whole, kept, days=0)

    assert contents_of(whole) == before


def test_files_that_were_brought_back_leave_again_only_if_the_archive_still_has_them(trimmed: Path, kept: Path) -> None:
    """The only good copy is never removed, whatever the lists say."""
    shutil.copytree(kept / "ledger", trimmed / "ledger", dirs_exist_ok=True)
    rotten = sorted((kept / "ledger" / "shard-000" / "log").iterdir())[1]
    flip(rotten, 300)

    with pytest.raises(DcepError, match="archive_differs"):
        archive(trimmed, kept, days=90)
    assert (trimmed / rotten.relative_to(kept)).is_file()

    flip(rotten, 300)
    archive(trimmed, kept, days=90)
    assert not (trimmed / rotten.relative_to(kept)).exists()
    assert audited(trimmed, kept).ok


def test_a_damaged_ledger_is_not_archived(whole: Path, tmp_path: Path) -> None:
    """Damage is found before anything is copied."""
    flip(sorted((whole / "ledger" / "shard-000" / "log").iterdir())[1], 300)

    with pytest.raises(Damaged, match="frame_damaged"):
        archive(whole, tmp_path / "archive", days=0)

    assert not (tmp_path / "archive" / "ledger").exists()


def test_a_folder_in_use_is_left_alone(whole: Path, tmp_path: Path) -> None:
    """A ledger that runs may be reading what would be moved."""
    with Folder.open(whole), pytest.raises(Unavailable, match="folder_in_use"):
        archive(whole, tmp_path / "archive", days=0)


@pytest.mark.parametrize(("keep", "days"), [(0, 0), (1, -1)])
def test_a_number_that_makes_no_sense_is_refused(whole: Path, tmp_path: Path, keep: int, days: int) -> None:
    """Without a snapshot no start; and the future is not old."""
    with pytest.raises(BadInput, match="bad_number"):
        archive(whole, tmp_path / "archive", keep=keep, days=days)


# Accidents.


def test_a_file_that_was_removed_and_not_archived_is_a_loss(trimmed: Path) -> None:
    """Only what the note says may be gone: neither a start nor the audit takes a hole for an archive."""
    sorted((trimmed / "ledger" / "shard-000" / "log").iterdir())[0].unlink()

    report = audited(trimmed)

    assert not report.ok
    with pytest.raises(Damaged), line_to(trimmed):
        pass


def test_a_note_that_is_none_is_named(trimmed: Path) -> None:
    """Without it nobody knows what is missing; the archive has its twin."""
    (trimmed / NOTE).write_text("{}")

    report = audited(trimmed)

    assert {problem.code for problem in report.problems} == {"bad_archive_note"}
    with pytest.raises(Damaged, match="bad_archive_note"), line_to(trimmed):
        pass


def test_without_its_note_the_folder_does_not_start_and_the_manifest_gives_it_back(trimmed: Path, kept: Path) -> None:
    """They are the same document while there is one archive."""
    (trimmed / NOTE).unlink()
    with pytest.raises(Damaged), line_to(trimmed):
        pass

    shutil.copy(kept / MANIFEST, trimmed / NOTE)

    assert audited(trimmed, kept).ok


def test_without_a_snapshot_the_folder_does_not_start_and_the_files_bring_it_back(
    trimmed: Path, kept: Path, past: Past
) -> None:
    """An archive is no copy to be thrown away: with its files the folder is whole again."""
    for path in (trimmed / "ledger" / "shard-000" / "snapshots").iterdir():
        path.unlink()
    with pytest.raises(Damaged, match="no_snapshot"), line_to(trimmed):
        pass
    assert "no_snapshot" in {problem.code for problem in audited(trimmed).problems}

    shutil.copytree(kept / "ledger", trimmed / "ledger", dirs_exist_ok=True)

    assert stands_where_it_stood(trimmed, past)
    assert audited(trimmed).ok


def test_an_index_that_was_lost_makes_history_unavailable_until_the_archive_gives_it_back(
    trimmed: Path, kept: Path, past: Past
) -> None:
    """`never` would be a lie: the row is in the archive."""
    sorted((trimmed / "index" / "shard-000").iterdir())[1].unlink()
    with line_to(trimmed) as line, pytest.raises(Unavailable, match="index_missing"):
        line.build_history()

    archive(trimmed, kept, days=0)

    assert answers_of(trimmed, past)


def test_a_copy_of_a_trimmed_folder_answers_for_its_archived_files_too(
    trimmed: Path, kept: Path, tmp_path: Path, past: Past
) -> None:
    """Their index cannot be made anew from the copy, so it is part of it."""
    back_up(trimmed, tmp_path / "copy")

    restore(tmp_path / "copy", tmp_path / "again", PythonEngine)

    assert answers_of(tmp_path / "again", past)
    assert audited(tmp_path / "again", kept).ok


def test_the_manifest_is_read_back_as_it_was_written(kept: Path, trimmed: Path) -> None:
    """One spelling: whatever else stood in it would be believed by somebody."""
    with Folder.open(trimmed) as folder:
        manifest = read_manifest(kept, folder.network)

    assert manifest.encode() == (kept / MANIFEST).read_bytes()
    assert manifest.of("shard-000", "log")[0].first == 1
