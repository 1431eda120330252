"""The trial balance: every fen is somewhere, and is counted once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.ledger.native import RustEngine
from dcep.ledger.reading.balances import TrialBalance, trial_balance
from dcep.messages.classes import WalletClass
from tests.unit.ledger.reading.town import Town, build_town, build_town_with_deposits


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town that nobody changes."""
    return build_town(tmp_path_factory.mktemp("town") / "data")


def balance(town: Town, make: EngineMaker = PythonEngine) -> TrialBalance:
    """Count the town's money."""
    with Folder.open(town.root) as folder:
        return trial_balance(folder, make)


@pytest.mark.parametrize("make", [PythonEngine, RustEngine])
def test_the_law_holds_and_every_fen_is_named(town: Town, make: EngineMaker) -> None:
    """2,500 yuan are in the world: 100 are back in the issuing vault, the others on the shard."""
    tier1, shard = balance(town, make).ledgers

    assert balance(town, make).broken() == []
    assert (tier1.sums.issued, tier1.sums.issuing_vault) == (2_500_00, 100_00)
    assert [(purse.operator, purse.held) for purse in shard.vaults] == [(1, 900_00), (2, 520_00)]
    assert [(purse.operator, purse.wallet_class, purse.accounts, purse.held) for purse in shard.wallets] == [
        (1, WalletClass.II, 2, 890_00),
        (2, WalletClass.II, 1, 80_00),
    ]
    assert (shard.sums.locked, shard.sums.suspense) == (10_00, 0)


def test_money_on_hold_is_named_apart(tmp_path: Path) -> None:
    """It is no wallet's any more and not yet the receiver's; the law holds with it."""
    whole = balance(build_town_with_deposits(tmp_path / "data"))
    _, shard = whole.ledgers

    assert whole.broken() == []
    assert (shard.sums.on_hold, shard.sums.wallets, shard.standing.total) == (200_00, 800_00, 2_500_00)


def test_both_engines_count_the_same(town: Town) -> None:
    """One law: the whole balance is equal, head and window and all."""
    assert balance(town, PythonEngine) == balance(town, RustEngine)


def test_a_fen_too_many_is_said(town: Town) -> None:
    """A ledger that holds more than it says, and a world that holds more than was issued."""
    whole = balance(town)
    tier1, shard = whole.ledgers
    richer = replace(shard, sums=replace(shard.sums, locked=shard.sums.locked + 1))

    broken = replace(whole, ledgers=(tier1, richer)).broken()

    assert broken == [
        "shard-000 says another total than its accounts",
        "250000 fen are in the world, but 250001 were found",
    ]


def test_money_that_arrived_without_having_been_sent_is_said(town: Town) -> None:
    """In transit is never less than nothing, on either way."""
    whole = balance(town)
    way, back = whole.crossings

    broken = replace(whole, crossings=(way._replace(received=way.sent + 5), back._replace(sent=back.sent + 5))).broken()

    assert broken == ["more money arrived than was sent"]
