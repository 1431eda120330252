"""Receipts: a command, its outcome, and the path to a signed header. The wallet checks one alone.

1. The header's worker is one that the wallet trusts for this ledger (from the genesis, or a newer worker list).
2. Its signature over the header holds.
3. The leaf (command id, outcome) and the path lead to the header's outcomes root.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from dcep.crypto import merkle
from dcep.crypto.suites import BadSignature, require_signature
from dcep.ids import NetworkId
from dcep.messages import layout
from dcep.messages.headers import SignedHeader, decode_signed_header
from dcep.messages.layout import Blob, Count, Hash, Key, Malformed
from dcep.messages.outcomes import Outcome, decode_outcome, leaf
from dcep.messages.signed import Command, decode

TAG: Final = b"drec"
VERSION: Final = 1


class BadReceipt(ValueError):
    """A receipt that proves nothing; the message says which of the three checks failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a payer keeps and a merchant may ask for; `command` is its wire."""

    command: Blob
    outcome: Blob
    index: Count
    path: tuple[Hash, ...]
    header: Blob


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """What a receipt proves: this command had this outcome on the ledger that signed the header."""

    command: Command
    outcome: Outcome
    header: SignedHeader


def encode_receipt(receipt: Receipt) -> bytes:
    """Return the receipt's bytes."""
    return TAG + bytes((VERSION,)) + layout.encode(receipt)


def encode_parts(command: bytes, outcome: bytes, index: int, path: Iterable[bytes], header: bytes) -> bytes:
    """Return the bytes of the receipt with these parts, without the record: a ledger makes one for each answer."""
    siblings = list(path)
    parts = (
        TAG,
        bytes((VERSION,)),
        len(command).to_bytes(2),
        command,
        len(outcome).to_bytes(2),
        outcome,
        index.to_bytes(4),
        bytes((len(siblings),)),
        *siblings,
        len(header).to_bytes(2),
        header,
    )
    return b"".join(parts)


def decode_receipt(data: bytes) -> Receipt:
    """Return the receipt with these bytes; nothing is verified here."""
    if data[:5] != TAG + bytes((VERSION,)):
        raise Malformed("not a receipt of this version")
    return layout.decode(Receipt, data[5:])


def verify(receipt: Receipt, network: NetworkId, workers: Collection[Key]) -> Proven:
    """Return what the receipt proves to a holder who trusts these worker keys.

    Raises:
        BadReceipt: it proves nothing.
    """
    try:
        command = decode(receipt.command, network)
        outcome = decode_outcome(receipt.outcome)
        signed = decode_signed_header(receipt.header)
    except Malformed as error:
        raise BadReceipt(f"malformed: {error}") from error
    header = signed.header

    # 1. A worker that the holder trusts.
    if header.network != network or header.worker not in workers:
        raise BadReceipt("the header is not signed by a worker of this network")
    # 2. Its signature.
    message = signed.signed_message()
    try:
        require_signature(*message)
    except BadSignature as error:
        raise BadReceipt("the worker's signature does not hold") from error
    # 3. The path.
    start = merkle.leaf_hash(leaf(command.id, outcome))
    try:
        root = merkle.root_from_path(start, receipt.index, header.count, receipt.path)
    except merkle.BadPath as error:
        raise BadReceipt("the path has an impossible shape") from error
    if root != header.outcomes_root:
        raise BadReceipt("the path does not lead to the header")
    return Proven(command=command, outcome=outcome, header=signed)
