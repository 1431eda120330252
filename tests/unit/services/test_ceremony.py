"""A currency is founded once: keys that are there are kept, and what the genesis names must be there."""

from __future__ import annotations

import shutil
import stat
from itertools import count
from pathlib import Path

import pytest

from dcep.clock import DAY_MS, UnixMs
from dcep.errors import BadInput, Unavailable
from dcep.identity.certificates import Kind
from dcep.identity.folder import TrustFolder
from dcep.identity.papers import read_pair
from dcep.ids import OperatorId, wallet_id
from dcep.issuance.rules import read_rules
from dcep.services import machine
from dcep.services.bank import BankSettings
from dcep.services.centralbank import CentralBankSettings
from dcep.services.ceremony import Ceremony
from dcep.services.ledger import RetailSettings
from dcep.services.settings import papers_in, read_settings
from dcep.services.tier1 import Tier1Settings
from dcep.services.topology import CENTRAL_BANK, OPERATORS, SHARD_NAME, TIER1_NAME, Address

_RULES = read_rules("ecny-2021")
_NOW = machine.now()
_ADDRESS = Address(host="127.0.0.1", port=8_800)


def _ceremony(data: Path, first: int = 0) -> Ceremony:
    numbers = count(first)
    return Ceremony(data, lambda size: bytes([next(numbers) % 256]) * size)


def _keys(data: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (*data.glob("*/keys/*"), *data.glob("*/root.key"))}


def test_a_currency_that_is_founded_is_found_again(tmp_path: Path) -> None:
    """The same network and the same keys, whatever chance says the second time."""
    first, before = _ceremony(tmp_path).found(_RULES), _keys(tmp_path)

    again = _ceremony(tmp_path, 7).found(_RULES)

    assert again == first
    assert _keys(tmp_path) == before


def test_every_key_is_its_owners_alone(tmp_path: Path) -> None:
    """Each lies in the folder of whoever signs with it, and no two are the same."""
    ceremony = _ceremony(tmp_path)
    ceremony.found(_RULES)
    ceremony.certify(_NOW)

    assert {stat.S_IMODE(path.stat().st_mode) for path in _keys(tmp_path)} == {0o600}
    assert len(set(_keys(tmp_path).values())) == len(_keys(tmp_path)) == 15 + 8 * 4


@pytest.mark.parametrize(
    "name",
    ["shard-000/keys/worker.key", "officers/keys/officer-3.key", "tier1/keys/members.key", "icbc/keys/vault.key"],
)
def test_a_key_that_is_gone_is_not_made_anew(tmp_path: Path, name: str) -> None:
    """It would not be the one that the genesis or the admission names: the start says which file to put back."""
    ceremony = _ceremony(tmp_path)
    ceremony.found(_RULES)
    ceremony.certify(_NOW)
    ceremony.write_settings(_ADDRESS)
    (tmp_path / name).rename(tmp_path / f"{name}.away")

    with pytest.raises(BadInput, match=f"{name}: missing_key"):
        _ceremony(tmp_path).found(_RULES)

    assert not (tmp_path / name).exists()


def test_a_currency_that_was_founded_without_operators_is_given_them(tmp_path: Path) -> None:
    """An earlier version had none: the next start makes their keys, and loses none that a kill has left half made."""
    network = _ceremony(tmp_path).found(_RULES)
    for name in OPERATORS.values():
        shutil.rmtree(tmp_path / name)
    (tmp_path / "icbc" / "keys").mkdir(parents=True)
    (tmp_path / "icbc" / "keys" / "registrar.key").write_bytes(b"cut")
    (tmp_path / "abc" / "keys").mkdir(parents=True)
    (tmp_path / "abc" / "keys" / "registrar.key").write_bytes(bytes(32))

    again = _ceremony(tmp_path, 7).found(_RULES)

    assert again == network
    assert [len(_keys(tmp_path)[tmp_path / name / "keys" / "vault.key"]) for name in OPERATORS.values()] == [32] * 8
    assert len((tmp_path / "icbc" / "keys" / "registrar.key").read_bytes()) == 32
    assert (tmp_path / "abc" / "keys" / "registrar.key").read_bytes() == bytes(32)


def test_a_ceremony_that_was_killed_is_gone_through_again(tmp_path: Path) -> None:
    """A key that was cut while it was written is no key: nobody has seen it."""
    keys = tmp_path / "officers" / "keys"
    keys.mkdir(parents=True)
    (keys / "officer-1.key").write_bytes(b"cut")
    (keys / "officer-2.key").write_bytes(bytes(32))

    _ceremony(tmp_path).found(_RULES)

    assert len((keys / "officer-1.key").read_bytes()) == 32
    assert (keys / "officer-2.key").read_bytes() == bytes(32)


