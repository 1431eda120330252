"""A copy of a data folder, the way back, and everything that somebody may have done to the copy in between."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from dcep.errors import BadInput, Damaged, DcepError, Unavailable
from dcep.ledger.backup import MANIFEST, back_up, restore
from dcep.ledger.backup.manifest import BadManifest, decode_manifest
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from tests.faults.disk.disk import Disk, Fault
from tests.unit.ledger.audit.kept import copy_of, economy_in, flip, keep, log_file, play

_SEED: Final = "keys/seed"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a key and a note of its run, which nobody changes."""
    root = tmp_path_factory.mktemp("backup") / "data"
    keep(root)
    (root / _SEED).write_bytes(bytes(32))
    (root / "run.json").write_text("{}\n")
    return root


@pytest.fixture
def copy(kept: Path, tmp_path: Path) -> Path:
    """Return a copy of it in one file."""
    back_up(kept, tmp_path / "copy.tar")
    return tmp_path / "copy.tar"


def content_of(root: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def put_back(copy: Path, root: Path) -> None:
    """Restore with the statute."""
    restore(copy, root, PythonEngine)


# There and back.


def test_what_is_put_back_is_what_was_there(kept: Path, copy: Path, tmp_path: Path) -> None:
    """Every byte of ledgers, keys and notes."""
    done = restore(copy, tmp_path / "back", PythonEngine)

    assert content_of(tmp_path / "back") == content_of(kept)
    assert done.report.ok


def test_the_ledger_goes_on_where_it_was_put_back(copy: Path, tmp_path: Path) -> None:
    """The keys are there, and so is every folder that a start needs."""
    put_back(copy, tmp_path / "back")

    with economy_in(tmp_path / "back") as economy:
        play(economy)
        assert economy.supply().in_transit_fen == 0


def test_copy_and_keys_are_their_owners_alone(copy: Path, tmp_path: Path) -> None:
    """Whoever reads a key spends with it."""
    put_back(copy, tmp_path / "back")

    modes = [stat.S_IMODE(path.stat().st_mode) for path in (copy, tmp_path / "back" / _SEED)]

    assert modes == [0o600, 0o600]


def test_the_same_folder_makes_the_same_copy(kept: Path, copy: Path, tmp_path: Path) -> None:
    """It tells nothing of the machine, the user or the hour, and can be compared."""
    back_up(kept, tmp_path / "again.tar")

    assert (tmp_path / "again.tar").read_bytes() == copy.read_bytes()


def test_any_tar_reads_the_copy(kept: Path, copy: Path, tmp_path: Path) -> None:
    """A copy that only this program could read would be worth less."""
    with tarfile.open(copy) as archive:
        members = {member.name: archive.extractfile(member) for member in archive}
        content = {name: stream.read() for name, stream in members.items() if stream is not None}

    manifest = json.loads(content.pop(MANIFEST))
    assert content == {name: data for name, data in content_of(kept).items() if name != "lock"}
    assert manifest["files"][0] == {
        "name": _SEED,
        "size": 32,
        "sha256": hashlib.sha256(bytes(32)).hexdigest(),
    }


def test_copying_leaves_the_folder_as_it_is(kept: Path, tmp_path: Path) -> None:
    """Not even a time is touched by a writer."""
    before = content_of(kept)

    back_up(kept, tmp_path / "copy.tar")

    assert content_of(kept) == before


def test_an_empty_folder_takes_the_copy_too(copy: Path, tmp_path: Path) -> None:
    """Somebody has made it in advance."""
    (tmp_path / "back").mkdir()

    put_back(copy, tmp_path / "back")

    assert (tmp_path / "back" / "ledger" / "genesis").is_file()


def test_what_belongs_to_nobody_is_named_and_left(kept: Path, tmp_path: Path) -> None:
    """Nothing is left out in silence, but for what is made anew."""
    root = copy_of(kept, tmp_path / "data")
    (root / "photos").mkdir()
    (root / "index" / "shard-000").mkdir()
    (root / "link.json").symlink_to(root / "run.json")

    done = back_up(root, tmp_path / "copy.tar")

    assert done.left_out == ("link.json", "photos")
    put_back(tmp_path / "copy.tar", tmp_path / "back")
    assert not (tmp_path / "back" / "link.json").exists()


def test_a_torn_tail_is_copied_as_it_is(kept: Path, tmp_path: Path) -> None:
    """It is no damage, and whoever starts the copy moves it aside."""
    root = copy_of(kept, tmp_path / "data")
    with log_file(root).open("ab") as stream:
        stream.write(b"DCEF\x01")
    back_up(root, tmp_path / "copy.tar")

    done = restore(tmp_path / "copy.tar", tmp_path / "back", PythonEngine)

    assert [warning.code for warning in done.report.warnings] == ["torn_frame"]


# What is not copied.


def test_a_damaged_folder_is_not_copied(kept: Path, tmp_path: Path) -> None:
    """One day somebody would trust it."""
    root = copy_of(kept, tmp_path / "data")
    flip(log_file(root), 3_000)

    with pytest.raises(Damaged, match="frame_damaged"):
        back_up(root, tmp_path / "copy.tar")

    assert not (tmp_path / "copy.tar").exists()


def test_a_stray_file_under_the_ledger_stops_the_copy(kept: Path, tmp_path: Path) -> None:
    """The audit of what is put back would not let it in."""
    root = copy_of(kept, tmp_path / "data")
    (root / "ledger" / "notes.txt").touch()

    with pytest.raises(Damaged, match="stray_file"):
        back_up(root, tmp_path / "copy.tar")


@pytest.mark.parametrize("name", ["deep/key", "-", "with space"])
def test_a_key_that_would_be_left_out_stops_the_copy(kept: Path, tmp_path: Path, name: str) -> None:
    """A copy without a key is perhaps a copy without the money."""
    root = copy_of(kept, tmp_path / "data")
    (root / "keys" / name).parent.mkdir(exist_ok=True)
    (root / "keys" / name).write_bytes(b"k")

    with pytest.raises(BadInput, match="strange_key"):
        back_up(root, tmp_path / "copy.tar")


def test_nothing_is_overwritten(kept: Path, copy: Path, tmp_path: Path) -> None:
    """Yesterday's copy may be the only good one, and a folder that holds something may be somebody's money."""
    with pytest.raises(BadInput, match="file_exists"):
        back_up(kept, copy)
    with pytest.raises(BadInput, match="not_empty"):
        put_back(copy, kept)
    with pytest.raises(BadInput, match="not_empty"):
        put_back(copy, copy)

    assert "ledger/genesis" in content_of(kept)


def test_a_copy_does_not_lie_in_its_own_folder(kept: Path) -> None:
    """Under `ledger` it would be a stray file, elsewhere it would be lost with what it is a copy of."""
    with pytest.raises(BadInput, match="inside_folder"):
        back_up(kept, kept / "ledger" / "copy.tar")


def test_a_folder_in_use_is_not_copied(kept: Path, tmp_path: Path) -> None:
    """Exit code 3: it would be half of one moment and half of the next."""
    with Folder.open(kept), pytest.raises(Unavailable, match="folder_in_use"):
        back_up(kept, tmp_path / "copy.tar")


@pytest.mark.parametrize(
    "ask",
    [
        lambda kept, here: back_up(here / "typo", here / "copy.tar"),
        lambda kept, here: back_up(kept, here / "typo" / "copy.tar"),
        lambda kept, here: put_back(here / "typo.tar", here / "back"),
        lambda kept, here: put_back(here / "any.tar", here / "typo" / "back"),
    ],
    ids=["folder to copy", "folder of the copy", "copy", "folder above"],
)
def test_what_is_not_there_is_wrong_input(kept: Path, tmp_path: Path, ask: Callable[[Path, Path], object]) -> None:
    """Exit code 2, and nothing was made."""
    (tmp_path / "any.tar").touch()

    with pytest.raises(BadInput, match="no_such_"):
        ask(kept, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["any.tar"]


# What is not put back.


def require_refused(copy: Path, code: str) -> DcepError:
    """Require that the copy is refused, and that nothing is left of the attempt."""
    before = sorted(copy.parent.iterdir())

    with pytest.raises(DcepError, match=code) as refusal:
        put_back(copy, copy.parent / "back")

    assert sorted(copy.parent.iterdir()) == before
    return refusal.value


def test_every_cut_copy_is_refused(copy: Path) -> None:
    """A transfer that ended too early. What follows the last file is zeros, and may be missing."""
    data, end = copy.read_bytes(), 0
    with tarfile.open(copy) as archive:
        end = max(member.offset_data + member.size for member in archive)

    for size in [*range(0, 4_000, 97), *range(4_000, end, 1_999), end - 1]:
        copy.write_bytes(data[:size])
        require_refused(copy, "bad_backup")


def test_no_flipped_bit_is_put_back(kept: Path, copy: Path, tmp_path: Path) -> None:
    """Either the copy is refused, or the bit was in what nobody reads and every byte is as it was."""
    data = copy.read_bytes()

    for offset in range(3, len(data), 1_009):
        copy.write_bytes(data)
        flip(copy, offset, offset % 8)
        try:
            put_back(copy, tmp_path / "back")
        except DcepError as refusal:
            assert refusal.code in ("bad_backup", "unsound_backup"), offset  # noqa: PT017  either answer is right
        else:
            assert content_of(tmp_path / "back") == content_of(kept), offset
            shutil.rmtree(tmp_path / "back")


Change = Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]


def rebuild(copy: Path, change: Change) -> None:
    """Change the members of a copy, and pack them anew."""
    with tarfile.open(copy) as archive:
        members = [(member, _bytes_of(archive, member)) for member in archive]
    change(members)
    with tarfile.open(copy, "w", format=tarfile.PAX_FORMAT) as archive:
        for member, data in members:
            archive.addfile(member, io.BytesIO(data))


def _bytes_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    assert stream is not None
    return stream.read()


def _member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    return member, b""


@pytest.mark.parametrize(
    "stranger",
    [
        _member("/etc/passwd"),
        _member("../outside"),
        _member("ledger/../../outside"),
        _member("keys/link", tarfile.SYMTYPE, "/etc/passwd"),
        _member("keys/link", tarfile.LNKTYPE, "keys/seed"),
        _member("keys/device", tarfile.CHRTYPE),
        _member("keys/pipe", tarfile.FIFOTYPE),
        _member("keys", tarfile.DIRTYPE),
        _member("keys/sparse", tarfile.GNUTYPE_SPARSE),
        _member("x" * 300),
        _member("keys/more"),
    ],
    ids=lambda stranger: f"{stranger[0].name[:20]} {stranger[0].type.decode()}",
)
@pytest.mark.parametrize("place", [0, 1, 5, 99])
def test_a_member_that_the_manifest_does_not_name_is_refused(
    copy: Path, stranger: tuple[tarfile.TarInfo, bytes], place: int
) -> None:
    """Wherever it stands: absolute names, ways out, links, devices, or a file too many."""
    rebuild(copy, lambda members: members.insert(place, stranger))

    require_refused(copy, "bad_backup")


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.pop(),
        lambda members: members.reverse(),
        lambda members: members.append(members[1]),
        lambda members: members.__setitem__(slice(2, 4), [members[3], members[2]]),
        lambda members: members.clear(),
    ],
    ids=["one too few", "backwards", "one twice", "two swapped", "none"],
)
def test_members_are_those_of_the_manifest_in_its_order(copy: Path, change: Change) -> None:
    """One copy has one form."""
    rebuild(copy, change)

    require_refused(copy, "bad_backup")


