"""`dcep ledger`: exit codes, the JSON documents, and what people read."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import pytest

from dcep.cli.app import main
from dcep.ids import OperatorId, WalletId, format_wallet_id, wallet_id
from dcep.ledger.folder import Folder
from dcep.messages.receipts import decode_receipt
from tests.unit.ledger.reading.town import Town, build_town

NOBODY: Final = wallet_id(OperatorId(7), 5)


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
    """Call `dcep ledger`."""

    def __call__(self, *arguments: object) -> Said: ...


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town that nobody changes."""
    return build_town(tmp_path_factory.mktemp("town") / "data")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs `dcep ledger`."""

    def _run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["dcep", "ledger", *map(str, arguments)])
        with pytest.raises(SystemExit) as leaving:
            main()
        return Said(leaving.value.code, *capsys.readouterr())

    return _run


@pytest.fixture
def receipt(run: Run, town: Town, tmp_path: Path) -> Path:
    """Return the receipt of Li's payment to the bakery."""
    run("show", town.paid.hex(), town.root, "--receipt", tmp_path / "receipt")
    return tmp_path / "receipt"


# show


def test_a_command_is_told_in_words(run: Run, town: Town) -> None:
    """Amounts in yuan, wallets as people write them, the time of Shanghai."""
    said = run("show", town.paid.hex()[:10], town.root)

    assert (said.code, said.err) == (0, "")
    li, bakery = format_wallet_id(town.li), format_wallet_id(town.bakery)
    lines = said.out.splitlines()
    assert lines[0] == f"command    {town.paid.hex()}"
    assert lines[1] == f"says       {li} pays 250.00 yuan to {bakery}"
    assert lines[3] == "outcome    settled: done, final"
    assert lines[5] == "time       2021-01-01 00:00:00.000 (Shanghai)"


def test_a_refusal_is_told_with_its_reason(run: Run, town: Town) -> None:
    """Whoever asks wants to know why."""
    document = run("show", town.refused.hex(), town.root, "--json").document

    assert document["outcome"] == {
        "status": "refused",
        "code": "amount_zero",
        "final": True,
        "explanation": "an amount of nothing moves nothing",
    }
    assert (document["kind"], document["account"], document["amount_fen"]) == ("pay", f"{town.li:016}", 0)
    assert (document["ledger"], document["appearances"], document["receipt"]) == ("shard-000", 1, None)


def test_a_receipt_is_written_once_and_never_into_the_folder(run: Run, town: Town, receipt: Path) -> None:
    """Nothing is overwritten, and nothing is written where only the ledger writes."""
    decode_receipt(receipt.read_bytes())

    again = run("show", town.paid.hex(), town.root, "--receipt", receipt)
    within = run("show", town.paid.hex(), town.root, "--receipt", town.root / "ledger" / "receipt")

    assert (again.code, "file_exists" in again.err) == (2, True)
    assert (within.code, "inside_folder" in within.err) == (2, True)


def test_a_frame_without_a_header_has_no_receipt_yet(run: Run, town: Town, tmp_path: Path) -> None:
    """Nobody has signed what became of it."""
    root = tmp_path / "data"
    shutil.copytree(town.root, root)
    (root / "ledger" / "shard-000" / "headers" / "000000000001.hdr").write_bytes(b"")

    shown = run("show", town.paid.hex(), root)
    asked = run("show", town.paid.hex(), root, "--receipt", tmp_path / "receipt")

    assert (shown.code, "not answered yet" in shown.out) == (0, True)
    assert (asked.code, "no_receipt" in asked.err) == (1, True)


# check-receipt


def test_a_receipt_is_checked_with_the_genesis_alone(run: Run, town: Town, receipt: Path) -> None:
    """No folder, no ledger, no network."""
    said = run("check-receipt", receipt, "--genesis", town.root / "ledger" / "genesis", "--json")

    assert said.code == 0
    assert (said.document["ok"], said.document["command"]) == (True, town.paid.hex())
    assert said.document["outcome"]["code"] == "settled"


