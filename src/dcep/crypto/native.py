"""The Rust crate `dcep-crypto`: one of the two doors to `dcep._core`, the other is the ledger's."""

from __future__ import annotations

from dcep._core import (
    key_acceptable,
    merkle_root,
    p256_signature_from_der,
    public_key,
    sign,
    sign_batch,
    verify,
    verify_batch,
)

__all__ = [
    "key_acceptable",
    "merkle_root",
    "p256_signature_from_der",
    "public_key",
    "sign",
    "sign_batch",
    "verify",
    "verify_batch",
]
