"""Certificates and lists change under running processes: nobody is refused who counts, nobody served who does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, Final

import pytest

from dcep.clock import DAY_MS, UnixMs
from dcep.errors import BadInput
from dcep.identity.renewal import CERTIFICATE_DAYS, issue
from dcep.identity.requests import make_request
from dcep.ids import TIER1
from dcep.money import Fen
from dcep.services import machine
from dcep.services.settings import signer_in
from tests.institutions import LEDGER, ONE, TWO
from tests.street import Town, town

_PATIENCE_S: Final = 60.0
_ASKERS: Final = 4
_TURNS: Final = 8


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Return a town of real processes, none of which is started again."""
    with town(tmp_path_factory.mktemp("town")) as made:
        made.new_wallets(made.line(), 1, Fen(100))
        yield made


def _until(what: Callable[[], bool], reason: str) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not what():
        assert time.monotonic() < end, reason
        time.sleep(0.02)


def _health(place: Town) -> dict[str, Any]:
    told: dict[str, Any] = place.client.get(f"{place.shard.url}/readyz").json()
    return told


def _expire(place: Town) -> None:
    """Put a certificate in the relay's place that ended a second ago."""
    party = place.institutions.party(LEDGER)
    request = make_request(signer_in(party.key), LEDGER)
    then = UnixMs(machine.now() - CERTIFICATE_DAYS * DAY_MS)
    certificate = issue(place.institutions.centre, request, LEDGER, now=then, random=machine.random_bytes)
    place.institutions.centre.publish(place.institutions.trust)
    party.certificate.write_bytes(certificate)


def test_certificates_are_renewed_while_requests_go_on_and_none_is_refused(place: Town) -> None:
    """A bank asks the shard and the relay asks tier 1 all the while; each gets another key again and again."""
    line, stop = place.line(by=ONE), Event()
    keyids = set()

    def ask() -> int:
        asked = 0
        while not stop.is_set():
            assert line.account(place.bakery) is not None
            asked += 1
        return asked

    with ThreadPoolExecutor(_ASKERS) as pool:
        asking = [pool.submit(ask) for _ in range(_ASKERS)]
        for _ in range(_TURNS):
            for subject in (ONE, LEDGER):
                place.institutions.renew(subject)
                keyids.add(place.institutions.papers(subject).institution.keyid)
            time.sleep(0.1)
        stop.set()
        answered = [each.result(_PATIENCE_S) for each in asking]

    assert len(keyids) == 2 * _TURNS
    assert min(answered) > 0
    assert "relay" not in place.shard.log.read_text()


def test_an_expired_certificate_is_named_by_its_process_until_it_is_renewed(place: Town) -> None:
    """The relay is told why it is refused; money is paid on meanwhile, and no process is started again."""
    place.line(by=LEDGER).crossing(TIER1)
    _expire(place)

    _until(lambda: _health(place)["missing"] == ["certificate_expired"], "nobody sees that it has ended")
    _until(lambda: "certificate_expired" in place.shard.log.read_text(), "the relay does not say why it stands still")
    with pytest.raises(BadInput, match="certificate_expired"):
        place.line(by=LEDGER).crossing(TIER1)
    place.new_wallets(place.line(by=ONE), 1, Fen(1))
    place.institutions.renew(LEDGER)

    _until(lambda: _health(place)["ready"], "the renewed certificate is not taken")
    _until(lambda: "relay: again as it should be" in place.shard.log.read_text(), "the relay stands still")


def test_a_certificate_that_is_taken_back_opens_nothing_from_then_on(place: Town) -> None:
    """The list reaches every process by its folder; the bank's next certificate opens as before."""
    line = place.line(by=TWO)
    served = line.account(place.bakery)

    place.institutions.centre.revoke(place.institutions.papers(TWO).institution.keyid, now=machine.now())
    place.institutions.centre.publish(place.institutions.trust)

    with pytest.raises(BadInput, match="certificate_revoked"):
        line.account(place.bakery)
    place.institutions.renew(TWO)
    assert line.account(place.bakery) == served is None
