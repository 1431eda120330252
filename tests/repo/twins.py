"""Which folders are twins: the same law in Rust and in Python, file by file under one name."""

from __future__ import annotations

from typing import Final

# Rust folder: Python folder.
TWINS: Final = {
    "rust/messages/src": "src/dcep/messages",
    "rust/engine/src": "src/dcep/ledger/engine",
}

# Files that only one of the two has, and why the other needs none.
RUST_ONLY: Final[dict[str, str]] = {
    "rust/engine/src/consumed": "rows of the history's index by whole frames: dcep.ledger.native calls it",
    "rust/engine/src/index": "the open-addressing table that Python has as dict",
    "rust/messages/src/clock": "twin of dcep.clock: the lowest crate holds the values that everybody uses",
    "rust/messages/src/ids": "twin of dcep.ids, likewise",
    "rust/messages/src/intake": "whole batches of signatures, for both engines: dcep.ledger.native calls it",
    "rust/messages/src/money": "twin of dcep.money, likewise",
}
PYTHON_ONLY: Final[dict[str, str]] = {
    "src/dcep/messages/http_signatures/nonces": "requests between institutions; no ledger hears of them",
    "src/dcep/messages/http_signatures/requests": "likewise",
    "src/dcep/messages/http_signatures/syntax": "likewise",
    "src/dcep/messages/reports/holdings": "between institutions; a ledger sees none",
    "src/dcep/messages/reports/draws": "likewise",
    "src/dcep/messages/reports/gate": "likewise",
    "src/dcep/messages/reports/scores": "likewise",
    "src/dcep/messages/reports/sealing": "likewise",
    "src/dcep/messages/receipts": "checked by those who hold them; a ledger asks for none",
    "src/dcep/messages/worker_lists": "followed by those who hold receipts; a ledger has its list in its state",
    "src/dcep/messages/merchants/pairing_codes": "read off one till and typed at another; a ledger sees the policy",
    "src/dcep/messages/merchants/refund_codes": "a wish of who would be paid back; a ledger sees the refund only",
    "src/dcep/messages/merchants/emv": "the form of a wish; a ledger sees the payment only",
    "src/dcep/messages/merchants/requests": "a wish of who wants to be paid; a ledger sees the payment only",
    "src/dcep/messages/signatory": "those who sign are no part of a ledger",
    "src/dcep/messages/merchants/webhooks": "what operators tell merchants; no ledger hears it",
}

# What a page knows of the protocol, under web/shared/protocol, and the Python file whose names and order it has.
WEB: Final = "web/shared/protocol"
WEB_TWINS: Final = {
    "codes": "src/dcep/messages/merchants/requests.py",
    "commands": "src/dcep/messages/kinds.py",
    "conditions": "src/dcep/messages/commands/conditions.py",
    "proofs/genesis": "src/dcep/messages/genesis.py",
    "proofs/headers": "src/dcep/messages/headers.py",
    "http_signatures": "src/dcep/messages/http_signatures/requests.py",
    "ids": "src/dcep/ids.py",
    "layout": "src/dcep/messages/layout.py",
    "proofs/merkle": "src/dcep/crypto/merkle.py",
    "money": "src/dcep/money.py",
    "proofs/outcomes": "src/dcep/messages/outcomes.py",
    "pairing_codes": "src/dcep/messages/merchants/pairing_codes.py",
    "policies": "src/dcep/messages/policies.py",
    "proofs/receipts": "src/dcep/messages/receipts.py",
    "proofs/worker_lists": "src/dcep/messages/worker_lists.py",
    "refund_codes": "src/dcep/messages/merchants/refund_codes.py",
    "refusals": "src/dcep/messages/refusals.py",
    "signed": "src/dcep/messages/signed.py",
    "suites": "src/dcep/crypto/suites.py",
}
WEB_ONLY: Final[dict[str, str]] = {
    "bytes": "hex, base64 and SHA-256, which Python's standard library has",
    "slots": "which device signs on which lane: pages alone let a device in or take it out",
}
