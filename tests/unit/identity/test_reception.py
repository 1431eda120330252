"""Who has signed a request to a service: believed once, at one address, for a certificate that counts now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.http.askers import Asked, Part
from dcep.identity.certificates import Kind, Subject
from dcep.identity.papers import Papers
from tests.institutions import COUNTER, LEDGER, ONE, STAFF, Institutions
from tests.unit.identity.town import NOW

_URL: Final = "http://ledger.example:8801"
_ADDRESS: Final = "/v1/accounts/0010000000010007?lane=0"
_CENTRAL_BANK: Final = Subject(name="central bank", kind=Kind.CENTRAL_BANK)
_TIER1: Final = Subject(name="tier1", kind=Kind.TIER1)
_MINUTE_MS: Final = 60_000


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now: UnixMs = NOW

    def __call__(self) -> UnixMs:
        return self.now


class Place:
    """A service that believes the centre's folder, institutions, and the clock of all of them."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.institutions = Institutions(folder, self.clock)
        self.reception = self.institutions.reception(_URL)

    def signed(self, by: Subject = ONE, *, method: str = "GET", url: str = _URL + _ADDRESS, body: bytes = b"") -> Asked:
        """Return a request as it comes, after somebody has signed it."""
        headers = self.institutions.seal(by)(method, url, body)
        return Asked(method=method, address=_ADDRESS, headers=list(headers.items()), body=body)

    def code(self, asked: Asked) -> str:
        """Return why nobody is believed to have signed it."""
        with pytest.raises(BadInput) as caught:
            self.reception.prove(asked)
        return caught.value.code


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a service and those who ask it."""
    return Place(tmp_path)


@pytest.mark.parametrize(
    ("subject", "part"),
    [
        (_CENTRAL_BANK, Part.NETWORK),
        (LEDGER, Part.NETWORK),
        (_TIER1, Part.NETWORK),
        (ONE, Part.OPERATOR),
        (COUNTER, Part.COUNTER),
        (STAFF, Part.STAFF),
    ],
)
def test_what_a_certificate_opens_follows_from_its_subject(place: Place, subject: Subject, part: Part) -> None:
    """Nobody keeps a list of who may what: kind and number were examined when it was issued."""
    asker = place.reception.prove(place.signed(subject))

    assert (asker.name, asker.part, asker.operator) == (subject.name, part, subject.operator)


def test_every_kind_of_certificate_has_its_part() -> None:
    """A kind that was forgotten would be a fault of the service, not a refusal."""
    assert {kind for kind in Kind if kind.is_numbered} == {Kind.OPERATOR, Kind.COUNTER}
    assert len(Kind) == 6


def test_a_request_counts_once(place: Place) -> None:
    """Whoever has overheard it sends the very same again."""
    asked = place.signed()

    place.reception.prove(asked)

    assert place.code(asked) == "bad_request_signature"


def test_each_request_has_a_nonce_of_its_own(place: Place) -> None:
    """The same question in the same millisecond is no repetition."""
    for _ in range(3):
        assert place.reception.prove(place.signed()).name == ONE.name


@pytest.mark.parametrize(
    "url",
    [
        _URL.replace("ledger", "tier1") + _ADDRESS,
        _URL.replace("8801", "8802") + _ADDRESS,
        _URL.replace("http", "https") + _ADDRESS,
        _URL + _ADDRESS.replace("lane=0", "lane=1"),
        _URL + _ADDRESS.replace("0007", "0015"),
    ],
)
def test_what_was_signed_for_another_address_means_nothing_here(place: Place, url: str) -> None:
    """Whoever is asked could else ask others in the name of the asker."""
    assert place.code(place.signed(url=url)) == "bad_request_signature"


@pytest.mark.parametrize(("method", "body"), [("POST", b""), ("GET", b"another")])
def test_another_method_or_body_breaks_the_signature(place: Place, method: str, body: bytes) -> None:
    """What was asked is what was signed."""
    asked = place.signed()

    changed = Asked(method=method, address=asked.address, headers=asked.headers, body=body)

    assert place.code(changed) == "bad_request_signature"


def test_a_request_without_a_signature_is_told_so(place: Place) -> None:
    """Its sender may not know that it must."""
    assert place.code(Asked(method="GET", address=_ADDRESS, headers=[], body=b"")) == "unsigned_request"


@pytest.mark.parametrize("away_ms", [-59_000, 59_000])
def test_a_clock_may_be_a_little_wrong(place: Place, away_ms: int) -> None:
    """A minute ahead or behind; also with the newest certificate."""
    place.clock.now = UnixMs(NOW + away_ms)
    asked = place.signed()
    place.clock.now = NOW

    assert place.reception.prove(asked).name == ONE.name


@pytest.mark.parametrize("away_ms", [-5 * _MINUTE_MS, -_MINUTE_MS, 2 * _MINUTE_MS, 10 * _MINUTE_MS])
def test_a_clock_that_is_wrong_by_minutes_is_told_so(place: Place, away_ms: int) -> None:
    """The answer names the clock or the end of the signature: somebody must see to it."""
    place.institutions.papers(ONE)
    place.clock.now = UnixMs(NOW + away_ms)
    asked = place.signed()
    place.clock.now = NOW

    with pytest.raises(BadInput, match=r"bad_request_signature: .*(clock|ended)"):
        place.reception.prove(asked)


def test_an_expired_certificate_is_told_so(place: Place) -> None:
    """At the second after its last."""
    place.clock.now = UnixMs(place.institutions.papers(ONE).institution.ends_at + 1_000)

    assert place.code(place.signed()) == "certificate_expired"


def test_a_certificate_that_is_renewed_counts_without_a_start(place: Place) -> None:
    """The next request is signed with the new one; what was signed with the old one counts on."""
    before = place.signed()
    keyid = place.institutions.papers(ONE).institution.keyid

    place.institutions.renew(ONE)
    after = place.signed()

    assert place.institutions.papers(ONE).institution.keyid != keyid
    assert {place.reception.prove(asked).name for asked in (before, after)} == {ONE.name}


def test_a_certificate_that_was_taken_back_counts_no_more_at_once(place: Place) -> None:
    """The list reaches the folder, and the next request is refused; whoever else is there is served."""
    place.reception.prove(place.signed())
    place.reception.prove(place.signed(LEDGER))

    place.institutions.centre.revoke(place.institutions.papers(ONE).institution.keyid, now=NOW)
    place.institutions.centre.publish(place.institutions.trust)

    assert place.code(place.signed()) == "certificate_revoked"
    assert place.reception.prove(place.signed(LEDGER)).name == LEDGER.name


def test_a_certificate_that_nobody_gave_here_is_unknown(place: Place, tmp_path: Path) -> None:
    """That of another centre too; one that lies in the folder by mistake is foreign."""
    elsewhere = Institutions(tmp_path / "elsewhere", place.clock)
    headers = elsewhere.seal(ONE)("GET", _URL + _ADDRESS, b"")
    asked = Asked(method="GET", address=_ADDRESS, headers=list(headers.items()), body=b"")
    keyid = elsewhere.papers(ONE).institution.keyid

    unknown = place.code(asked)
    issued = place.institutions.trust / "issued" / f"{keyid}.pem"
    issued.write_bytes((elsewhere.trust / "issued" / f"{keyid}.pem").read_bytes())
    foreign = place.code(asked)

    assert (unknown, foreign) == ("unknown_certificate", "foreign_certificate")


@pytest.mark.parametrize("keyid", ["", "..", "../../root", "/etc/passwd", "A1", "0a", "a" * 41])
def test_a_keyid_that_is_no_serial_leads_to_no_file(place: Place, keyid: str) -> None:
    """It is a stranger's word."""
    asked = place.signed()
    wrong = [(name, value.replace(_keyid(place.institutions.papers), keyid)) for name, value in asked.headers]

    assert place.code(Asked(method="GET", address=_ADDRESS, headers=wrong, body=b"")) == "unknown_certificate"


def _keyid(papers: Callable[[Subject], Papers]) -> str:
    return papers(ONE).institution.keyid
