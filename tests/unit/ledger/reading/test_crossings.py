"""Statements and balances where money crosses from shard to shard: sent here, credited there, or come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dcep.ids import LedgerId, OperatorId, WalletId, wallet_id
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.ledger.log.file import FileLog
from dcep.ledger.reading.balances import trial_balance
from dcep.ledger.reading.statements import statement_of
from dcep.messages.commands.payments import Pay
from dcep.messages.commands.vaults import Exchange
from dcep.messages.commands.wallets import Open
from dcep.messages.layout import Code, Seq
from dcep.money import Fen
from tests.names import full_name, policy, wallet
from tests.network import Network

SHARDS = 2
LI, WANG = wallet("li", SHARDS), wallet("wang@1", SHARDS)
# Of the other shard, and never opened.
NOBODY = wallet_id(OperatorId(1), 1)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """Return a folder in which Li has sent 300 yuan to Wang and 100 to nobody, and 50 that are under way."""
    network = Network(PythonEngine, shards=SHARDS)
    for name, account in (("li", LI), ("wang@1", WANG)):
        _say(network, _bank("registrar", account), Open(wallet=account, wallet_class=Code(1), policy=policy(name)[0]))
    _say(network, "vault", Exchange(receiver=LI, amount=Fen(1_000_00)))
    _say(network, "li", Pay(receiver=WANG, amount=Fen(300_00)))
    _say(network, "li", Pay(receiver=NOBODY, amount=Fen(100_00)))
    network.carry()
    _say(network, "li", Pay(receiver=WANG, amount=Fen(50_00)))
    with Folder.create(tmp_path / "data", network.genesis_bytes) as made:
        for ledger, place in network.ledgers.items():
            log = FileLog(made.ledger(ledger), made.network, answered=Seq(0))
            log.append(place.log)
            log.close()
        yield made


def test_money_counts_out_when_it_is_sent_and_in_when_it_comes_back(folder: Folder) -> None:
    """What nobody could receive is returned, and the payer reads both."""
    found = statement_of(folder, LI, PythonEngine)

    assert [(line.kind, line.change // 100, line.balance // 100) for line in found.lines[2:]] == [
        ("pay", -300, 700),
        ("pay", -100, 600),
        ("credit", 100, 700),
        ("pay", -50, 650),
    ]
    assert (found.agrees, found.account.in_flight) == (True, 50_00)


def test_money_counts_in_where_it_is_credited(folder: Folder) -> None:
    """The receiver's ledger says when: what is under way is not there yet."""
    found = statement_of(folder, WANG, PythonEngine)

    assert [(line.kind, line.counterparty, line.change) for line in found.lines[1:]] == [("credit", LI, 300_00)]
    assert found.agrees


def test_the_trial_balance_counts_what_is_under_way(folder: Folder) -> None:
    """No header is stored for any of these frames: the balance follows from the log alone."""
    balance = trial_balance(folder, PythonEngine)

    under_way = [(way.source, way.destination, way.in_transit) for way in balance.crossings if way.in_transit]
    assert under_way == [(LedgerId(0), LedgerId(1), 50_00)]
    assert balance.broken() == []


def _bank(name: str, account: WalletId) -> str:
    return f"{name}@{account // 10 % SHARDS}"


def _say(network: Network, giver: str, order: object) -> None:
    """Let an account give an order that settles; the keys of institutions are named in full."""
    account, keys = wallet(giver, SHARDS), giver if giver == "li" else full_name(giver)
    assert network.submit(network.home(account), network.order(account, order, keys)) == "settled"
