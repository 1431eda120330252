"""The data folder: whose it is, who has it open, and what does not belong in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from dcep.clock import UnixMs
from dcep.errors import BadInput, Damaged, Unavailable
from dcep.ids import TIER1, LedgerId
from dcep.ledger.folder import Folder
from dcep.ledger.log.file import FileLog
from dcep.messages.commands.governance import ClassLimits, Rules
from dcep.messages.genesis import Genesis, encode_genesis, network_of
from dcep.messages.layout import Code, Hash, Key, Name, Seq, Version
from dcep.messages.policies import SUITE_ED25519, SingleKey
from dcep.money import MAX_FEN
from tests.faults.disk.disk import Disk

_SOMEBODY: Final = SingleKey(suite=SUITE_ED25519, key=Key(bytes(32)))
_RULES: Final = Rules(
    replaces=Version(0),
    name=Name(bytes(16)),
    effective_at=UnixMs(0),
    max_life=UnixMs(1),
    clock_bound=UnixMs(1),
    classes=(ClassLimits(cap=MAX_FEN, single=MAX_FEN, daily=MAX_FEN, annual=MAX_FEN),) * 5,
)
_GENESIS: Final = Genesis(
    random=Hash(bytes(32)),
    simulated_time=Code(1),
    board=_SOMEBODY,
    supervision=_SOMEBODY,
    members=_SOMEBODY,
    rules=_RULES,
    tier1_worker=Key(bytes(32)),
    shard_workers=(Key(bytes(32)), Key(bytes(32))),
)
GENESIS: Final = encode_genesis(_GENESIS)
OTHER: Final = encode_genesis(replace(_GENESIS, random=Hash(b"r" * 32)))


def test_a_new_folder_has_a_place_for_every_ledger(tmp_path: Path) -> None:
    """Outsiders find the files of each ledger under its name."""
    with Folder.create(tmp_path / "data", GENESIS) as folder:
        assert (folder.genesis, folder.network) == (GENESIS, network_of(GENESIS))

    made = sorted(path.relative_to(tmp_path / "data").as_posix() for path in (tmp_path / "data").rglob("*"))
    ledgers = [
        f"ledger/{name}{store}"
        for name in ("shard-000", "shard-001", "tier1")
        for store in ("", "/headers", "/log", "/snapshots")
    ]
    assert made == ["index", "keys", "ledger", "ledger/genesis", *ledgers, "lock", "tmp", "torn"]


def test_the_genesis_is_there_only_when_every_ledger_has_its_place(tmp_path: Path) -> None:
    """Else a ledger whose folder somebody has removed would look like one that a kill kept from being made."""
    places = [f"data/ledger/{name}/log" for name in ("shard-000", "shard-001", "tier1")]
    disk = Disk(tmp_path)

    with disk.installed():
        Folder.create(tmp_path / "data", GENESIS).close()

    made = [call.file for call in disk.calls if call.sort in ("mkdir", "rename")]
    assert max(map(made.index, places)) < made.index("data/ledger/genesis")


def test_a_folder_is_opened_again(tmp_path: Path) -> None:
    """The network that was made is the network that is found."""
    Folder.create(tmp_path, GENESIS).close()

    with Folder.open(tmp_path, network_of(GENESIS)) as folder:
        assert folder.read_genesis() == _GENESIS
        assert folder.ledger(TIER1).log == tmp_path / "ledger" / "tier1" / "log"


def test_making_it_again_opens_it(tmp_path: Path) -> None:
    """A run that was killed goes on with the same line."""
    Folder.create(tmp_path, GENESIS).close()
    Folder.create(tmp_path, GENESIS).close()

    assert (tmp_path / "ledger" / "genesis").read_bytes() == GENESIS


def test_a_run_killed_while_making_it_can_be_run_again(tmp_path: Path) -> None:
    """The genesis gets its name when it is whole."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / "genesis").write_bytes(GENESIS[:9])

    with Folder.create(tmp_path, GENESIS) as folder:
        assert folder.genesis == GENESIS


@pytest.mark.parametrize("enter", [Folder.create, lambda root, _: Folder.open(root, network_of(OTHER))])
def test_a_folder_of_another_network_is_left_alone(tmp_path: Path, enter: Callable[[Path, bytes], Folder]) -> None:
    """Exit code 2, and nothing was done."""
    Folder.create(tmp_path, GENESIS).close()

    with pytest.raises(BadInput, match="other_network") as refusal:
        enter(tmp_path, OTHER)

    assert refusal.value.exit_code == 2
    assert (tmp_path / "ledger" / "genesis").read_bytes() == GENESIS
    Folder.open(tmp_path).close()


