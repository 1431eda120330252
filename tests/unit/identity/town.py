"""A small town of institutions with an authentication centre, for the tests of this room."""

from __future__ import annotations

from typing import Final

from dcep.clock import DAY_MS, UnixMs
from dcep.crypto.suites import Signer
from dcep.identity.authority import Authority
from dcep.identity.certificates import Kind, Subject
from dcep.identity.requests import make_request
from dcep.identity.trust import TrustStore
from dcep.ids import OperatorId

NOW: Final = UnixMs(1_700_000_000_000)
ROOT: Final = Signer(b"r" * 32)
BANK_KEY: Final = Signer(b"b" * 32)
BANK: Final = Subject(name="Bank of the East", kind=Kind.OPERATOR, operator=OperatorId(1))
CENTRAL_BANK: Final = Subject(name="中央银行", kind=Kind.CENTRAL_BANK)


def days(count: int) -> UnixMs:
    """Return the moment so many days after NOW."""
    return UnixMs(NOW + count * DAY_MS)


def authority(signer: Signer = ROOT, *, valid_days: int = 3_650) -> Authority:
    """Return an authority that was founded at NOW."""
    return Authority.found(signer, name="authentication centre", now=NOW, days=valid_days, serial=1)


def issued(
    serial: int,
    *,
    by: Authority | None = None,
    subject: Subject = BANK,
    signer: Signer = BANK_KEY,
    at: UnixMs = NOW,
    valid_days: int = 90,
) -> bytes:
    """Return a certificate of an institution."""
    request = make_request(signer, subject)
    return (by or authority()).issue(request, subject, now=at, days=valid_days, serial=serial)


def store(*certificates: bytes) -> TrustStore:
    """Return what an institution believes that was given these certificates."""
    trust = TrustStore(authority().root)
    for certificate in certificates:
        trust.add(certificate)
    return trust
