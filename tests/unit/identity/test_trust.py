"""Whose key a keyid is: believed, ended, taken back, foreign; and what ends soon."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import BadInput
from dcep.identity.authority import BadRevocations
from dcep.identity.certificates import BadCertificate
from dcep.identity.expiry import forecast
from dcep.identity.trust import TrustStore, Untrusted
from dcep.ids import OperatorId
from dcep.messages.http_signatures import Nonces, Request, sign_request, verify_request
from tests.unit.identity.town import BANK, BANK_KEY, CENTRAL_BANK, NOW, authority, days, issued, store

NEXT_KEY = Signer(b"n" * 32)


def refused(code: str) -> pytest.RaisesExc[Untrusted]:
    """Expect an Untrusted with this code."""
    return pytest.raises(Untrusted, check=lambda error: error.code == code)


def test_a_keyid_leads_to_the_institution_and_its_key() -> None:
    """Who asks is known by name, kind and number: what it may do hangs on them."""
    institution = store(issued(0xA1B)).resolve("a1b", NOW)

    assert (institution.subject, institution.key) == (BANK, BANK_KEY.public)


def test_a_keyid_that_nobody_has_is_unknown() -> None:
    """Another spelling of one that is known is none."""
    trust = store(issued(0xA1B))

    for keyid in ("a1c", "A1B", "0a1b", ""):
        with refused("unknown_certificate"):
            trust.resolve(keyid, NOW)


def test_a_certificate_counts_from_its_first_to_its_last_second() -> None:
    """Both belong to it (RFC 5280); the millisecond after is too late."""
    trust = store(issued(7))

    assert trust.resolve("7", NOW) == trust.resolve("7", UnixMs(days(90) + 999))
    with refused("certificate_not_yet_valid"):
        trust.resolve("7", UnixMs(NOW - 1))
    with refused("certificate_expired"):
        trust.resolve("7", UnixMs(days(90) + 1_000))


def test_nothing_counts_when_the_root_has_ended() -> None:
    """Whoever holds the root alone can say so long before: the forecast names it."""
    short = authority(valid_days=30)
    trust = TrustStore(short.root)
    trust.add(issued(7, by=short, valid_days=30))

    with refused("certificate_expired"):
        trust.resolve("7", UnixMs(days(30) + 1_000))
    assert trust.root_ends_at == days(30)


def test_a_certificate_of_another_authority_is_foreign() -> None:
    """It says the same in the same words, under another root key of the same name."""
    with refused("foreign_certificate"):
        store(issued(7, by=authority(Signer(b"f" * 32))))


def test_a_certificate_that_was_taken_back_counts_no_more() -> None:
    """Also one that is added again afterwards."""
    trust = store(issued(7), issued(8))

    trust.take_back(authority().revocations({7: NOW}, now=NOW, days=30, number=1))
    trust.add(issued(7))

    with refused("certificate_revoked"):
        trust.resolve("7", NOW)
    assert trust.resolve("8", NOW).subject == BANK
    assert [each.keyid for each in trust.institutions] == ["8"]


def test_an_older_list_does_not_bring_a_certificate_back() -> None:
    """A thief would send the list from before his theft was found."""
    trust = store(issued(7))
    trust.take_back(authority().revocations({7: NOW}, now=NOW, days=30, number=2))

    with pytest.raises(BadRevocations):
        trust.take_back(authority().revocations({}, now=NOW, days=30, number=1))

    with refused("certificate_revoked"):
        trust.resolve("7", NOW)


def test_a_serial_stands_for_one_certificate_only() -> None:
    """A second one under the serial is the centre's mistake, and must not replace the first."""
    trust = store(issued(7))

    with pytest.raises(BadCertificate, match="same serial"):
        trust.add(issued(7, subject=CENTRAL_BANK))

    assert trust.resolve("7", NOW).subject == BANK


def test_the_old_and_the_new_certificate_are_good_side_by_side() -> None:
    """Rotation without a stop: an institution signs with either while both count."""
    old, new = issued(7), issued(8, signer=NEXT_KEY, at=days(80))
    trust, nonces = store(old), Nonces()
    request = Request(method="GET", target="https://ledger.example/v1/accounts")

    def ask(signer: Signer, keyid: str, at: UnixMs) -> OperatorId | None:
        headers = sign_request(request, signer, keyid=keyid, nonce=f"{keyid:0>20}-{at}", now=at)
        resolve = partial(trust.resolve, now=at)
        who = verify_request(request, headers.items(), resolve=resolve, nonces=nonces, now=at)
        return who.subject.operator

    before = ask(BANK_KEY, "7", days(79))
    trust.add(new)
    during = [ask(BANK_KEY, "7", days(85)), ask(NEXT_KEY, "8", days(85))]
    after = ask(NEXT_KEY, "8", days(100))

    assert [before, *during, after] == [1, 1, 1, 1]
    with refused("certificate_expired"):
        ask(BANK_KEY, "7", days(100))


def test_the_forecast_names_what_ends_within_the_days() -> None:
    """At the very horizon it is named; what has ended is named too; what lasts is not."""
    other = replace(BANK, name="Bank of the West", operator=OperatorId(2))
    standing = store(
        issued(1, valid_days=10),
        issued(2, subject=other, valid_days=30),
        issued(3, subject=CENTRAL_BANK, valid_days=31),
    ).institutions

    now = forecast(standing, now=NOW, within_days=30)
    later = forecast(standing, now=days(12), within_days=18)

    assert [(ending.institution.keyid, ending.days_left) for ending in now] == [("1", 10), ("2", 30)]
    assert [(ending.institution.keyid, ending.days_left) for ending in later] == [("1", -2), ("2", 18)]


def test_a_certificate_with_a_successor_needs_nobody() -> None:
    """The next one of the same institution lasts beyond the horizon; another institution's is no successor."""
    standing = store(issued(1, valid_days=10), issued(2, valid_days=90), issued(3, subject=CENTRAL_BANK, valid_days=10))

    endings = forecast(standing.institutions, now=NOW, within_days=30)

    assert [(ending.institution.keyid, ending.successor) for ending in endings] == [("1", "2"), ("3", "")]


def test_a_certificate_that_begins_too_late_is_no_successor() -> None:
    """Between the two nobody could sign."""
    standing = store(issued(1, valid_days=10), issued(2, at=days(11), valid_days=90)).institutions

    assert [ending.successor for ending in forecast(standing, now=NOW, within_days=30)] == [""]


def test_a_successor_that_was_taken_back_is_none() -> None:
    """What does not count cannot take over."""
    trust = store(issued(1, valid_days=10), issued(2, valid_days=90))

    trust.take_back(authority().revocations({2: NOW}, now=NOW, days=30, number=1))

    assert [ending.successor for ending in forecast(trust.institutions, now=NOW, within_days=30)] == [""]


def test_what_is_no_root_is_not_believed() -> None:
    """Neither an institution's certificate nor bytes."""
    for wrong in (issued(7), b"", b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"):
        with pytest.raises(BadInput):
            TrustStore(wrong)
