"""What an institution shows: its key and the certificate of it, with which it signs its requests.

1. Key and certificate lie in two files, and are replaced one after the other, the certificate last.
2. Before each signature it is seen whether another certificate lies there. A pair that belongs together is taken at
   once; until there is one, the last counts: no request is left unsigned while files are replaced.
3. Each request has a nonce and a time of its own, also when the same is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from dcep.clock import DAY_MS, UnixMs
from dcep.crypto.keys import read_seed
from dcep.crypto.suites import Signer
from dcep.errors import BadInput
from dcep.identity.certificates import MAX_PEM, BadCertificate, Institution, read_certificate
from dcep.identity.files import Edition, edition_of
from dcep.messages.http_signatures import MAX_AHEAD_S, Request, sign_request

# Whoever has not renewed by then has forgotten it.
WARNING_DAYS: Final = 5
# As far as clocks may differ the other way. Whoever is asked keeps the nonce for as long, and no resend needs more.
LIFE_S: Final = MAX_AHEAD_S
_NONCE_SIZE: Final = 16


class Pair(NamedTuple):
    """A key, the certificate of it, and which file the certificate was."""

    signer: Signer
    institution: Institution
    edition: Edition | None


class Papers:
    """The papers of an institution; threads may share them.

    Args:
        key: the file with the seed of its key.
        certificate: the file with the certificate of that key.
        clock: the time of this process.
        random: return so many bytes that nobody can foresee.

    Raises:
        BadInput: `bad_key_file`, `bad_certificate`; `other_key`: the certificate is of another key.
    """

    def __init__(
        self, key: Path, certificate: Path, *, clock: Callable[[], UnixMs], random: Callable[[int], bytes]
    ) -> None:
        self._key, self._certificate, self._clock, self._random = key, certificate, clock, random
        self._pair = read_pair(key, certificate)
        self._is_unusable = False

    @property
    def institution(self) -> Institution:
        """Whoever signs, as the newest certificate says."""
        return self._newest().institution

    def seal(self, method: str, url: str, body: bytes) -> Mapping[str, str]:
        """Return the headers that sign a request, of this moment and for once."""
        pair = self._newest()
        request = Request(method=method, target=url, body=body)
        # 3.
        nonce = self._random(_NONCE_SIZE).hex()
        keyid = pair.institution.keyid
        return sign_request(request, pair.signer, keyid=keyid, nonce=nonce, now=self._clock(), life_s=LIFE_S)

    def warnings(self) -> list[str]:
        """Return what somebody must see to: `certificate_ends_soon`, `certificate_unusable`."""
        left_ms = self.institution.ends_at - self._clock()
        found = {
            "certificate_ends_soon": 0 <= left_ms < WARNING_DAYS * DAY_MS,
            "certificate_unusable": self._is_unusable,
        }
        return [name for name, is_so in found.items() if is_so]

    # 2.

    def _newest(self) -> Pair:
        if edition_of(self._certificate) != self._pair.edition:
            try:
                self._pair, self._is_unusable = read_pair(self._key, self._certificate), False
            except BadInput:
                self._is_unusable = True
        return self._pair


def read_pair(key: Path, certificate: Path) -> Pair:
    """Return a key and the certificate of it.

    Raises:
        BadInput: `bad_key_file`, `bad_certificate`; `other_key`: the certificate is of another key.
    """
    # First: a file that is replaced while it is read is read again the next time.
    edition = edition_of(certificate)
    signer = Signer(read_seed(key))
    try:
        with certificate.open("rb") as stream:
            institution = read_certificate(stream.read(MAX_PEM + 1))
    except OSError as error:
        raise BadCertificate(f"{certificate} cannot be read: {error.strerror}") from error
    if institution.key != signer.public:
        step = "put key and certificate of the same request there"
        raise BadInput("other_key", "the certificate is of another key", where=str(certificate), next_step=step)
    return Pair(signer, institution, edition)
