"""Requests for a certificate (PKCS #10): an institution makes its own key, and proves by a signature that it has it."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from dcep.crypto.suites import Signer, require_ed25519
from dcep.errors import BadInput
from dcep.identity.certificates import BadCertificate, Subject, hostile, key_of, name_of, subject_of


def private_key(signer: Signer) -> Ed25519PrivateKey:
    """Return a signer's key as the X.509 library takes it.

    Raises:
        UnsupportedSuite: it is not of Ed25519.
    """
    require_ed25519(signer)
    return Ed25519PrivateKey.from_private_bytes(signer.seed)


def make_request(signer: Signer, subject: Subject) -> bytes:
    """Return the request of an institution for a certificate of its key, PEM."""
    request = x509.CertificateSigningRequestBuilder().subject_name(name_of(subject)).sign(private_key(signer), None)
    return request.public_bytes(Encoding.PEM)


def read_request(pem: bytes, subject: Subject) -> x509.CertificateSigningRequest:
    """Return a request that this institution has made with its own key.

    Args:
        subject: who asks, as the centre has found out for itself.

    Raises:
        BadInput: `bad_certificate_request`: it cannot be read, is of somebody else, asks for more than a certificate,
            or its maker does not have the key.
    """
    try:
        with hostile(pem):
            request = x509.load_pem_x509_csr(pem)
            named = subject_of(request.subject)
            key_of(request.public_key())
            is_proven, asks_for_more = request.is_signature_valid, len(request.attributes) > 0
    except BadCertificate as error:
        raise _refused(error.message) from error
    if not is_proven:
        raise _refused("whoever made it does not have the key")
    if named != subject:
        raise _refused("it names another institution")
    if asks_for_more:
        raise _refused("it asks for more than a certificate")
    return request


def _refused(message: str) -> BadInput:
    return BadInput("bad_certificate_request", f"the request for a certificate: {message}")