def _rewrite(members: list[tuple[tarfile.TarInfo, bytes]], place: int, data: bytes) -> None:
    """Put other bytes into a member, and let the manifest say so."""
    members[place][0].size = len(data)
    members[place] = members[place][0], data
    document = json.loads(members[0][1])
    entry = next(entry for entry in document["files"] if entry["name"] == members[place][0].name)
    entry.update(size=len(data), sha256=hashlib.sha256(data).hexdigest())
    _replace_manifest(members, document)


def _replace_manifest(members: list[tuple[tarfile.TarInfo, bytes]], document: dict[str, Any]) -> None:
    data = json.dumps(document, indent=1).encode()
    members[0][0].size = len(data)
    members[0] = members[0][0], data


def test_a_copy_that_was_rewritten_with_its_manifest_fails_the_audit(copy: Path) -> None:
    """The hashes are right: what tells is the worker's signature, which only the audit asks for."""

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        names = [member.name for member, _ in members]
        place = names.index("ledger/shard-000/headers/000000000001.hdr")
        _rewrite(members, place, members[place][1][:-300] + bytes(range(150)) * 2)

    rebuild(copy, change)

    require_refused(copy, "unsound_backup")


def test_a_genesis_that_is_none_fails_the_audit(copy: Path) -> None:
    """Everything else hangs on it."""
    rebuild(copy, lambda members: _rewrite(members, 2, b"no genesis"))

    require_refused(copy, "unsound_backup")


