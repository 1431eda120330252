"""What institutions show to one another: headers of signed requests, certificates, requests for them, lists, key ids.

Each is believed only as it was signed, or refused in words.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Final

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import BadInput
from dcep.identity.authority import Authority, BadRevocations, read_revocations, read_root
from dcep.identity.certificates import BadCertificate, Institution, Kind, Subject, key_of, read_certificate
from dcep.identity.requests import make_request, read_request
from dcep.identity.trust import TrustStore, Untrusted
from dcep.ids import OperatorId
from dcep.messages.http_signatures import Nonces, Request, sign_request, verify_request
from tests.fuzz.hostile import mutated
from tests.fuzz.target import Target, seeds_of

_NOW: Final = UnixMs(1_700_000_000_000)
_ROOT, _KEY = Signer(b"r" * 32), Signer(b"b" * 32)
_BANK: Final = Subject(name="Bank of the East 东方银行", kind=Kind.OPERATOR, operator=OperatorId(1))
_AUTHORITY: Final = Authority.found(_ROOT, name="centre", now=_NOW, days=3_650, serial=1)
_ASKED: Final = make_request(_KEY, _BANK)
_CERTIFICATE: Final = _AUTHORITY.issue(_ASKED, _BANK, now=_NOW, days=30, serial=0xA1B)
_LIST: Final = _AUTHORITY.revocations({7: _NOW, 9: _NOW}, now=_NOW, days=30, number=3)
_INSTITUTION: Final = read_certificate(_CERTIFICATE)
_REQUEST: Final = Request(method="POST", target="http://bank:8801/v1/orders?a=1", body=b"{}")
_HEADERS: Final = sign_request(_REQUEST, _KEY, keyid=_INSTITUTION.keyid, nonce="n" * 32, now=_NOW)


def _resolve(keyid: str) -> Institution:
    trust = TrustStore(_AUTHORITY.root)
    trust.add(_CERTIFICATE)
    return trust.resolve(keyid, _NOW)


def _check_signed(data: bytes) -> None:
    """The three headers stand behind each other."""
    values = data.decode("latin-1").split("\n")
    try:
        verify_request(_REQUEST, zip(_HEADERS, values, strict=False), resolve=_resolve, nonces=Nonces(), now=_NOW)
    except BadInput:
        return
    assert values[: len(_HEADERS)] == list(_HEADERS.values())


def _check_certificate(data: bytes) -> None:
    try:
        institution = TrustStore(_AUTHORITY.root).add(_pem(data, "CERTIFICATE"))
    except (BadCertificate, Untrusted):
        return
    # Whatever stands around it: what is believed is what was signed.
    assert institution == _INSTITUTION


def _check_request(data: bytes) -> None:
    try:
        asked = read_request(_pem(data, "CERTIFICATE REQUEST"), _BANK)
    except BadInput:
        return
    assert key_of(asked.public_key()) == _KEY.public


def _check_list(data: bytes) -> None:
    try:
        told = read_revocations(_pem(data, "X509 CRL"), read_root(_AUTHORITY.root))
    except BadRevocations:
        return
    assert told.revoked == {7: _NOW, 9: _NOW}


def _check_root(data: bytes) -> None:
    try:
        root = read_root(_pem(data, "CERTIFICATE"))
    except BadCertificate:
        return
    # A bit that its envelope does not use may be anybody's.
    assert root.tbs_certificate_bytes == read_root(_AUTHORITY.root).tbs_certificate_bytes


def _pem(data: bytes, label: str) -> bytes:
    """Return the bytes as they are if they begin as PEM, else within it: what is hostile is inside, too."""
    if data.startswith(b"-----"):
        return data
    return f"-----BEGIN {label}-----\n".encode() + b64encode(data) + f"\n-----END {label}-----\n".encode()


def _inside(pem: bytes) -> bytes:
    return b64decode(b"".join(pem.splitlines()[1:-1]))


_CHECKS: Final = {
    "certificate": (_CERTIFICATE, _check_certificate),
    "certificate-request": (_ASKED, _check_request),
    "revocation-list": (_LIST, _check_list),
    "root": (_AUTHORITY.root, _check_root),
}
TARGETS: Final = [
    Target(
        name="signed-request",
        group="codecs",
        inputs=mutated(seeds_of("signed-request", ["\n".join(_HEADERS.values()).encode()])),
        check=_check_signed,
    ),
    *(
        Target(name=name, group="codecs", inputs=mutated(seeds_of(name, [pem, _inside(pem)])), check=check)
        for name, (pem, check) in _CHECKS.items()
    ),
]
