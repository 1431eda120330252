"""What a certificate of the authentication centre says: who an institution is, its key, and how long it counts.

X.509 version 3 with Ed25519 keys. The subject is exactly common name (the institution's name), organizational unit (its
kind) and, of an operator and its counter, serial number (the operator's three digits). The certificate's own serial, in
hex, is the `keyid` of the requests that its key signs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import NameOID

from dcep.clock import UnixMs
from dcep.crypto.suites import Suite, acceptable_key
from dcep.errors import BadInput
from dcep.ids import OperatorId
from dcep.messages.layout import Key

MAX_PEM: Final = 16_384
MAX_NAME: Final = 64
# RFC 5280, section 4.1.2.2: positive, at most 20 octets.
MAX_SERIAL: Final = (1 << 159) - 1

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OPERATORS: Final = range(1, 1_000)
# What the library raises of bytes from outside, of which it reads many parts only when asked for them.
_FAULTS: Final = (
    # What the library takes today with a warning, and will refuse: a serial below one, for which see `institution_of`.
    CryptographyDeprecationWarning,
    OverflowError,
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


class BadCertificate(BadInput):
    """The bytes are no certificate of this house."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_certificate", message)


class Kind(StrEnum):
    """What an institution does, or those who work at one."""

    CENTRAL_BANK = "central-bank"
    OPERATOR = "operator"
    LEDGER = "ledger"
    TIER1 = "tier1"
    # Who works at the central bank, and at an operator's counter.
    STAFF = "staff"
    COUNTER = "counter"

    @property
    def is_numbered(self) -> bool:
        """Whether it is one of an operator's, and has the operator's number."""
        return self in (Kind.OPERATOR, Kind.COUNTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who an institution is.

    Args:
        name: printable, 1 to 64 bytes in UTF-8, as X.520 allows a common name.
        operator: its number, 1 to 999; only operators and their counters have one, and every one has.

    Raises:
        BadInput: `bad_institution`.
    """

    name: str
    kind: Kind
    operator: OperatorId | None = None

    def __post_init__(self) -> None:
        if not (self.name.isprintable() and 0 < len(self.name.encode()) <= MAX_NAME):
            raise BadInput("bad_institution", f"a name is printable and has 1 to {MAX_NAME} bytes")
        if self.kind.is_numbered != (self.operator is not None):
            raise BadInput("bad_institution", "an operator and its counter have a number, and nobody else has")
        if self.operator is not None and self.operator not in _OPERATORS:
            raise BadInput("bad_institution", "an operator's number is 1 to 999")


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """Who signs with a key, and from when to when: both moments belong to it, in whole seconds.

    Args:
        keyid: the certificate's serial in lower-case hex, without leading zeros.
    """

    keyid: str
    subject: Subject
    key: Key
    starts_at: UnixMs
    ends_at: UnixMs

    @property
    def suite(self) -> Suite:
        """The suite of its key: certificates are of Ed25519 alone."""
        return Suite.ED25519


def read_certificate(pem: bytes) -> Institution:
    """Return what a certificate says; who has issued it is another question.

    Raises:
        BadCertificate: too long, no X.509, or not as this house writes them.
    """
    with hostile(pem):
        return institution_of(x509.load_pem_x509_certificate(pem))


def institution_of(certificate: x509.Certificate) -> Institution:
    """Return what a certificate says, or raise BadCertificate; inside `hostile`."""
    if may_issue(certificate):
        raise BadCertificate("an institution's certificate may not issue others")
    if certificate.serial_number < 1:
        raise BadCertificate("its serial is no positive number")
    return Institution(
        keyid=f"{certificate.serial_number:x}",
        subject=subject_of(certificate.subject),
        key=key_of(certificate.public_key()),
        starts_at=moment(certificate.not_valid_before_utc),
        ends_at=moment(certificate.not_valid_after_utc),
    )


@contextmanager
def hostile(pem: bytes, *, at_most: int = MAX_PEM) -> Iterator[None]:
    """Let bytes from outside be read in the block, and whatever is wrong with them be a BadCertificate."""
    if len(pem) > at_most:
        raise BadCertificate("it is too long")
    try:
        yield
    except _FAULTS as error:
        raise BadCertificate("it cannot be read") from error


def may_issue(certificate: x509.Certificate) -> bool:
    """Say whether a certificate lets its key issue others."""
    return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def key_of(public: object) -> Key:
    """Return the bytes of an Ed25519 key for which only its holder can sign, or raise BadCertificate."""
    if not isinstance(public, Ed25519PublicKey):
        raise BadCertificate("its key is not of Ed25519")
    key = Key(public.public_bytes_raw())
    if not acceptable_key(Suite.ED25519, key):
        raise BadCertificate("its key is one for which anybody can sign")
    return key


def name_of(subject: Subject) -> x509.Name:
    """Return the X.509 name of an institution."""
    parts = [
        x509.NameAttribute(NameOID.COMMON_NAME, subject.name),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, subject.kind),
    ]
    if subject.operator is not None:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, f"{subject.operator:03}"))
    return x509.Name(parts)


def subject_of(name: x509.Name) -> Subject:
    """Return the institution with this X.509 name, or raise BadCertificate."""
    said = {attribute.oid: str(attribute.value) for attribute in name}
    number = said.get(NameOID.SERIAL_NUMBER)
    try:
        subject = Subject(
            name=said.get(NameOID.COMMON_NAME, ""),
            kind=Kind(said.get(NameOID.ORGANIZATIONAL_UNIT_NAME, "")),
            operator=None if number is None else OperatorId(int(number)),
        )
    except (BadInput, ValueError) as error:
        raise BadCertificate("its subject is no institution") from error
    # Nothing twice, nothing more, no other spelling of a number.
    if name_of(subject) != name:
        raise BadCertificate("its subject is not written as this house writes it")
    return subject


def moment(time: datetime) -> UnixMs:
    """Return the milliseconds of a moment in a certificate."""
    return UnixMs((time - _EPOCH) // timedelta(milliseconds=1))


def second_of(time: UnixMs, *, after_days: int = 0) -> datetime:
    """Return the whole second of a moment, so many days later, as certificates hold it."""
    return _EPOCH + timedelta(seconds=time // 1_000, days=after_days)