def test_a_ledger_cut_together_with_its_headers_is_seen_by_the_heads(copy: Path) -> None:
    """An older copy under a newer manifest is sound in itself, and is not what was copied."""

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        document = json.loads(members[0][1])
        document["ledgers"][0]["frames"] += 1
        _replace_manifest(members, document)

    rebuild(copy, change)

    assert "other heads" in require_refused(copy, "unsound_backup").message


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../run.json",
        "keys/../../outside",
        "keys/..",
        "keys/a/b",
        "ledger/tier1",
        "ledger/tier1/log/1.log",
        "ledger/shard-000/log/000000000001.log\n",
        "lock",
        "index/a",
        "tmp/a",
        "Run.json",
        "",
    ],
)
def test_a_manifest_names_only_what_a_data_folder_has(name: str) -> None:
    """A name is looked at before a byte of its file is."""
    with pytest.raises(BadManifest):
        decode_manifest(_manifest(name))


def _manifest(*names: str, **fields: Any) -> bytes:
    """Return a manifest that is right in all but what is asked for."""
    files = [{"name": name, "size": 1, "sha256": "00" * 32} for name in sorted([*names, "ledger/genesis"])]
    document = {"format": "dcep backup 1", "network": "00" * 16, "ledgers": [], "files": files, **fields}
    return json.dumps(document, indent=1).encode()


