"""`dcep ledger archive`, and what the other commands say where files were archived."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest

from dcep.cli.app import main
from dcep.ids import NetworkId, format_wallet_id
from dcep.ledger.archive import archive
from dcep.ledger.folder import Folder
from dcep.messages.receipts import decode_receipt
from dcep.messages.signed import Command, decode
from tests.unit.ledger.archive.aged import Past, age


class Said(NamedTuple):
    """What a command left behind."""

    code: int | str | None
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


class Run(Protocol):
    """Call `dcep`."""

    def __call__(self, *arguments: object) -> Said: ...


class Aged(NamedTuple):
    """A folder as it was, the same without its old files, their archive, and the first payment ever made."""

    whole: Path
    trimmed: Path
    kept: Path
    past: Past
    first: Command


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Aged:
    """Return folders that nobody changes."""
    top = tmp_path_factory.mktemp("aged")
    past = age(top / "trimmed")
    shutil.copytree(top / "trimmed", top / "whole")
    archive(top / "trimmed", top / "kept", days=0)
    with Folder.open(top / "whole") as folder:
        network: NetworkId = folder.network
    return Aged(top / "whole", top / "trimmed", top / "kept", past, decode(past.told[0][0], network))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs `dcep`."""

    def _run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["dcep", *map(str, arguments)])
        with pytest.raises(SystemExit) as leaving:
            main()
        return Said(leaving.value.code, *capsys.readouterr())

    return _run


def test_a_round_is_told_in_words_and_as_a_document(run: Run, aged: Aged, tmp_path: Path) -> None:
    """What was moved, how much, and from where each ledger starts now."""
    root = shutil.copytree(aged.whole, tmp_path / "economy")

    first = run("ledger", "archive", root, "--to", tmp_path / "archive", "--days", 0, "--json")
    second = run("ledger", "archive", root, "--to", tmp_path / "archive", "--days", 0)

    assert (first.code, second.code) == (0, 0)
    assert first.document["bytes"] > 0
    assert {entry["name"] for entry in first.document["ledgers"]} == {"shard-000", "tier1"}
    assert all(0 < entry["archived"] <= entry["snapshot"] <= entry["frames"] for entry in first.document["ledgers"])
    assert "✓ nothing to move" in second.out
    assert "archived, starts from" in second.out


def test_a_folder_in_use_is_exit_code_3_and_wrong_input_2(run: Run, aged: Aged, tmp_path: Path) -> None:
    """As everywhere."""
    with Folder.open(aged.whole):
        busy = run("ledger", "archive", aged.whole, "--to", tmp_path / "archive")
    inside = run("ledger", "archive", aged.whole, "--to", aged.whole / "archive")

    assert busy.code == 3
    assert "folder_in_use" in busy.err
    assert inside.code == 2
    assert "inside_folder" in inside.err


def test_verify_says_what_it_did_not_see_and_sees_it_with_the_archive(run: Run, aged: Aged) -> None:
    """A warning names the frames; with the archive the answer is that of the whole folder."""
    alone = run("verify", aged.trimmed, "--json")
    together = run("verify", aged.trimmed, "--archive", aged.kept, "--json")
    before = run("verify", aged.whole, "--json")

    assert (alone.code, together.code, before.code) == (0, 0, 0)
    assert {warning["code"] for warning in alone.document["warnings"]} == {"frames_archived"}
    assert alone.document["root"] == before.document["root"]
    assert together.document == before.document


def test_a_command_in_the_archive_is_shown_with_its_receipt(run: Run, aged: Aged, tmp_path: Path) -> None:
    """Without the archive the answer is where it is, and not that there is none."""
    digits = aged.first.id.hex()

    alone = run("ledger", "show", digits, aged.trimmed)
    together = run("ledger", "show", digits, aged.trimmed, "--archive", aged.kept, "--receipt", tmp_path / "receipt")

    assert alone.code == 1
    assert "archived" in alone.err
    assert "--archive" in alone.err
    assert together.code == 0
    assert decode_receipt((tmp_path / "receipt").read_bytes()).command == aged.past.told[0][0]


def test_a_statement_is_told_whole_or_not_at_all(run: Run, aged: Aged) -> None:
    """A statement without its first lines would not add up."""
    wallet = format_wallet_id(aged.first.body.account)

    alone = run("ledger", "statement", wallet, aged.trimmed)
    together = run("ledger", "statement", wallet, aged.trimmed, "--archive", aged.kept, "--json")
    before = run("ledger", "statement", wallet, aged.whole, "--json")

    assert alone.code == 1
    assert "archived" in alone.err
    assert together.document == before.document


def test_the_trial_balance_needs_no_archive(run: Run, aged: Aged) -> None:
    """Where the money is stands in the snapshot and in what came after it."""
    alone = run("ledger", "trial-balance", aged.trimmed, "--json")
    before = run("ledger", "trial-balance", aged.whole, "--json")

    assert alone.code == 0
    assert alone.document == before.document


@pytest.mark.parametrize("words", [("verify",), ("ledger", "statement", "9000000000000017")])
def test_what_is_no_archive_is_wrong_input(run: Run, aged: Aged, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Nothing is read then."""
    said = run(*words, aged.trimmed, "--archive", tmp_path)

    assert said.code == 2
    assert "not_an_archive" in said.err
