"""The authority: one root key, the certificates that it signs, and the list of those that it has taken back.

1. The root certificate is signed by its own key and handed to every institution once, by a way that they trust.
2. An institution asks with a request that only the holder of its key can make; the centre says who that is, for how
   many days, and under which random serial.
3. A certificate that is taken back before its end stands on the list, which grows and is numbered.

Two certificates of an institution are good side by side: it asks for the next while the last still counts, signs with
either, and never stops. Time, days and randomness are values of the caller.

Source: RFC 5280.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import BadInput
from dcep.identity.certificates import (
    MAX_SERIAL,
    BadCertificate,
    Subject,
    hostile,
    key_of,
    may_issue,
    moment,
    name_of,
    second_of,
)
from dcep.identity.requests import private_key, read_request

MAX_DAYS: Final = 36_500
# Some fifty thousand certificates that were taken back.
MAX_LIST: Final = 4 << 20


class BadRevocations(BadInput):
    """The bytes are no list of this authority."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_revocation_list", f"the list of certificates taken back: {message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The holder of the root key.

    Args:
        root: the root certificate of the signer's key, PEM.
    """

    signer: Signer
    root: bytes

    @classmethod
    def found(cls, signer: Signer, *, name: str, now: UnixMs, days: int, serial: int) -> Self:
        """Return an authority with a new root certificate."""
        key = private_key(signer)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = _usage(issues=True)
        builder = _builder(subject, now=now, days=days, serial=serial).issuer_name(subject)
        builder = builder.public_key(key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        root = builder.add_extension(usage, critical=True).sign(key, None)
        return cls(signer=signer, root=root.public_bytes(Encoding.PEM))

    def __post_init__(self) -> None:
        if key_of(read_root(self.root).public_key()) != self.signer.public:
            raise BadCertificate("the root certificate is of another key")

    def issue(self, request: bytes, subject: Subject, *, now: UnixMs, days: int, serial: int) -> bytes:
        """Return a certificate for the key of a request, PEM.

        Args:
            request: as the institution has made it.
            subject: who the institution is, as the centre has found out for itself.
            days: how long it counts from now.
            serial: random, of 64 bits or more, never used before.

        Raises:
            BadInput: `bad_certificate_request`; `bad_validity`: it would outlive the root, or days or serial are none.
        """
        asked, root = read_request(request, subject), read_root(self.root)
        if second_of(now, after_days=_checked(days)) > root.not_valid_after_utc:
            raise BadInput("bad_validity", "the certificate would outlive the root", next_step="ask for fewer days")
        builder = _builder(name_of(subject), now=now, days=days, serial=serial).issuer_name(root.subject)
        builder = builder.public_key(asked.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(issues=False), critical=True)
        return builder.sign(private_key(self.signer), None).public_bytes(Encoding.PEM)

    def revocations(self, revoked: Mapping[int, UnixMs], *, now: UnixMs, days: int, number: int) -> bytes:
        """Return the list of the certificates that were taken back, PEM.

        Args:
            revoked: when each serial was.
            days: until when a next list is promised.
            number: grows from list to list.
        """
        builder = x509.CertificateRevocationListBuilder().issuer_name(read_root(self.root).subject)
        builder = builder.last_update(second_of(now)).next_update(second_of(now, after_days=_checked(days)))
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
        for serial, time in sorted(revoked.items()):
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(second_of(time))
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(private_key(self.signer), None).public_bytes(Encoding.PEM)


def read_root(pem: bytes) -> x509.Certificate:
    """Return a root certificate: signed by its own key, and allowed to issue.

    Raises:
        BadCertificate: it is none.
    """
    with hostile(pem):
        root = x509.load_pem_x509_certificate(pem)
        key_of(root.public_key())
        if not (may_issue(root) and is_issued_by(root, root)):
            raise BadCertificate("it is no root")
        return root


class Revocations(NamedTuple):
    """What a list says: its number, when each serial was taken back, and until when the next list is promised."""

    number: int
    revoked: dict[int, UnixMs]
    next_at: UnixMs


def read_revocations(pem: bytes, root: x509.Certificate) -> Revocations:
    """Return what a list of this root's certificates that were taken back says.

    Raises:
        BadRevocations: it cannot be read, or another authority has signed it.
    """
    key = root.public_key()
    assert isinstance(key, Ed25519PublicKey), "read_root gives no other"
    try:
        with hostile(pem, at_most=MAX_LIST):
            read = x509.load_pem_x509_crl(pem)
            is_ours = read.issuer == root.subject and read.is_signature_valid(key)
            number = read.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
            revoked = {entry.serial_number: moment(entry.revocation_date_utc) for entry in read}
            if read.next_update_utc is None:
                raise BadCertificate("it promises no next one")
            next_at = moment(read.next_update_utc)
    except BadCertificate as error:
        raise BadRevocations(error.message) from error
    if not is_ours:
        raise BadRevocations("another authority has signed it")
    return Revocations(number, revoked, next_at)


def is_issued_by(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    """Say whether the root's key has signed a certificate in the root's name."""
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def _builder(subject: x509.Name, *, now: UnixMs, days: int, serial: int) -> x509.CertificateBuilder:
    if not 1 <= serial <= MAX_SERIAL:
        raise BadInput("bad_validity", "a serial is a positive number of at most 159 bits")
    builder = x509.CertificateBuilder().subject_name(subject).serial_number(serial)
    return builder.not_valid_before(second_of(now)).not_valid_after(second_of(now, after_days=_checked(days)))


def _checked(days: int) -> int:
    if not 1 <= days <= MAX_DAYS:
        raise BadInput("bad_validity", f"a certificate counts for 1 to {MAX_DAYS} days")
    return days


def _usage(*, issues: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issues,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issues,
        crl_sign=issues,
        encipher_only=False,
        decipher_only=False,
    )
