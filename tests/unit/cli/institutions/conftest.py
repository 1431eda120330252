"""A central bank that is served on this machine, and the data folder in which its people's commands find it."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copy
from typing import Any, NamedTuple

import pytest

from dcep.cli.app import main
from dcep.database import open_database
from dcep.errors import Unavailable
from dcep.http.caller import Caller
from dcep.http.server import serve
from dcep.issuance.store import MIGRATIONS
from dcep.messages.genesis import encode_genesis
from tests.institutions import STAFF, Institutions
from tests.street import free_ports
from tests.unit.issuance.house import House, silent_bell
from tests.unit.issuance.realm import Bank, Realm


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


class Desk:
    """A desk at the central bank, where somebody runs `dcep centralbank`."""

    def __init__(self, bank: Bank, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.bank, self.data, self._capsys = bank, data, capsys

    def run(self, *words: str) -> Said:
        """Run a command in this process."""
        with pytest.MonkeyPatch.context() as here:
            here.setattr(sys, "argv", ["dcep", "centralbank", *words, "--data", str(self.data)])
            with pytest.raises(SystemExit) as left:
                main()
        out, err = self._capsys.readouterr()
        return Said(int(left.value.code or 0), out, err)

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
    with _served(house, port):
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


@contextmanager
def _served(house: House, port: int) -> Iterator[None]:
    """Serve a house in a thread of its own; it answers when the block begins."""
    begun, handles = threading.Event(), []

    async def live() -> None:
        stop = asyncio.Event()
        handles.append((asyncio.get_running_loop(), stop))
        begun.set()
        await serve(house.edge(silent_bell()), "127.0.0.1", port, stop)

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    begun.wait()
    _wait_until_it_answers(port)
    yield
    loop, stop = handles[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join()


def _wait_until_it_answers(port: int) -> None:
    caller = Caller(f"http://127.0.0.1:{port}")
    for _ in range(600):
        try:
            caller.ask("GET", "/livez")
        except Unavailable:
            threading.Event().wait(0.05)
        else:
            return
    raise AssertionError("the central bank does not answer")