def test_a_manifest_that_names_what_it_may_is_read() -> None:
    """The measure itself is measured: the refusals below are for their reason."""
    assert [item.name for item in decode_manifest(_manifest("keys/a")).files] == ["keys/a", "ledger/genesis"]


@pytest.mark.parametrize(
    "data",
    [
        _manifest("keys/a", "keys/a"),
        _manifest(format="dcep backup 2"),
        _manifest(files=[]),
        _manifest(files=[{"name": "ledger/genesis", "size": -1, "sha256": "00" * 32}]),
        _manifest(files=[{"name": "ledger/genesis", "size": 1.5, "sha256": "00" * 32}]),
        _manifest(files=[{"name": "ledger/genesis", "size": float("inf"), "sha256": "00" * 32}]),
        _manifest(more=1),
        _manifest("keys/a").replace(b" ", b""),
        b"",
        b"{}",
        b"[]",
        b"1e400",
        b"[" * 200_000,
        b'{"network": 1}',
        b"\xff\xfe",
        b"null",
    ],
)
def test_bytes_that_are_no_manifest_are_refused(data: bytes) -> None:
    """Whatever JSON can say, and what it cannot."""
    with pytest.raises(BadManifest):
        decode_manifest(data)


def test_a_copy_that_cannot_be_written_is_unavailable(kept: Path, tmp_path: Path) -> None:
    """Exit code 3, and no half of it is left."""
    full = Disk(tmp_path, Fault(at=1, error=errno.ENOSPC))

    with full.installed(), pytest.raises(Unavailable, match="backup_not_written"):
        back_up(kept, tmp_path / "copy.tar")

    assert [call.sort for call in full.calls] == ["create", "write", "unlink"]
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_copy_has_left_is_in_nobodys_way(kept: Path, tmp_path: Path) -> None:
    """Where every program has the same process number, the next copy must not want the same name for its part."""
    (tmp_path / f".copy.tar.{os.getpid()}.part").write_bytes(b"half")

    back_up(kept, tmp_path / "copy.tar")

    put_back(tmp_path / "copy.tar", tmp_path / "back")
