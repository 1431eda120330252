"""Signed headers: what a worker says of the ledger after a frame, and what everybody can hold it to.

Two headers of one (ledger, seq) with different contents are a proof of equivocation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dcep.clock import UnixMs
from dcep.crypto.suites import SignedMessage, Suite
from dcep.ids import LedgerId, NetworkId
from dcep.messages import layout
from dcep.messages.layout import Count, Hash, Key, Malformed, Number, Reader, Seq, Sum, Version

TAG: Final = b"dhdr"
VERSION: Final = 1
_SIGNATURE_SIZE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What has gone to a peer and come from it since the beginning: messages and fen."""

    peer: LedgerId
    sent: Number
    sent_fen: Sum
    received: Number
    received_fen: Sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The ledger after frame `seq`: folded time, head, root over (command, outcome) of the frame, and its books.

    `total` is the money on this ledger. `vault_high` and `vault_used` are the window of the issuing vault's lane to
    this shard; the versions are those in force here.
    """

    network: NetworkId
    ledger: LedgerId
    seq: Seq
    time: UnixMs
    head: Hash
    outcomes_root: Hash
    count: Count
    total: Sum
    vault_high: Number
    vault_used: Number
    board: Version
    workers: Version
    rules: Version
    flows: tuple[Flow, ...]
    worker: Key

    def flow(self, peer: LedgerId) -> Flow | None:
        """Return the flow between this ledger and a peer, or None if there is no channel."""
        return next((flow for flow in self.flows if flow.peer == peer), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHeader:
    """A header and its worker's signature."""

    header: Header
    signature: bytes

    def encode(self) -> bytes:
        """Return the header's bytes and the signature."""
        return encode_header(self.header) + self.signature

    def signed_message(self) -> SignedMessage:
        """Return the signature with its key and message, to be verified."""
        message = encode_header(self.header)
        return SignedMessage(suite=Suite.ED25519, key=self.header.worker, message=message, signature=self.signature)


def encode_header(header: Header) -> bytes:
    """Return the bytes that the worker signs."""
    return TAG + bytes((VERSION,)) + layout.encode(header)


def read_signed_header(reader: Reader) -> SignedHeader:
    """Take one signed header off the reader; its signature is not verified here."""
    if reader.take(5) != TAG + bytes((VERSION,)):
        raise Malformed("not a header of this version")
    header = layout.read(Header, reader)
    return SignedHeader(header=header, signature=reader.take(_SIGNATURE_SIZE))


def decode_signed_header(data: bytes) -> SignedHeader:
    """Return the signed header with these bytes; Malformed if there is none."""
    reader = Reader(data)
    header = read_signed_header(reader)
    reader.finish()
    return header


def is_equivocation(one: SignedHeader, other: SignedHeader) -> bool:
    """Return whether two verified headers of one place say different things."""
    a, b = one.header, other.header
    return (a.network, a.ledger, a.seq) == (b.network, b.ledger, b.seq) and a != b
