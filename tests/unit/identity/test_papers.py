"""What an institution signs with: a pair that belongs together, renewed under its hands."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcep.clock import DAY_MS, UnixMs
from dcep.crypto.keys import new_seed
from dcep.errors import BadInput
from dcep.identity.centre import LIST_DAYS
from dcep.identity.folder import TrustFolder
from dcep.identity.member import Member
from dcep.identity.papers import WARNING_DAYS, Papers, read_pair
from dcep.identity.renewal import RENEW_DAYS, Renewal
from dcep.services import machine
from tests.institutions import LEDGER, ONE, Institutions
from tests.unit.identity.test_reception import Clock
from tests.unit.identity.town import NOW, days


@pytest.fixture
def clock() -> Clock:
    """Return the clock of everybody."""
    return Clock()


@pytest.fixture
def institutions(tmp_path: Path, clock: Clock) -> Institutions:
    """Return a centre and its institutions."""
    return Institutions(tmp_path, clock)


def _keyid(papers: Papers) -> str:
    return papers.institution.keyid


def test_a_certificate_that_comes_before_its_key_is_not_used(institutions: Institutions) -> None:
    """Files are replaced one after the other: until both are there the last pair signs, and that is told."""
    papers, party = institutions.papers(ONE), institutions.party(ONE)
    before, seed = _keyid(papers), party.key.read_bytes()
    institutions.renew(ONE)
    key = party.key.read_bytes()

    party.key.write_bytes(seed)
    between, warned = _keyid(papers), papers.warnings()
    party.key.write_bytes(key)
    after = _keyid(papers)

    assert between == before != after
    assert (warned, papers.warnings()) == (["certificate_unusable"], [])


def test_papers_that_do_not_belong_together_are_refused_at_the_start(institutions: Institutions) -> None:
    """Every request would be refused; it is said before the first."""
    one, other = institutions.party(ONE), institutions.party(LEDGER)
    for subject in (ONE, LEDGER):
        institutions.papers(subject)

    with pytest.raises(BadInput, match="other_key"):
        read_pair(one.key, other.certificate)
    with pytest.raises(BadInput, match="bad_key_file"):
        read_pair(one.key.with_name("none"), one.certificate)
    with pytest.raises(BadInput, match=r"none\.pem"):
        read_pair(one.key, one.certificate.with_name("none.pem"))


def test_the_end_of_a_certificate_is_named_before_and_after(institutions: Institutions, clock: Clock) -> None:
    """Somebody has time to see to it."""
    papers, member = institutions.papers(ONE), _member(institutions, clock)
    begin, end = papers.institution.starts_at, papers.institution.ends_at
    warned = end - WARNING_DAYS * DAY_MS

    told = []
    for moment in (begin, warned, warned + 1, end, end + 1_000, begin - 1):
        clock.now = UnixMs(moment)
        told.append((member.missing(), [name for name in member.warnings() if name.startswith("certificate")]))

    assert told == [
        ([], []),
        ([], []),
        ([], ["certificate_ends_soon"]),
        ([], ["certificate_ends_soon"]),
        (["certificate_expired"], []),
        (["certificate_not_yet_valid"], []),
    ]


def test_a_process_knows_that_its_certificate_was_taken_back(institutions: Institutions, clock: Clock) -> None:
    """Or never given to anybody: it says so before others refuse it."""
    member = _member(institutions, clock)
    keyid = _keyid(institutions.papers(ONE))

    institutions.centre.revoke(keyid, now=NOW)
    institutions.centre.publish(institutions.trust)
    taken_back = member.missing()
    (institutions.trust / "issued" / f"{keyid}.pem").unlink()

    assert taken_back == ["certificate_revoked"]
    assert _member(institutions, clock).missing() == ["unknown_certificate"]


def test_a_process_that_asks_nobody_lacks_no_papers(institutions: Institutions, clock: Clock) -> None:
    """But nobody is believed there when the root has ended."""
    member = Member(TrustFolder(institutions.trust), "http://tier1", None, clock)

    before = member.missing()
    clock.now = days(3_650)

    assert (before, member.missing()) == ([], ["root_expired"])


def _member(institutions: Institutions, clock: Clock) -> Member:
    return Member(TrustFolder(institutions.trust), "http://one", institutions.papers(ONE), clock)


def test_what_ends_soon_is_renewed_and_nothing_else(institutions: Institutions, clock: Clock, tmp_path: Path) -> None:
    """Ten days before the end, also when a turn was missed; the list before it is missed."""
    centre, party = institutions.centre, institutions.party(ONE)
    renewal = Renewal(centre, institutions.trust, machine.random_bytes)
    papers = institutions.papers(ONE)
    parties = [party, institutions.party(LEDGER)]

    made = renewal.see_to(parties, now=NOW)
    due = papers.institution.ends_at - RENEW_DAYS * DAY_MS
    idle = renewal.see_to(parties, now=UnixMs(due))
    clock.now = UnixMs(due + 1_000)
    before = _keyid(papers)
    renewed = renewal.see_to(parties, now=clock.now)
    late = renewal.see_to(parties, now=days(200))

    assert [each.subject for each in made] == [LEDGER]
    assert (idle, [each.subject for each in renewed], late) == ([], [ONE, LEDGER], parties)
    assert _keyid(papers) != before
    assert centre.trust.next_list_at == days(200 + LIST_DAYS)
    assert (tmp_path / "trust" / "revoked.pem").read_bytes() == centre.revocations


@pytest.mark.parametrize("left_behind", ["next", "key", "certificate", "stranger", "revoked"])
def test_a_renewal_that_was_cut_short_is_gone_through_again(institutions: Institutions, left_behind: str) -> None:
    """A kill may come at every moment; whatever does not count is made anew."""
    papers, party = institutions.papers(ONE), institutions.party(ONE)
    renewal = Renewal(institutions.centre, institutions.trust, machine.random_bytes)
    match left_behind:
        case "next":
            party.key.with_suffix(".next").write_bytes(b"cut")
            party.certificate.unlink()
        case "key":
            party.key.unlink()
            new_seed(party.key)
        case "certificate":
            party.certificate.write_bytes(b"cut")
        case "stranger":
            institutions.papers(LEDGER)
            party.certificate.write_bytes(institutions.party(LEDGER).certificate.read_bytes())
        case _:
            institutions.centre.revoke(_keyid(papers), now=NOW)

    renewed = renewal.see_to([party], now=NOW)
    again = renewal.see_to([party], now=NOW)

    assert (renewed, again) == ([party], [])
    assert read_pair(party.key, party.certificate).institution.subject == ONE
    assert not party.key.with_suffix(".next").exists()
    assert party.key.stat().st_mode & 0o777 == 0o600
