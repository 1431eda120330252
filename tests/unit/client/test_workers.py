"""A wallet verifies receipts of workers that came after the genesis, and of nobody whom the officers have not named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dcep.client import Client, Evidence
from dcep.errors import DcepError
from dcep.ledger.client import WorkerLine
from dcep.messages.commands.governance import Workers
from dcep.messages.layout import Key, Version
from dcep.money import Fen
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from dcep.operators.store import open_store
from dcep.simulation.economy import SHARD
from dcep.simulation.player import Player
from tests.houses import Houses, evidence_of, fund, open_houses
from tests.town import Town
from tests.unit.client.conftest import PASSWORD


@pytest.fixture
def changed() -> tuple[Town, str]:
    """Return a town whose ledger has another worker by now, and the order that says so."""
    town = Town()
    economy, worker = town.economy, town.economy.keys.signer("worker", "shard", 1)
    keys = (economy.genesis.shard_workers[0], Key(worker.public))
    order = Workers(ledger=SHARD, replaces=Version(1), keys=keys)
    wire = economy.approve(economy.issuing_vault.order(order, expires_at=economy.midnight))
    economy.settle(economy.tier1, [wire])
    economy.carry()
    # Another process takes the ledger over.
    old = town.line
    old._pipeline.close()
    town.line = WorkerLine(old.ledger, worker, lambda: town.now)
    economy.shard = Player(town.line)
    return town, wire.hex()


@pytest.fixture
def houses(changed: tuple[Town, str], tmp_path: Path) -> Iterator[Houses]:
    """Return the houses of this town, whose bank has heard of no order about workers yet."""
    town, _ = changed
    with ExitStack() as opened:
        opened.callback(town.close)
        store, core = (f"sqlite:///{tmp_path / name}" for name in ("bank.db", "core.db"))
        engine, banking = open_store(store), SimulatedCoreBanking(core)
        opened.callback(engine.dispose)
        opened.callback(banking.close)
        made = opened.enter_context(open_houses(town, town.bank(engine, banking), banking))
        yield made


def opened_wallet(houses: Houses, folder: Path, person: int) -> Client:
    """Return a wallet with 10 yuan in it."""
    Client.create(folder, houses.operator_url, PASSWORD).close()
    client = Client(folder, PASSWORD, clock=lambda: houses.town.now, patience_s=2)
    fund(houses.core, houses.town, person)
    client.open("II", Evidence(**evidence_of(person)))  # type: ignore[arg-type]
    assert client.exchange(Fen(1_000)).is_done
    return client


def test_a_wallet_learns_whose_signatures_count(changed: tuple[Town, str], houses: Houses, tmp_path: Path) -> None:
    """From its operator, by orders that it follows from the genesis; from then on receipts are judged alone."""
    _, order = changed
    with opened_wallet(houses, tmp_path / "li", 1) as li, opened_wallet(houses, tmp_path / "bakery", 2) as bakery:
        with pytest.raises(DcepError, match="unproven_answer"):
            li.pay(bakery.wallet, Fen(5))
        houses.worker_orders = [order]
        healed = li.heal()
        paid = li.pay(bakery.wallet, Fen(7))
        assert paid.receipt is not None
        with pytest.raises(DcepError, match="bad_receipt"):
            bakery.prove(paid.receipt)
    houses.worker_orders = []

    with Client(tmp_path / "li", PASSWORD, clock=lambda: houses.town.now) as again:
        proof = again.prove(paid.receipt)

    assert [payment.is_settled for payment in healed] == [True]
    assert paid.is_settled
    assert (proof.amount_fen, proof.answer) == (7, "settled")


def test_orders_that_the_officers_have_not_given_are_not_believed(
    changed: tuple[Town, str], houses: Houses, tmp_path: Path
) -> None:
    """An operator that would have another worker believed is not; the payment waits, and is not lost."""
    _, order = changed
    houses.worker_orders = [order[:-2] + ("00" if order[-2:] != "00" else "01")]

    with opened_wallet(houses, tmp_path / "li", 1) as li, opened_wallet(houses, tmp_path / "bakery", 2) as bakery:
        with pytest.raises(DcepError, match="unproven_answer"):
            li.pay(bakery.wallet, Fen(5))
        houses.worker_orders = [order]
        healed = li.heal()

    assert [payment.is_settled for payment in healed] == [True]
