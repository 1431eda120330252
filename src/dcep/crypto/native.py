"""The Rust crate `dcep-crypto`: one of the two doors to `dcep._core`, the other is the ledger's."""

from __future__ import annotations

from dcep._core import (
    ed25519_key_acceptable,
    ed25519_public,
    ed25519_sign,
    ed25519_sign_batch,
    ed25519_verify,
    ed25519_verify_batch,
    merkle_root,
)

__all__ = [
    "ed25519_key_acceptable",
    "ed25519_public",
    "ed25519_sign",
    "ed25519_sign_batch",
    "ed25519_verify",
    "ed25519_verify_batch",
    "merkle_root",
]
