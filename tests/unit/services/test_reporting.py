"""What an operator's process says to the central bank and asks it, or nobody where nobody is named."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from dcep.errors import BadInput, Unavailable
from dcep.services.bank import BankSettings, reporting, worker_orders
from tests.institutions import Institutions
from tests.street import free_ports
from tests.town import open_town
from tests.unit.cli.institutions.serving import served
from tests.unit.issuance.house import House, silent_bell
from tests.unit.issuance.realm import Realm


def _settings(folder: Path, **more: Any) -> BankSettings:
    key = folder / "key"
    own: dict[str, Any] = {
        "operator": 1,
        "name": "icbc",
        "ledger_url": "",
        "tier1_url": "",
        "core_database": "",
        "database": "",
    }
    accounts: dict[str, Any] = {"registrar": "", "registrar_key": key, "vault": "", "vault_key": key}
    papers: dict[str, Any] = {"key": key, "certificate": key, "trust": folder, "genesis": key, "port": 1}
    return BankSettings(**own, **accounts, **papers, **more)


def test_a_report_reaches_the_central_bank_and_is_judged_there(tmp_path: Path) -> None:
    """This one is of another network: the central bank itself says so, and the operator hears it."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    realm = Realm(tmp_path)
    central_bank = realm.bank()
    house = House(central_bank, Institutions(tmp_path / "identity"), url)
    with (
        open_town(f"sqlite:///{tmp_path / 'bank.db'}", f"sqlite:///{tmp_path / 'core.db'}") as (_, bank, _),
        served(lambda: house.edge(silent_bell()), port),
        pytest.raises(BadInput, match="bad_report: no registrar of this network"),
    ):
        reporting(_settings(tmp_path, central_bank_url=url), bank)()
    central_bank.close()
    realm.close()


def test_where_no_central_bank_is_named_nobody_is_told(tmp_path: Path) -> None:
    """An operator may be run without one, such as in a test of its own."""
    with open_town(f"sqlite:///{tmp_path / 'bank.db'}", f"sqlite:///{tmp_path / 'core.db'}") as (_, bank, _):
        told = reporting(_settings(tmp_path), bank)()

    assert told is None


def test_a_central_bank_that_does_not_answer_is_not_asked_for_each_who_asks(tmp_path: Path) -> None:
    """Anybody may ask for the orders about workers: each would hold up a thread of the operator's until it gives up."""
    (port,) = free_ports(1)
    ask = worker_orders(_settings(tmp_path, central_bank_url=f"http://127.0.0.1:{port}"))
    with pytest.raises(Unavailable) as first:
        ask()

    with socket.create_server(("127.0.0.1", port)) as listening:
        listening.settimeout(0)
        with pytest.raises(Unavailable) as again:
            ask()
        with pytest.raises(BlockingIOError):
            listening.accept()

    assert again.value.code == first.value.code
