"""`dcep verify`: exit codes, the JSON document, and what people read."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from dcep.cli.app import main
from dcep.ledger.folder import Folder
from dcep.messages.genesis import network_of
from tests.unit.ledger.audit.kept import copy_of, flip, keep, log_file


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which nothing is wrong; nobody changes it."""
    root = tmp_path_factory.mktemp("verify") / "data"
    keep(root)
    return root


@pytest.fixture
def damaged(whole: Path, tmp_path: Path) -> Path:
    """Return a copy with one bit of the retail log flipped."""
    root = copy_of(whole, tmp_path / "data")
    flip(log_file(root), 3_000)
    return root


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs `dcep verify` and returns exit code, output and errors."""

    def _run(*arguments: object) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["dcep", "verify", *map(str, arguments)])
        with pytest.raises(SystemExit) as leaving:
            main()
        out, err = capsys.readouterr()
        return leaving.value.code, out, err

    return _run


def test_a_whole_folder_is_done(run: Any, whole: Path) -> None:
    """Exit code 0, and a tick that says of what."""
    code, out, err = run(whole)

    assert (code, err) == (0, "")
    assert out.splitlines()[-1].startswith("✓ ")


def test_the_document_has_the_keys_that_outsiders_read(run: Any, whole: Path) -> None:
    """One JSON document on standard output and nothing else there."""
    code, out, _ = run(whole, "--json")

    document = json.loads(out)
    assert code == 0
    assert list(document) == ["ok", "frames", "commands", "head", "root", "ledgers", "problems", "warnings"]
    assert all(list(entry) == ["name", "frames", "commands", "head", "root"] for entry in document["ledgers"])


def test_damage_is_an_answer_of_no(run: Any, damaged: Path) -> None:
    """Exit code 1, and the problem with its file, its byte and its frame."""
    code, out, _ = run(damaged, "--json")

    document = json.loads(out)
    problem = document["problems"][0]
    assert (code, document["ok"]) == (1, False)
    assert list(problem) == ["file", "offset", "frame", "code", "explanation"]
    assert (problem["file"], problem["code"]) == ("ledger/shard-000/log/000000000001.log", "frame_damaged")


def test_people_read_the_same_problem(run: Any, damaged: Path) -> None:
    """One line a problem, and where its code is explained."""
    code, out, _ = run(damaged, "--engine", "python")

    lines = [line for line in out.splitlines() if line.startswith("✗ ")]
    assert code == 1
    assert len(lines) == 1
    assert "frame_damaged" in lines[0]
    assert "docs/reference/verify.md" in out


def test_no_folder_is_wrong_input(run: Any, tmp_path: Path) -> None:
    """Exit code 2, nothing on standard output."""
    code, out, err = run(tmp_path / "nowhere", "--json")

    assert (code, out) == (2, "")
    assert "no_such_folder" in err


def test_a_folder_in_use_is_unavailable(run: Any, whole: Path) -> None:
    """Exit code 3: try again when the other program has ended."""
    with Folder.open(whole):
        code, out, err = run(whole)

    assert (code, out) == (3, "")
    assert "folder_in_use" in err


@pytest.mark.parametrize(("option", "text"), [("--network", "xyz"), ("--head", "00"), ("--head", "0x" + "0" * 62)])
def test_a_hash_that_is_none_is_wrong_input(run: Any, whole: Path, option: str, text: str) -> None:
    """A pin that was mistyped must not pass for one that holds."""
    code, _, err = run(whole, option, text)

    assert code == 2
    assert "bad_hash" in err


def test_the_pins_hold_the_folder_to_what_is_known_of_it(run: Any, whole: Path) -> None:
    """A head from a receipt and the network's id, in either case of letters; any others are a no."""
    network = network_of((whole / "ledger" / "genesis").read_bytes()).hex()
    head = json.loads(run(whole, "--json")[1])["head"]

    right, _, _ = run(whole, "--network", network.upper(), "--head", head)
    wrong, out, _ = run(whole, "--network", "0" * 32, "--head", "0" * 64, "--json")

    assert (right, wrong) == (0, 1)
    assert {problem["code"] for problem in json.loads(out)["problems"]} == {"other_network", "head_not_found"}
