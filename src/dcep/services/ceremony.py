"""Found a currency on one machine: a key for everybody who signs, the genesis that names them, and settings.

1. Each key lies in the folder of whoever signs with it, its owner's alone; one that is there is never made anew. The
   operators' are made with the others, or when a currency that was founded without operators is started again.
2. The genesis comes last and is made once: where it stands, the currency is founded, and every key must be there.
3. The authentication centre is founded, and its root given to everybody. Every institution makes a key for its requests
   and gets a certificate of it; both are renewed again and again while the currency runs.
4. Settings follow from keys, genesis and address; they are written at every start, so that nobody edits them in vain.

On one machine one hand holds every key: officers, supervision, members and the authentication centre are there in form
only, which the production profile refuses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.crypto.keys import SEED_SIZE, new_seed, read_seed
from dcep.crypto.suites import Signer
from dcep.durable import build_durably, make_folder
from dcep.errors import BadInput, Unavailable
from dcep.identity.centre import Centre
from dcep.identity.certificates import Kind, Subject
from dcep.identity.files import alone
from dcep.identity.papers import read_pair
from dcep.identity.renewal import Party, Renewal, serial_of
from dcep.ids import NetworkId, OperatorId
from dcep.ledger.folder import Folder
from dcep.messages.commands.governance import Rules
from dcep.messages.genesis import Genesis
from dcep.messages.layout import Key
from dcep.messages.policies import Seat, Threshold
from dcep.messages.signatory import single_key
from dcep.services.founding import Founders, found, genesis_of
from dcep.services.topology import (
    CENTRAL_BANK,
    CENTRE,
    CHANNELS,
    OPERATORS,
    PLAIN,
    SHARD_NAME,
    TIER1_NAME,
    TRUST,
    Address,
    registrar_of,
    vault_of,
)

OFFICERS: Final = 5
OFFICERS_NEEDED: Final = 3
SITES: Final = 2
SUPERVISORS: Final = 3
SUPERVISORS_NEEDED: Final = 2
SETTINGS: Final = "settings.toml"
# For as long as nobody here will remember how it was founded.
ROOT_DAYS: Final = 7_300
_RETRY_AFTER_MS: Final = 1_000
# What SimulatedSettlement gives each operator to begin with: a hundred billion yuan.
_SIMULATED_RESERVES: Final = 10**13
# What SimulatedCoreBanking lets lie on each account that a customer names: ten thousand yuan.
_SIMULATED_DEPOSIT: Final = 10**6
_PEOPLE: Final = (Kind.STAFF, Kind.COUNTER)
_PAPERS: Final = {"key": "keys/institution.key", "certificate": "institution.pem", "trust": f"../{TRUST}"}


class Ceremony:
    """Makes what a currency on one machine begins with, and finds it again at every later start.

    Args:
        data: the data folder.
        random: return so many bytes that nobody can foresee.
    """

    def __init__(self, data: Path, random: Callable[[int], bytes]) -> None:
        self._data, self._random = data, random
        self._is_founded = (data / "ledger" / "genesis").is_file()

    def found(self, rules: Rules) -> NetworkId:
        """Found the currency if it is not, and return its network.

        Raises:
            BadInput: `missing_key`: the currency is founded, and a key of it is not there.
            Unavailable: the folder is in use, or cannot be written.
        """
        founders = self._founders()
        for name in OPERATORS.values():
            self.seals(name)
        if self._is_founded:
            with Folder.open(self._data) as folder:
                return folder.network
        # 2.
        genesis: Genesis = genesis_of(founders, rules, self._random(32))
        return found(self._data, genesis)

    def _founders(self) -> Founders:
        officers = [
            Seat(site=1 + place % SITES, suite=signer.suite, key=Key(signer.public))
            for place, signer in enumerate(self.officers(), start=1)
        ]
        supervisors = [self._signer("supervision", f"supervisor-{place}") for place in range(1, SUPERVISORS + 1)]
        return Founders(
            officers=officers,
            needed=OFFICERS_NEEDED,
            sites=SITES,
            supervision=Threshold(needed=SUPERVISORS_NEEDED, of=tuple(map(single_key, supervisors))),
            members=single_key(self._signer(TIER1_NAME, "members")),
            tier1_worker=self._key(TIER1_NAME, "worker"),
            shard_workers=[self._key(SHARD_NAME, "worker")],
        )

    def officers(self) -> list[Signer]:
        """Return the keys of the officers, which on one machine lie in one hand."""
        return [self._signer("officers", f"officer-{place}") for place in range(1, OFFICERS + 1)]

    def seals(self, operator: str) -> tuple[Signer, Signer]:
        """Return the keys of an operator's registrar and of its vault.

        Raises:
            BadInput: `missing_key`.
        """
        # Its settings come after its keys: where they lie, the keys were there.
        is_new = not (self._data / operator / SETTINGS).exists()
        return self._signer(operator, "registrar", is_new=is_new), self._signer(operator, "vault", is_new=is_new)

    # 1.

    def _key(self, whose: str, name: str) -> Key:
        return Key(self._signer(whose, name).public)

    def _signer(self, whose: str, name: str, *, is_new: bool = False) -> Signer:
        path, is_new = self._data / whose / "keys" / f"{name}.key", is_new or not self._is_founded
        if is_new and path.exists() and path.stat().st_size < SEED_SIZE:
            # A kill has come while it was written: nobody has seen this key.
            path.unlink()
        if path.exists():
            return Signer(read_seed(path))
        if not is_new:
            raise _missing_key(path, "the genesis" if whose not in OPERATORS.values() else "the admission")
        make_folder(path.parent)
        return Signer(new_seed(path))

    # 3.

    def certify(self, now: UnixMs) -> list[Party]:
        """Found the authentication centre if it is not, renew what ends soon, and return whose certificates are new.

        Raises:
            BadInput: `missing_key`: the centre is founded, and its root key is not there.
            Unavailable: `certificates_not_written`: the disk refused; what there is counts on.
        """
        make_folder(self._data / TRUST)
        try:
            with alone(self._data / TRUST):
                return self._certify(now)
        except OSError as error:
            message = f"{error.filename or self._data}: {error.strerror}"
            raise Unavailable("certificates_not_written", message, retry_after_ms=_RETRY_AFTER_MS) from error

    def _certify(self, now: UnixMs) -> list[Party]:
        folder, trust = self._data / CENTRE, self._data / TRUST
        key = folder / "root.key"
        if (trust / "root.pem").exists() and not key.exists():
            raise _missing_key(key, "the root that everybody was given")
        make_folder(folder)
        if key.exists() and key.stat().st_size < SEED_SIZE and not (folder / "root.pem").exists():
            # Cut while it was written, as any other key: nobody has seen a root of it.
            key.unlink()
        serial = serial_of(self._random)
        centre = Centre.found(folder, name="authentication centre", now=now, days=ROOT_DAYS, serial=serial)
        return Renewal(centre, trust, self._random).see_to(self.parties(), now=now)

    def replace(self, name: str, now: UnixMs, *, is_stolen: bool) -> Party:
        """Give somebody another key and certificate at once, and take the last one back if it was stolen.

        Raises:
            BadInput: `unknown_institution`; or the centre is not there.
        """
        party = next((party for party in self.parties() if party.subject.name == name), None)
        if party is None:
            names = ", ".join(party.subject.name for party in self.parties())
            raise BadInput("unknown_institution", f"nobody here is called {name!r}", next_step=f"one of {names}")
        centre = Centre(self._data / CENTRE)
        last = read_pair(party.key, party.certificate).institution.keyid if is_stolen else ""
        # `dcep up` may be renewing at this moment.
        with alone(self._data / TRUST):
            Renewal(centre, self._data / TRUST, self._random).renew(party, now=now)
            if is_stolen:
                # Only now: whoever is renewed is refused at no moment.
                centre.revoke(last, now=now)
                centre.publish(self._data / TRUST)
        return party

    def parties(self) -> list[Party]:
        """Return everybody who signs requests."""
        return [
            self.party(SHARD_NAME, Kind.LEDGER),
            self.party(CENTRAL_BANK, Kind.CENTRAL_BANK),
            self.party(CENTRAL_BANK, Kind.STAFF),
            *(
                self.party(name, kind, operator)
                for operator, name in OPERATORS.items()
                for kind in (Kind.OPERATOR, Kind.COUNTER)
            ),
        ]

    def party(self, whose: str, kind: Kind, operator: OperatorId | None = None) -> Party:
        """Return an institution, or those who work there, and where their papers lie."""
        folder, file = self._data / whose, kind.value if kind in _PEOPLE else "institution"
        name = f"{whose}-{file}" if kind in _PEOPLE else whose
        return Party(
            subject=Subject(name=name, kind=kind, operator=operator),
            key=folder / "keys" / f"{file}.key",
            certificate=folder / f"{file}.pem",
        )

    # 4.

    def write_settings(self, address: Address) -> dict[str, Path]:
        """Write the settings of every process, and return where each one's lie."""
        ledger = {"data": "..", "worker_key": "keys/worker.key"}
        return {
            TIER1_NAME: self._write(TIER1_NAME, address, ledger | {"members_key": "keys/members.key"}),
            SHARD_NAME: self._write(SHARD_NAME, address, ledger | _PAPERS | {"tier1_url": address.url_of(TIER1_NAME)}),
            CENTRAL_BANK: self._write(
                CENTRAL_BANK,
                address,
                _PAPERS
                | {
                    "genesis": "../ledger/genesis",
                    "database": self._database(CENTRAL_BANK, "central-bank.db"),
                    "tier1_url": address.url_of(TIER1_NAME),
                    "shard_urls": [address.url_of(SHARD_NAME)],
                    "operators": list(OPERATORS),
                    "simulated_reserves_fen": _SIMULATED_RESERVES,
                },
            ),
            **{name: self._write_operator(operator, name, address) for operator, name in OPERATORS.items()},
        }

    def _write_operator(self, operator: OperatorId, name: str, address: Address) -> Path:
        own = {
            "operator": operator,
            "name": name,
            "genesis": "../ledger/genesis",
            "database": self._database(name, "operator.db"),
            "core_database": self._database(name, "core-banking.db"),
            "simulated_deposit_fen": _SIMULATED_DEPOSIT,
            "ledger_url": address.url_of(SHARD_NAME),
            "tier1_url": address.url_of(TIER1_NAME),
            "central_bank_url": address.url_of(CENTRAL_BANK),
            "registrar": f"{registrar_of(operator):016}",
            "registrar_key": "keys/registrar.key",
            "vault": f"{vault_of(operator):016}",
            "vault_key": "keys/vault.key",
            "webhook_key": "keys/webhook.key",
            # A merchant's server runs on this machine too, where everybody is at home.
            "webhooks_inside": True,
            "channel": CHANNELS.get(operator, PLAIN),
            "peers": [
                {"operator": other, "channel": CHANNELS.get(other, PLAIN), "url": address.url_of(its_name)}
                for other, its_name in OPERATORS.items()
                if other != operator
            ],
        }
        # Messages alone are signed with it: one that is lost is made anew, and a merchant is told the new one.
        self._signer(name, "webhook", is_new=True)
        return self._write(name, address, _PAPERS | own)

    def _database(self, whose: str, file: str) -> str:
        return f"sqlite:///{self._data.absolute() / whose / file}"

    def _write(self, whose: str, address: Address, own: dict[str, Any]) -> Path:
        settings = own | {"trust": f"../{TRUST}", "host": address.host, "port": address.port_of(whose)}
        lines = ["# Written by `dcep up` at every start: what is changed here is lost.", *_assignments(settings)]
        path = self._data / whose / SETTINGS
        build_durably(path, "\n".join([*lines, ""]).encode(), at=path.with_suffix(".new"))
        return path


def _missing_key(path: Path, wanted: str) -> BadInput:
    step = f"put it back from a copy: a new key would not be that of {wanted}"
    return BadInput("missing_key", "the currency is founded, and this key is gone", where=str(path), next_step=step)


def _assignments(settings: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {_toml(value)}" for name, value in settings.items()]


def _toml(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(_assignments(value)) + "}"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            # Text, numbers and truths are written in TOML as in JSON.
            return json.dumps(value)
