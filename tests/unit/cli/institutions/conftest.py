"""A central bank that is served on this machine, and the data folder in which its people's commands find it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from dcep.database import open_database
from dcep.issuance.store import MIGRATIONS
from dcep.messages.genesis import encode_genesis
from tests.institutions import STAFF, Institutions
from tests.street import free_ports
from tests.unit.cli.institutions.serving import Said, run, served
from tests.unit.issuance.house import House, silent_bell
from tests.unit.issuance.realm import Bank, Realm


class Desk:
    """A desk at the central bank, where somebody runs `dcep centralbank`."""

    def __init__(self, bank: Bank, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.bank, self.data, self._capsys = bank, data, capsys

    def run(self, *words: str) -> Said:
        """Run `dcep centralbank` with this data folder."""
        return run(self._capsys, "centralbank", *words, "--data", str(self.data))

    def carry_through(self, name: str) -> Said:
        """Propose an order, let three officers sign it, and let it be sent."""
        self.bank.send()
        assert self.run("propose", name).code == 0
        for officer in (1, 2, 3):
            assert self.run("approve", name, "--officer", str(officer), "--yes").code == 0
        self.bank.send()
        self.bank.realm.carry()
        return self.run("order", name, "--wait")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """Return a desk at a central bank that has admitted operator 1."""
    open_database(f"sqlite:///{tmp_path / 'tables.db'}", MIGRATIONS).dispose()
    realm = Realm(tmp_path, tables=tmp_path / "tables.db")
    bank = realm.bank()
    bank.carry_through("admit-1", realm.admission())
    realm.carry()
    institutions = Institutions(tmp_path / "identity")
    (port,) = free_ports(1)
    house = House(bank, institutions, f"http://127.0.0.1:{port}")
    _furnish(tmp_path / "currency", realm, institutions, port)
    with served(lambda: house.edge(silent_bell()), port):
        yield Desk(bank, tmp_path / "currency", capsys)
    bank.close()
    realm.close()


def _furnish(data: Path, realm: Realm, institutions: Institutions, port: int) -> None:
    """Lay a data folder out as `dcep up` does."""
    folder = data / "central-bank"
    for each in (folder / "keys", data / "ledger", data / "officers" / "keys", data / "supervision" / "keys"):
        each.mkdir(parents=True)
    (folder / "settings.toml").write_text(f'host = "127.0.0.1"\nport = {port}\n')
    (data / "ledger" / "genesis").write_bytes(encode_genesis(realm.genesis))
    institutions.papers(STAFF)
    party = institutions.party(STAFF)
    copy(party.certificate, folder / "staff.pem")
    copy(party.key, folder / "keys" / "staff.key")
    for number, officer in enumerate(realm.officers, 1):
        (data / "officers" / "keys" / f"officer-{number}.key").write_bytes(officer.signer.seed)
    for number, supervisor in enumerate(realm.supervisors, 1):
        (data / "supervision" / "keys" / f"supervisor-{number}.key").write_bytes(supervisor.signer.seed)
