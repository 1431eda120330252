"""A certificate is renewed before it ends, by an institution and the centre that stand on one machine.

1. The institution makes its next key beside the one that it uses, and asks for a certificate of it.
2. The centre issues it, and gives it to everybody: whoever is asked knows the certificate before anybody signs with it.
3. The institution puts key and certificate in the place of the last ones. What it has signed with those counts on.

Whatever a kill leaves behind is renewed again at the next turn: a next key that nobody asked for, a certificate that
nobody uses, or a key without its certificate.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dcep.clock import DAY_MS, UnixMs
from dcep.crypto.keys import new_seed
from dcep.crypto.suites import Signer
from dcep.durable import flush_folder
from dcep.errors import BadInput
from dcep.identity.centre import Centre
from dcep.identity.certificates import Subject
from dcep.identity.files import write_whole
from dcep.identity.papers import read_pair
from dcep.identity.requests import make_request

# A certificate counts for a month and is renewed ten days before its end: a machine may be away for a week.
CERTIFICATE_DAYS: Final = 30
RENEW_DAYS: Final = 10
# A certificate counts a little before it was issued: a clock that is behind must not refuse the newest.
EARLIER_MS: Final = 300_000
_SERIAL_SIZE: Final = 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An institution, or those who work at one, and where their key and certificate lie."""

    subject: Subject
    key: Path
    certificate: Path


class Renewal:
    """Sees to the certificates of parties, and to the centre's list.

    Args:
        centre: of the same machine.
        trust: the folder from which everybody reads whom to believe.
        random: return so many bytes that nobody can foresee.
    """

    def __init__(self, centre: Centre, trust: Path, random: Callable[[int], bytes]) -> None:
        self._centre, self._trust, self._random = centre, trust, random

    def see_to(self, parties: list[Party], *, now: UnixMs) -> list[Party]:
        """Renew what ends within RENEW_DAYS, or is not there, and return whose certificates are new."""
        due = [party for party in parties if not self._lasts(party, now)]
        for party in due:
            self.renew(party, now=now)
        promised = self._centre.trust.next_list_at
        if promised is None or promised - now < RENEW_DAYS * DAY_MS:
            self._centre.renew_list(now=now)
        self._centre.publish(self._trust)
        return due

    def renew(self, party: Party, *, now: UnixMs) -> None:
        """Give a party the certificate of a new key."""
        # 1.
        party.key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        seed = party.key.with_suffix(".next")
        seed.unlink(missing_ok=True)
        request = make_request(Signer(new_seed(seed)), party.subject)
        # 2.
        certificate = issue(self._centre, request, party.subject, now=now, random=self._random)
        self._centre.publish(self._trust)
        # 3.
        seed.replace(party.key)
        flush_folder(party.key.parent)
        write_whole(party.certificate, certificate)

    def _lasts(self, party: Party, now: UnixMs) -> bool:
        with suppress(BadInput):
            institution = read_pair(party.key, party.certificate).institution
            # Known to this centre: one of a folder that was copied from elsewhere is not.
            self._centre.trust.resolve(institution.keyid, now)
            return institution.subject == party.subject and institution.ends_at - now >= RENEW_DAYS * DAY_MS
        return False


def issue(
    centre: Centre,
    request: bytes,
    subject: Subject,
    *,
    now: UnixMs,
    random: Callable[[int], bytes],
    days: int = CERTIFICATE_DAYS,
) -> bytes:
    """Return a certificate that everybody can believe now, PEM.

    Raises:
        BadInput: as `Centre.issue`.
    """
    return centre.issue(request, subject, now=UnixMs(now - EARLIER_MS), days=days, serial=serial_of(random))


def serial_of(random: Callable[[int], bytes]) -> int:
    """Return a serial that nobody can foresee."""
    return 1 + int.from_bytes(random(_SERIAL_SIZE))