def test_a_folder_that_is_not_there_is_not_made_by_opening(tmp_path: Path) -> None:
    """Exit code 2: a mistyped name must not become an empty network."""
    with pytest.raises(BadInput, match="no_such_folder"):
        Folder.open(tmp_path / "typo")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("enter", [Folder.open, lambda root: Folder.create(root, GENESIS)])
def test_a_folder_in_use_is_unavailable(tmp_path: Path, enter: Callable[[Path], Folder]) -> None:
    """Exit code 3, whoever asks: a worker, or an audit that would see half a frame."""
    with Folder.create(tmp_path, GENESIS), pytest.raises(Unavailable, match="folder_in_use") as refusal:
        enter(tmp_path)

    assert refusal.value.exit_code == 3
    Folder.open(tmp_path).close()


def test_a_folder_is_free_when_its_program_is_killed(tmp_path: Path) -> None:
    """A lock that outlived its holder would need somebody to remove it."""
    Folder.create(tmp_path, GENESIS).close()
    script = (
        "import os, sys, pathlib; from dcep.ledger.folder import Folder\n"
        "Folder.open(pathlib.Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)

    Folder.open(tmp_path).close()


def test_a_place_where_nothing_can_be_written_is_unavailable(tmp_path: Path) -> None:
    """A file stands where the folder should be: said in one line, without a traceback."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(Unavailable, match="folder_unusable"):
        Folder.create(tmp_path / "file" / "data", GENESIS)


def test_a_genesis_that_cannot_be_read_is_damage(tmp_path: Path) -> None:
    """Everything else hangs on it."""
    Folder.create(tmp_path, GENESIS).close()
    (tmp_path / "ledger" / "genesis").write_bytes(GENESIS[:-1])

    with pytest.raises(Damaged, match="bad_genesis") as damage:
        Folder.open(tmp_path)

    assert damage.value.file == "ledger/genesis"


def test_what_the_ledger_writes_is_no_stray_file(tmp_path: Path) -> None:
    """The log of each ledger, its headers, its snapshots and the genesis are all."""
    with Folder.create(tmp_path, GENESIS) as folder:
        for ledger in (TIER1, LedgerId(0), LedgerId(1)):
            place = folder.ledger(ledger)
            (place.log / "000000000001.log").touch()
            (place.headers / "000000000001.hdr").touch()
            (place.snapshots / "000000000009.snap").touch()

        assert folder.stray_files() == []


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "genesis.bak",
        "shard-002/log/000000000001.log",
        "tier1/log/1.log",
        "tier1/log/000000000001.hdr",
        "tier1/log/000000000001.log/x",
        "tier1/headers/.000000000001.hdr",
        "tier1/snapshots/deep/000000000001.snap",
        "tier1/log/000000000001.log\n",
    ],
)
def test_any_other_file_is_a_stray_file(tmp_path: Path, name: str) -> None:
    """Every byte under `ledger` is covered by the audit, so it must know of every file."""
    with Folder.create(tmp_path, GENESIS) as folder:
        stray = tmp_path / "ledger" / name
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.touch()

        assert folder.stray_files() == [f"ledger/{name}"]


def test_a_link_is_a_stray_file(tmp_path: Path) -> None:
    """What it leads to can change without a byte under `ledger` changing."""
    with Folder.create(tmp_path, GENESIS) as folder:
        link = folder.ledger(TIER1).log / "000000000001.log"
        link.symlink_to(tmp_path / "ledger" / "genesis")

        assert folder.stray_files() == ["ledger/tier1/log/000000000001.log"]


def test_the_log_makes_its_folder_if_somebody_removed_it(tmp_path: Path) -> None:
    """An empty folder is easily lost in a copy."""
    with Folder.create(tmp_path, GENESIS) as folder:
        place = folder.ledger(TIER1)
        place.log.rmdir()

        FileLog(place, folder.network, answered=Seq(0)).close()

        assert place.log.is_dir()


def test_several_ledgers_share_a_folder_that_nobody_has_alone(tmp_path: Path) -> None:
    """Each service writes its own ledger; an audit or a replay needs all of them to stand still."""
    Folder.create(tmp_path, GENESIS).close()

    one, other = (Folder.open(tmp_path, is_shared=True) for _ in range(2))
    with one, other, pytest.raises(Unavailable, match="folder_in_use"):
        Folder.open(tmp_path)
    with Folder.open(tmp_path), pytest.raises(Unavailable, match="folder_in_use"):
        Folder.open(tmp_path, is_shared=True)
