"""Suite 1 beyond its face: what secure elements and Java write as DER becomes the form that stands in messages."""

from __future__ import annotations

from dcep.crypto import native
from dcep.crypto.suites import BadSignature


def raw_signature(der: bytes) -> bytes:
    """Return r ‖ s, 64 bytes, of a DER signature; browsers write this form themselves.

    Raises:
        BadSignature: the bytes are not the one DER encoding of two numbers from 1 to n - 1.

    Source: SEC 1, section C.5; IEEE P1363 for the result.
    """
    signature = native.p256_signature_from_der(der)
    if signature is None:
        raise BadSignature
    return signature