def test_a_receipt_is_checked_with_the_workers_of_a_folder(run: Run, town: Town, receipt: Path) -> None:
    """Newer lists count there."""
    said = run("check-receipt", receipt, "--data", town.root)

    assert said.code == 0
    assert said.out.splitlines()[-1].startswith("✓ ")


def test_a_changed_receipt_proves_nothing_else(run: Run, town: Town, receipt: Path) -> None:
    """Exit code 1, and never a traceback; only keys and signatures of the command have no part in what is proven."""
    data = receipt.read_bytes()
    whole = run("check-receipt", receipt, "--data", town.root, "--json")
    harmless = []

    for offset in range(0, len(data), 7):
        receipt.write_bytes(data[:offset] + bytes((data[offset] ^ 1,)) + data[offset + 1 :])
        said = run("check-receipt", receipt, "--genesis", town.root / "ledger" / "genesis", "--json")
        assert said.code == 1 or said == whole, offset
        if said.code == 1:
            assert not said.document["ok"]
        else:
            harmless.append(offset)

    assert len(harmless) <= (32 + 64) // 7 + 1


def test_a_receipt_of_another_network_says_so(run: Run, receipt: Path, town: Town, tmp_path: Path) -> None:
    """The right key with another genesis is nobody's worker there."""
    genesis = bytearray((town.root / "ledger" / "genesis").read_bytes())
    genesis[5] ^= 1
    (tmp_path / "genesis").write_bytes(genesis)

    said = run("check-receipt", receipt, "--genesis", tmp_path / "genesis")

    assert (said.code, "of network" in said.out) == (1, True)


def test_whom_to_trust_must_be_said_once(run: Run, town: Town, receipt: Path) -> None:
    """Neither is no trust, both are two."""
    genesis = town.root / "ledger" / "genesis"

    codes = [
        run("check-receipt", receipt, *options).code
        for options in ((), ("--genesis", genesis, "--data", town.root), ("--genesis", receipt))
    ]

    assert codes == [2, 2, 2]


# statement


def test_a_statement_is_a_line_for_each_command(run: Run, town: Town) -> None:
    """With spaces or without: the same wallet."""
    spaced, plain = (run("statement", text, town.root) for text in (format_wallet_id(town.li), f"{town.li:016}"))

    assert spaced == plain
    assert spaced.code == 0
    assert spaced.out.splitlines()[-1] == "✓ 690.00 yuan, as the ledger says"
    paid = next(line for line in spaced.out.splitlines() if "250.00" in line)
    assert paid.split()[2] == "pay"
    assert paid.split()[-3:] == ["250.00", "750.00", "settled"]


def test_the_document_of_a_statement_counts_in_fen(run: Run, town: Town) -> None:
    """In and out apart, and what the ledger says beside it."""
    document = run("statement", f"{town.wang:016}", town.root, "--json").document

    assert (document["balance_fen"], document["agrees"], document["class"]) == (90_00, True, "II")
    assert (document["account"]["balance_fen"], document["account"]["locked_fen"]) == (80_00, 10_00)
    redeemed = next(line for line in document["lines"] if line["kind"] == "redeem")
    assert (redeemed["in_fen"], redeemed["out_fen"], redeemed["balance_fen"]) == (0, 20_00, 90_00)


# trial-balance


@pytest.mark.parametrize("engine", ["rust", "python"])
def test_the_trial_balance_ends_with_the_law(run: Run, town: Town, engine: str) -> None:
    """Exit code 0 says that it holds."""
    said = run("trial-balance", town.root, "--engine", engine)

    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[-1].startswith("✓ issued − withdrawn 2,500.00 yuan = ")