def test_each_process_reads_its_settings(tmp_path: Path) -> None:
    """They are written anew at every start, with the address of that start; keys stay."""
    ceremony = _ceremony(tmp_path)
    ceremony.found(_RULES)
    ceremony.certify(_NOW)
    before = ceremony.write_settings(_ADDRESS), _keys(tmp_path)

    files = ceremony.write_settings(Address(host="::1", port=9_000))

    tier1 = read_settings(Tier1Settings, files[TIER1_NAME])
    shard = read_settings(RetailSettings, files[SHARD_NAME])
    bank = read_settings(CentralBankSettings, files[CENTRAL_BANK])
    assert (files, _keys(tmp_path)) == before
    icbc, eighth = (read_settings(BankSettings, files[name]) for name in ("icbc", "eighth"))
    assert [settings.port for settings in (tier1, shard, bank, icbc, eighth)] == [9_001, 9_002, 9_010, 9_021, 9_028]
    assert (icbc.ledger_url, icbc.tier1_url, icbc.operator, eighth.operator) == (shard.address, tier1.address, 1, 8)
    assert {icbc.vault, icbc.registrar, eighth.vault, eighth.registrar} == {
        f"{wallet_id(OperatorId(operator), serial):016}" for operator in (1, 8) for serial in (1, 2)
    }
    assert shard.tier1_url == bank.tier1_url == tier1.address == "http://[::1]:9001"
    assert {settings.trust.resolve() for settings in (tier1, shard, bank)} == {tmp_path / "trust"}
    assert papers_in(shard.key, shard.certificate).institution.subject.kind is Kind.LEDGER
    assert papers_in(bank.key, bank.certificate).institution.subject.kind is Kind.CENTRAL_BANK
    assert bank.genesis.resolve() == (tmp_path / "ledger" / "genesis").resolve()


def test_everybody_who_asks_has_a_certificate_that_everybody_believes(tmp_path: Path) -> None:
    """The relay, the central bank, operators and those who work there, each by its kind; once, not at each start."""
    ceremony = _ceremony(tmp_path)
    ceremony.found(_RULES)

    first, again = ceremony.certify(_NOW), ceremony.certify(_NOW)

    trust = TrustFolder(tmp_path / "trust")
    subjects = [read_pair(party.key, party.certificate).institution.subject for party in ceremony.parties()]
    assert (first, again) == (ceremony.parties(), [])
    numbered = [(each.kind, each.operator) for each in subjects if each.operator is not None]
    assert {each.kind for each in subjects if each.operator is None} == {Kind.LEDGER, Kind.CENTRAL_BANK, Kind.STAFF}
    assert numbered == [(kind, operator) for operator in range(1, 9) for kind in (Kind.OPERATOR, Kind.COUNTER)]
    assert {each.subject for each in trust.institutions()} == {party.subject for party in ceremony.parties()}
    assert trust.warnings(_NOW) == []


def test_a_start_after_a_long_time_renews_what_has_ended(tmp_path: Path) -> None:
    """A machine that was switched off for a year comes up all the same."""
    ceremony = _ceremony(tmp_path)
    ceremony.found(_RULES)
    ceremony.certify(_NOW)
    later = UnixMs(_NOW + 365 * DAY_MS)

    renewed = _ceremony(tmp_path, 100).certify(later)

    assert renewed == ceremony.parties()
    assert TrustFolder(tmp_path / "trust").warnings(later) == []


def test_a_root_key_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    """Another authority would issue what nobody believes."""
    ceremony = _ceremony(tmp_path)
    ceremony.found(_RULES)
    ceremony.certify(_NOW)
    (tmp_path / "authentication-centre" / "root.key").unlink()

    with pytest.raises(BadInput, match=r"root\.key: missing_key"):
        ceremony.certify(_NOW)


def test_a_centre_whose_founding_was_killed_is_founded_again(tmp_path: Path) -> None:
    """A root key that was cut while it was written has issued nothing."""
    centre = tmp_path / "authentication-centre"
    centre.mkdir()
    (centre / "root.key").write_bytes(b"cut")

    _ceremony(tmp_path).certify(_NOW)

    assert len((centre / "root.key").read_bytes()) == 32


def test_a_certificate_that_the_disk_refuses_is_renewed_at_the_next_turn(tmp_path: Path) -> None:
    """The processes run on with the last ones: a full disk here must not be their end."""
    ceremony = _ceremony(tmp_path)
    ceremony.certify(_NOW)
    staff = next(party for party in ceremony.parties() if party.subject.kind is Kind.STAFF)
    staff.certificate.unlink()
    staff.certificate.mkdir()

    with pytest.raises(Unavailable, match=r"certificates_not_written: .*staff"):
        ceremony.certify(_NOW)
    staff.certificate.rmdir()

    assert ceremony.certify(_NOW) == [staff]
