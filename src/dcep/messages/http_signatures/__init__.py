"""Requests between institutions, signed by RFC 9421."""

from __future__ import annotations

from dcep.messages.http_signatures.nonces import Nonces
from dcep.messages.http_signatures.requests import (
    COVERED,
    MAX_AHEAD_S,
    MAX_LIFE_S,
    Holder,
    Request,
    key_in,
    sign_request,
    verify_request,
)
from dcep.messages.http_signatures.syntax import (
    BadRequestSignature,
    SignatureInput,
    UnsignedRequest,
    content_digest,
    decode_signature_input,
    signature_base,
)

__all__ = [
    "COVERED",
    "MAX_AHEAD_S",
    "MAX_LIFE_S",
    "BadRequestSignature",
    "Holder",
    "Nonces",
    "Request",
    "SignatureInput",
    "UnsignedRequest",
    "content_digest",
    "decode_signature_input",
    "key_in",
    "sign_request",
    "signature_base",
    "verify_request",
]
