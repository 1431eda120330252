"""Whom an institution believes: the root that it was given, the certificates under it, less those that were taken back.

`resolve` gives the signer of a request its name (dcep.messages.http_signatures). Why nobody stands behind a keyid has a
stable code of its own.
"""

from __future__ import annotations

from cryptography import x509

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.identity.authority import BadRevocations, is_issued_by, read_revocations, read_root
from dcep.identity.certificates import BadCertificate, Institution, hostile, institution_of, moment


class Untrusted(BadInput):
    """Nobody who is believed stands behind this certificate; the code says why."""


class TrustStore:
    """The certificates of institutions under one root.

    Args:
        root: the root certificate, PEM.

    Raises:
        BadCertificate: it is no root.
    """

    def __init__(self, root: bytes) -> None:
        self._root = read_root(root)
        self._known: dict[str, Institution] = {}
        self._revoked: frozenset[str] = frozenset()
        self._number = -1
        # When the list that is known has to be followed by another; None before the first.
        self.next_list_at: UnixMs | None = None

    @property
    def root_ends_at(self) -> UnixMs:
        """The moment at which the root itself ends, and with it everything under it."""
        return moment(self._root.not_valid_after_utc)

    def knows(self, keyid: str) -> bool:
        """Say whether a certificate with this serial was added, whatever became of it."""
        return keyid in self._known

    @property
    def institutions(self) -> tuple[Institution, ...]:
        """Every certificate that was added and not taken back, by its end."""
        standing = (each for keyid, each in self._known.items() if keyid not in self._revoked)
        return tuple(sorted(standing, key=lambda each: (each.ends_at, each.keyid)))

    def add(self, certificate: bytes) -> Institution:
        """Believe a certificate from now on; an institution may have several.

        Raises:
            BadCertificate: it is none, or not as the centre writes them.
            Untrusted: `foreign_certificate`, another authority has issued it.
        """
        with hostile(certificate):
            read = x509.load_pem_x509_certificate(certificate)
            if not is_issued_by(read, self._root):
                raise Untrusted("foreign_certificate", "the certificate was not issued by the authentication centre")
            institution = institution_of(read)
        known = self._known.setdefault(institution.keyid, institution)
        if known != institution:
            raise BadCertificate("another certificate has the same serial")
        return institution

    def take_back(self, revocations: bytes) -> None:
        """Take the centre's list of certificates that it has taken back; the same or a newer one than before.

        Raises:
            BadRevocations: it cannot be read, is another authority's or an older one.
        """
        told = read_revocations(revocations, self._root)
        if told.number < self._number:
            raise BadRevocations("it is older than the one that is known")
        self._number, self._revoked = told.number, frozenset(f"{serial:x}" for serial in told.revoked)
        self.next_list_at = told.next_at

    def resolve(self, keyid: str, now: UnixMs) -> Institution:
        """Return the institution whose certificate has this serial, if it counts now.

        Raises:
            Untrusted: `unknown_certificate`, `certificate_revoked`, `certificate_not_yet_valid`, `certificate_expired`.
        """
        institution = self._known.get(keyid)
        if institution is None:
            raise Untrusted("unknown_certificate", "no certificate with this serial is known")
        if keyid in self._revoked:
            raise Untrusted("certificate_revoked", "the certificate was taken back")
        if now < institution.starts_at:
            raise Untrusted("certificate_not_yet_valid", "the certificate does not count yet")
        # The last second belongs to it (RFC 5280, section 4.1.2.5).
        if now // 1_000 > min(institution.ends_at, self.root_ends_at) // 1_000:
            raise Untrusted("certificate_expired", "the certificate has ended", next_step="ask the centre for the next")
        return institution
