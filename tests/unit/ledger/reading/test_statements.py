"""The statement of a wallet: who touched it, what it had then, and that the ledger says the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dcep.errors import Damaged, DcepError
from dcep.ids import OperatorId, WalletId, wallet_id
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.ledger.native import RustEngine
from dcep.ledger.reading.statements import Statement, statement_of
from dcep.messages.genesis import ISSUING_VAULT
from tests.unit.ledger.reading.town import Town, build_town, build_town_with_deposits


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town that nobody changes."""
    return build_town(tmp_path_factory.mktemp("town") / "data")


def statement(town: Town, wallet: WalletId, make: EngineMaker = PythonEngine) -> Statement:
    """Return the statement of an account of the town."""
    with Folder.open(town.root) as folder:
        return statement_of(folder, wallet, make)


def rows(found: Statement) -> list[tuple[str, str, int, int]]:
    """Return what each line says: kind, code, change and balance, in yuan."""
    return [(line.kind, line.outcome.code, line.change // 100, line.balance // 100) for line in found.lines]


@pytest.mark.parametrize("make", [PythonEngine, RustEngine])
def test_a_statement_tells_every_command_and_what_the_wallet_had(town: Town, make: EngineMaker) -> None:
    """In the order of the log, refused ones too: they have used a number of hers up."""
    found = statement(town, town.li, make)

    assert rows(found) == [
        ("open", "settled", 0, 0),
        ("exchange", "settled", 1_000, 1_000),
        ("pay", "settled", -250, 750),
        ("pay", "amount_zero", 0, 750),
        ("refund", "settled", 50, 800),
        ("pay", "settled", -100, 700),
        ("pay", "settled", -10, 690),
    ]
    assert found.agrees


def test_a_line_names_the_other_side(town: Town) -> None:
    """The receiver of what was paid, the vault that exchanged, the registrar that opened; refused or not."""
    others = [line.counterparty for line in statement(town, town.li).lines]

    assert others == [town.registrar, town.vault, town.bakery, town.bakery, town.bakery, town.wang, town.wang]


def test_what_others_tried_in_vain_is_in_no_statement_but_theirs(town: Town) -> None:
    """A receiver cannot read what a stranger could not pay."""
    found = statement(town, town.bakery)

    assert rows(found) == [
        ("open", "settled", 0, 0),
        ("pay", "settled", 250, 250),
        ("refund", "settled", -50, 200),
    ]


def test_money_that_a_freeze_locks_is_the_wallets_own(town: Town) -> None:
    """It counts into the balance of the lines, and agrees with what the ledger holds and keeps locked."""
    found = statement(town, town.wang)

    assert rows(found)[1:] == [
        ("pay", "settled", 100, 100),
        ("freeze", "settled", 0, 100),
        ("pay", "settled", 10, 110),
        ("redeem", "settled", -20, 90),
        ("cancel", "settled", 0, 90),
    ]
    assert (found.account.locked, found.agrees) == (10_00, True)


@pytest.mark.parametrize("make", [PythonEngine, RustEngine])
def test_a_deposit_stands_in_the_statements_of_both_sides(tmp_path: Path, make: EngineMaker) -> None:
    """It goes out when it is held; a capture names no wallet, and yet is in the statement of whom it pays."""
    town = build_town_with_deposits(tmp_path / "data")

    payer, receiver, stranger = (statement(town, wallet, make) for wallet in (town.li, town.bakery, town.wang))

    assert rows(payer)[2:] == [
        ("hold", "settled", -300, 700),
        ("hold", "settled", -50, 650),
        ("capture", "settled", 0, 650),
        ("release", "settled", 50, 700),
    ]
    assert rows(receiver)[1:] == [
        ("hold", "settled", 0, 0),
        ("hold", "settled", 0, 0),
        ("capture", "settled", 100, 100),
        ("release", "settled", 0, 100),
    ]
    assert rows(stranger)[1:] == [("release", "condition_not_met", 0, 0)]
    assert [line.counterparty for line in payer.lines[2:]] == [town.bakery] * 4
    assert (payer.account.on_hold, payer.agrees, receiver.agrees) == (200_00, True, True)


def test_a_bank_vault_has_a_statement_from_its_allocation_to_its_return(town: Town) -> None:
    """An allocation names the operator; that the vault is meant follows from its admission."""
    found = statement(town, town.vault)

    assert rows(found) == [
        ("credit", "settled", 0, 0),
        ("credit", "settled", 2_000, 2_000),
        ("exchange", "settled", -1_000, 1_000),
        ("return", "settled", -100, 900),
    ]
    assert found.agrees


def test_the_issuing_vault_has_a_statement_on_tier_1(town: Town) -> None:
    """Issued, allocated, and what came back."""
    found = statement(town, ISSUING_VAULT)

    assert [row for row in rows(found) if row[2]] == [
        ("issue", "settled", 2_000, 2_000),
        ("issue", "settled", 500, 2_500),
        ("allocate", "settled", -2_000, 500),
        ("allocate", "settled", -500, 0),
        ("credit", "settled", 100, 100),
    ]
    assert found.agrees


def test_a_wallet_that_was_never_opened_is_not_found(town: Town) -> None:
    """Exit code 1: the number is right, the answer is no."""
    with pytest.raises(DcepError, match="not_found") as error:
        statement(town, wallet_id(OperatorId(7), 5))

    assert error.value.exit_code == 1


def test_a_damaged_ledger_tells_no_statement(town: Town, tmp_path: Path) -> None:
    """Half a statement would be taken for a whole one."""
    root = tmp_path / "data"
    shutil.copytree(town.root, root)
    log = root / "ledger" / "shard-000" / "log" / "000000000001.log"
    data = bytearray(log.read_bytes())
    data[-200] ^= 1
    log.write_bytes(data)

    with pytest.raises(Damaged, match="frame_damaged") as error, Folder.open(root) as folder:
        statement_of(folder, town.li, PythonEngine)

    assert (error.value.file, error.value.exit_code) == ("ledger/shard-000/log/000000000001.log", 1)
