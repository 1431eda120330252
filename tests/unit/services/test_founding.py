"""A network in real time is founded from public keys, and only by those who can sign."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dcep.crypto.suites import Signer
from dcep.errors import BadInput
from dcep.issuance.rules import read_rules
from dcep.messages.genesis import decode_genesis, encode_genesis, network_of
from dcep.messages.layout import Key
from dcep.messages.policies import Seat
from dcep.messages.signatory import single_key
from dcep.services import machine
from dcep.services.founding import Founders, found, genesis_of
from dcep.services.settings import LedgerSettings, read_settings

_RULES = read_rules("ecny-2021")


def _seat(number: int, site: int) -> Seat:
    signer = Signer(bytes([number]) * 32)
    return Seat(site=site, suite=signer.suite, key=Key(signer.public))


_WORKER = Signer(b"w" * 32)
_FOUNDERS = Founders(
    officers=[_seat(1, 1), _seat(2, 1), _seat(3, 2)],
    needed=2,
    sites=2,
    supervision=single_key(_WORKER),
    members=single_key(_WORKER),
    tier1_worker=Key(_WORKER.public),
    shard_workers=[Key(_WORKER.public)],
)


def test_a_founded_network_takes_no_clock_from_outside(tmp_path: Path) -> None:
    """The mark of simulated time is what lets a submitter tell a frame's time."""
    genesis = genesis_of(_FOUNDERS, _RULES, machine.random_bytes(32))

    network = found(tmp_path, genesis)

    kept = (tmp_path / "ledger" / "genesis").read_bytes()
    assert (decode_genesis(kept), network_of(kept)) == (genesis, network)
    assert genesis.simulated_time == 0


def test_the_same_founders_found_two_networks() -> None:
    """What was signed for one must mean nothing in the other."""
    one, other = (network_of(encode_genesis(genesis_of(_FOUNDERS, _RULES, bytes([n]) * 32))) for n in (1, 2))

    assert one != other


@pytest.mark.parametrize(
    "wrong", [{"needed": 4}, {"needed": 0}, {"sites": 3}, {"sites": 0}, {"officers": []}, {"shard_workers": []}]
)
def test_founders_who_can_never_sign_found_nothing(wrong: dict[str, object]) -> None:
    """A board that nobody can satisfy would be found out when it is needed."""
    with pytest.raises(BadInput, match="bad_founders"):
        genesis_of(replace(_FOUNDERS, **wrong), _RULES, bytes(32))  # type: ignore[arg-type]  # one field at a time


def test_request_ids_never_meet() -> None:
    """Two starts of a process write into one log."""
    one, other = machine.request_ids(), machine.request_ids()

    assert len({next(ids) for ids in (one, other) for _ in range(100)}) == 200


def test_paths_in_settings_are_seen_from_their_file(tmp_path: Path) -> None:
    """A process may be started from anywhere."""
    file = tmp_path / "ledger.toml"
    file.write_text('data = "money"\nworker_key = "/k"\nport = 80\ntrust = "trust"\n')

    settings = read_settings(LedgerSettings, file)

    assert (settings.data, settings.worker_key) == (tmp_path / "money", Path("/k"))
    assert settings.trust == tmp_path / "trust"
    assert settings.address == "http://127.0.0.1:80"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "port",
        'data = "d"\nworker_key = "k"\ntrust = "t"\nport = 0\n',
        'data = "d"\nworker_key = "k"\ntrust = "t"\nport = 80\nprot = 81\n',
        'data = "d"\nworker_key = "k"\ntrust = "t"\nport = 80\nurl = "ledger.example"\n',
        'data = "d"\nworker_key = "k"\ntrust = "t"\nport = 80\nurl = "https://ledger.example/path"\n',
        'data = 5\nworker_key = "k"\ntrust = "t"\nport = 80\n',
        'data = "d"\nworker_key = "k"\nport = 80\n',
    ],
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, text: str) -> None:
    """A misspelt key must not mean its default."""
    file = tmp_path / "ledger.toml"
    file.write_text(text)

    with pytest.raises(BadInput, match="bad_settings"):
        read_settings(LedgerSettings, file)
