"""The doctor finds what is wrong with a setup, names the next step, and changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from dcep.cli.doctor import doctor
from dcep.clock import DAY_MS, UnixMs
from dcep.issuance.rules import read_rules
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.services import machine
from dcep.services.ceremony import Ceremony
from dcep.services.diagnosis import Finding, Health, examine
from dcep.simulation.opening import open_economy

_NOW: Final = machine.now()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return the folder of a currency that nobody has open."""
    with open_economy(tmp_path / "data", read_rules("ecny-2021"), PythonEngine, lambda: bytes(32)):
        pass
    return tmp_path / "data"


def _found(data: Path, now: UnixMs = _NOW) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(data, now)}


def test_of_a_sound_folder_nothing_is_wrong(data: Path) -> None:
    """It is said what is there, and every file is as it was."""
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}

    found = _found(data)

    assert {finding.health for finding in found.values()} <= {Health.WELL, Health.ADVICE}
    assert "keeps network" in found["data folder"].explanation
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == before


def test_a_folder_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    """The first start makes it."""
    found = _found(tmp_path / "currency")

    assert found["data folder"].health is Health.WELL
    assert not (tmp_path / "currency").exists()


def test_a_key_that_others_may_read_is_named(data: Path) -> None:
    """Whoever reads it is the signer; also in the folder of an institution."""
    (data / "icbc" / "keys").mkdir(parents=True)
    (data / "icbc" / "keys" / "vault.key").write_bytes(bytes(32))
    (data / "icbc" / "keys" / "vault.key").chmod(0o640)

    keys = _found(data)["keys"]

    assert keys.health is Health.WRONG
    assert "icbc/keys/vault.key" in keys.explanation
    assert "chmod 600" in keys.next_step


def test_a_folder_that_cannot_be_read_is_named_with_what_to_do(data: Path) -> None:
    """The same words with which a start stops."""
    (data / "ledger" / "genesis").write_bytes(b"no genesis")

    folder = _found(data)["data folder"]

    assert folder.health is Health.WRONG
    assert "bad_genesis" in folder.explanation
    assert folder.next_step


def test_a_folder_in_use_is_well(data: Path) -> None:
    """A currency is running there; the doctor does not disturb it."""
    with Folder.open(data):
        folder = _found(data)["data folder"]

    assert folder.health is Health.WELL
    assert "in use" in folder.explanation


def test_what_former_crashes_have_left_is_told(data: Path) -> None:
    """As advice: nothing in it was ever answered."""
    (data / "torn" / "shard-000-000000000007-1.log.bin").write_bytes(b"torn")

    folder = _found(data)["data folder"]

    assert folder.health is Health.ADVICE
    assert "1 torn tails" in folder.explanation


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_disk_that_is_nearly_full_is_wrong_before_it_is_full(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk stops a ledger; the exit code says so to a script."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10**12, 10**12 - 10**6, 10**6))

    code = doctor(data=data)

    assert code == 1
    assert "✗ disk         0 MiB are free" in capsys.readouterr().out


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a currency whose institutions have certificates."""
    folder = tmp_path_factory.mktemp("currency")
    Ceremony(folder, machine.random_bytes).certify(_NOW)
    return folder


@pytest.mark.parametrize(
    ("days", "health", "said"),
    [
        (0, Health.WELL, "19 count, and the first that has no successor ends in 29 days"),
        (24, Health.WELL, "ends in 5 days"),
        (27, Health.ADVICE, "that of central-bank-staff ends in 2 days and has no successor"),
        (31, Health.WRONG, "that of central-bank-staff has ended"),
    ],
)
def test_the_end_of_certificates_is_foretold(certified: Path, days: int, health: Health, said: str) -> None:
    """Before requests are refused, with the way to the next one."""
    told = [each for each in examine(certified, UnixMs(_NOW + days * DAY_MS)) if each.name == "certificates"]

    assert {each.health for each in told if "revocations" not in each.explanation} == {health}
    assert any(said in each.explanation for each in told)
    assert all(each.next_step for each in told if each.health is not Health.WELL)


def test_a_list_that_did_not_come_is_foretold(certified: Path) -> None:
    """Nobody would notice otherwise that he hears no more of what was taken back."""
    told = list(examine(certified, UnixMs(_NOW + 31 * DAY_MS)))

    assert any("revocations_overdue" in each.explanation for each in told)


def test_files_among_the_certificates_that_are_none_are_named(certified: Path, tmp_path: Path) -> None:
    """And a trust folder without its root, which every process needs to start."""
    copy = shutil.copytree(certified, tmp_path / "copy")
    (copy / "trust" / "issued" / "1.pem").write_bytes(b"garbage")
    strange = list(examine(copy, _NOW))
    (copy / "trust" / "root.pem").unlink()
    rootless = _found(copy)["certificates"]

    assert any("issued/1.pem is no certificate" in each.explanation for each in strange)
    assert (rootless.health, "root.pem" in rootless.next_step) == (Health.WRONG, True)


def test_a_root_key_that_others_may_read_is_named(certified: Path, tmp_path: Path) -> None:
    """Whoever reads it certifies himself as anybody."""
    copy = shutil.copytree(certified, tmp_path / "copy")
    (copy / "authentication-centre" / "root.key").chmod(0o644)

    assert _found(copy)["keys"].health is Health.WRONG
