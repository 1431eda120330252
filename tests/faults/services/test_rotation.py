"""Certificates and lists change under running processes: nobody is refused who counts, nobody served who does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, Final

import pytest

from dcep.clock import DAY_MS, UnixMs
from dcep.errors import Unavailable
from dcep.identity.renewal import CERTIFICATE_DAYS, issue
from dcep.identity.requests import make_request
from dcep.ids import TIER1
from dcep.messages.commands.governance import Workers
from dcep.messages.layout import Key, Version
from dcep.messages.outcomes import Status
from dcep.messages.receipts import verify
from dcep.money import Fen
from dcep.services import machine
from dcep.services.settings import signer_in
from dcep.simulation.economy import require_settled
from tests.institutions import LEDGER, ONE, TWO
from tests.street import SHARD, Town, key, later, town

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
    with pytest.raises(Unavailable, match="certificate_expired"):
        place.line(by=LEDGER).crossing(TIER1)
    place.new_wallets(place.line(by=ONE), 1, Fen(1))
    place.institutions.renew(LEDGER)

    _until(lambda: _health(place)["ready"], "the renewed certificate is not taken")
    _until(lambda: "relay: again as it should be" in place.shard.log.read_text(), "the relay stands still")


@pytest.mark.long
def test_a_workers_key_is_replaced_by_an_order_of_the_board_and_a_start(place: Town) -> None:
    """Both keys stand on the list until the new one writes; then a process with the old one writes nothing and ends."""
    wallet = place.new_wallets(place.line(), 1, Fen(10))[0]
    new = key("the next worker of the shard")

    _put_on_list(place, Version(1), Key(key("shard").public), Key(new.public))
    place.shard.stop()
    (place.data / "keys" / "shard").write_bytes(new.seed)
    place.shard.start()
    wire = wallet.pay(place.bakery, Fen(1), expires_at=later())
    answer = place.line().submit([wire])[0]
    receipt = place.line().receipt_of(wire, answer)
    _put_on_list(place, Version(2), Key(new.public))
    place.shard.stop()
    (place.data / "keys" / "shard").write_bytes(key("shard").seed)
    place.shard.start(wait=False)
    ended = place.shard.wait()
    (place.data / "keys" / "shard").write_bytes(new.seed)
    place.shard.start()

    assert verify(receipt, place.network, [Key(new.public)]).outcome.status is Status.SETTLED
    assert ended == Unavailable.exit_code
    assert "not_a_worker" in place.shard.log.read_text()
    assert place.line().submit([wallet.pay(place.bakery, Fen(1), expires_at=later())])[0].outcome.is_final


def _put_on_list(place: Town, replaces: Version, *keys: Key) -> None:
    """Let the officers replace the list of the shard's workers, and wait until the shard has heard it."""
    order = Workers(ledger=SHARD, replaces=replaces, keys=keys)
    proposal = place.issuing_vault.order(order, expires_at=later())
    require_settled(place.line(TIER1).submit([place.approved(proposal)]))
    _until(lambda: place.line().standing().workers == replaces + 1, "the shard has not heard of the list")


def test_a_certificate_that_is_taken_back_opens_nothing_from_then_on(place: Town) -> None:
    """The list reaches every process by its folder; the bank's next certificate opens as before."""
    line = place.line(by=TWO)
    served = line.account(place.bakery)

    place.institutions.centre.revoke(place.institutions.papers(TWO).institution.keyid, now=machine.now())
    place.institutions.centre.publish(place.institutions.trust)

    with pytest.raises(Unavailable, match="certificate_revoked"):
        line.account(place.bakery)
    place.institutions.renew(TWO)
    assert line.account(place.bakery) == served is None
