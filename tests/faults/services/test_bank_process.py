"""An operator in a process of its own: a holder opens, exchanges and redeems over HTTP, and a kill loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dcep.crypto.keys import derive
from dcep.messages.genesis import encode_genesis
from tests.faults.services.customers import EVIDENCE, Customer
from tests.institutions import ONE
from tests.street import Process, Town, free_ports, key, town


def _process(street: Town) -> Process:
    """Start operator 001 of a network whose ledgers run in processes too."""
    data, (port,) = street.data, free_ports(1)
    street.institutions.papers(ONE)
    papers = street.institutions.party(ONE)
    (data / "genesis").write_bytes(encode_genesis(street.genesis))
    for name in ("registrar", "vault"):
        (data / "keys" / name).write_bytes(derive(bytes(32), name))
    (data / "bank.toml").write_text(
        f'operator = 1\nname = "icbc"\nport = {port}\ntrust = "{street.institutions.trust}"\n'
        f'key = "{papers.key}"\ncertificate = "{papers.certificate}"\n'
        f'genesis = "genesis"\ndatabase = "sqlite:///{data / "bank.db"}"\n'
        f'core_database = "sqlite:///{data / "core.db"}"\nsimulated_deposit_fen = 1000000\n'
        f'ledger_url = "{street.shard.url}"\ntier1_url = "{street.tier1.url}"\n'
        f'registrar = "{street.registrar_wallet:016}"\nregistrar_key = "keys/registrar"\n'
        f'vault = "{street.vault_wallet:016}"\nvault_key = "keys/vault"\n'
    )
    return Process("dcep.services.bank", data / "bank.toml", port)


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Process]:
    """Return the operator's process; everything ends with the test."""
    with town(tmp_path) as street:
        opened = _process(street)
        yield opened
        opened.end()


@pytest.mark.long
def test_a_holder_is_served_by_a_process_that_may_be_killed(operator: Process) -> None:
    """Exchange, kill, the same order again, redemption: each counts once, and what stands in for others says so."""
    li = Customer(operator.url, key("holder", "li"))
    li.open_wallet()
    exchanged = li.ended(li.exchange("e", 5_000))
    under_way = li.exchange("f", 700)
    operator.kill()
    operator.start()

    again = li.exchange("e", 5_000)
    other, redeemed = li.ended(under_way), li.ended(li.redeem(1_200))

    assert (exchanged["state"], again["id"], again["state"]) == ("settled", exchanged["id"], "settled")
    assert (other["state"], redeemed["state"]) == ("settled", "settled")
    assert li.wallet["balance_fen"] == 5_000 + 700 - 1_200
    said = operator.log.read_text()
    assert all(name in said for name in ("SimulatedCoreBanking", "SimulatedKyc"))
    assert all(word not in said for word in EVIDENCE.values() if len(word) > 2)
    assert operator.stop() == 0