def test_the_document_of_the_trial_balance_names_every_place(run: Run, town: Town) -> None:
    """By ledger, by operator, by class."""
    document = run("trial-balance", town.root, "--json").document

    tier1, shard = document["ledgers"]
    assert (document["law_holds"], document["issued_fen"], document["held_fen"]) == (True, 2_500_00, 2_500_00)
    assert (tier1["name"], tier1["issuing_vault_fen"]) == ("tier1", 100_00)
    assert shard["bank_vaults"][0] == {"operator": "001", "held_fen": 900_00}
    assert shard["wallets"][0] == {"operator": "001", "class": "II", "count": 2, "held_fen": 890_00}


# backup, restore


def test_a_copy_is_made_and_put_back(run: Run, town: Town, tmp_path: Path) -> None:
    """The same trial balance on the other side."""
    made = run("backup", town.root, tmp_path / "copy.tar", "--json")
    back = run("restore", tmp_path / "copy.tar", tmp_path / "back", "--json")

    assert (made.code, back.code) == (0, 0)
    assert back.document["audit"]["ok"]
    assert back.document["ledgers"] == made.document["ledgers"]
    assert run("trial-balance", tmp_path / "back").out == run("trial-balance", town.root).out


def test_a_bad_copy_is_refused_by_name(run: Run, tmp_path: Path) -> None:
    """Exit code 1, a code, and what to do."""
    (tmp_path / "copy.tar").write_bytes(b"no copy")

    said = run("restore", tmp_path / "copy.tar", tmp_path / "back")

    assert (said.code, said.out) == (1, "")
    assert "bad_backup" in said.err
    assert said.err.splitlines()[-1].startswith("next: ")


# All of them.


def _asked(town: Town, root: Path) -> list[tuple[object, ...]]:
    return [
        ("show", town.paid.hex(), root),
        ("statement", f"{town.li:016}", root),
        ("trial-balance", root),
        ("backup", root, root.parent / "copy.tar"),
    ]


def test_a_folder_in_use_is_unavailable_to_all(run: Run, town: Town) -> None:
    """Exit code 3: try again when the other has left."""
    with Folder.open(town.root):
        said = [run(*asked) for asked in _asked(town, town.root)]

    assert [entry.code for entry in said] == [3, 3, 3, 3]
    assert all("folder_in_use" in entry.err for entry in said)


def test_a_folder_that_is_not_there_is_wrong_input_to_all(run: Run, town: Town, tmp_path: Path) -> None:
    """Exit code 2, and it is not made."""
    said = [run(*asked) for asked in _asked(town, tmp_path / "typo")]

    assert [entry.code for entry in said] == [2, 2, 2, 2]
    assert list(tmp_path.iterdir()) == []


def test_damage_is_named_by_all_and_never_a_traceback(run: Run, town: Town, tmp_path: Path) -> None:
    """Exit code 1 with file and byte, wherever it lies; nothing at all where it is of no account."""
    root = tmp_path / "data"
    shutil.copytree(town.root, root)
    files = sorted(path for path in (root / "ledger").rglob("*") if path.is_file())

    for file in files:
        data = file.read_bytes()
        for offset in range(7, len(data), 1 + len(data) // 5):
            file.write_bytes(data[:offset] + bytes((data[offset] ^ 4,)) + data[offset + 1 :])
            for asked in _asked(town, root)[:3]:
                said = run(*asked)
                assert said.code in (0, 1), (file, offset, asked)
                assert "Traceback" not in said.err
                if said.code == 1:
                    assert " at byte " in said.err
        file.write_bytes(data)


@pytest.mark.parametrize(
    ("asked", "code", "word"),
    [
        (("show", "00000000"), 1, "not_found"),
        (("show", "short"), 2, "bad_id"),
        (("statement", format_wallet_id(WalletId(NOBODY ^ 1))), 2, "bad_wallet_id"),
        (("statement", format_wallet_id(NOBODY)), 1, "not_found"),
    ],
)
def test_what_is_unknown_or_mistyped_has_its_code(
    run: Run, town: Town, asked: tuple[str, ...], code: int, word: str
) -> None:
    """Unknown is an answer, mistyped is none."""
    said = run(*asked, town.root)

    assert (said.code, said.out) == (code, "")
    assert word in said.err
