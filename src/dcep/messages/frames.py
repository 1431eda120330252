"""Frames: what the log holds, and the chain of heads that a reader computes over them.

The worker signs (tag, network, ledger, worker, time, SHA-256(body)), not the place: a signed frame may stand in the log
any number of times. The place is in the head:
head(n) = SHA-256(tag ‖ network ‖ ledger ‖ n ‖ time ‖ SHA-256(body) ‖ head(n-1)).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.ids import LedgerId, NetworkId
from dcep.messages.layout import Hash, Key, Malformed, Seq

SIGNATURE_TAG: Final = b"dfrm"
HEAD_TAG: Final = b"dhea"
# The head before the first frame; frames count from 1.
FIRST_HEAD: Final = Hash(bytes(32))
MAX_BODY: Final = 1 << 20
MAX_RECORD: Final = 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A signed batch of records; its place in the log is the reader's count.

    `content` is SHA-256(body): the worker's signature and every head need it, and it is computed once.
    """

    network: NetworkId
    ledger: LedgerId
    worker: Key
    time: UnixMs
    body: bytes
    signature: bytes
    content: Hash = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "content", Hash(hashlib.sha256(self.body).digest()))

    @property
    def signed_part(self) -> bytes:
        """The bytes that the worker signs."""
        place = self.network + self.ledger.to_bytes(2) + self.worker + self.time.to_bytes(8)
        return SIGNATURE_TAG + place + self.content


def sign_frame(network: NetworkId, ledger: LedgerId, signer: Signer, time: UnixMs, body: bytes) -> Frame:
    """Return a frame with its worker's signature."""
    worker = Key(signer.public)
    frame = Frame(network=network, ledger=ledger, worker=worker, time=time, body=body, signature=b"")
    # Nobody else has seen the frame yet; a copy would hash its body again.
    object.__setattr__(frame, "signature", signer.sign(frame.signed_part))
    return frame


def next_head(frame: Frame, seq: Seq, previous: Hash) -> Hash:
    """Return head(seq), where `previous` is head(seq - 1)."""
    place = frame.network + frame.ledger.to_bytes(2) + seq.to_bytes(8) + frame.time.to_bytes(8)
    return Hash(hashlib.sha256(HEAD_TAG + place + frame.content + previous).digest())


def join(records: Iterable[bytes]) -> bytes:
    """Return the body of a frame: each record behind its length (u16)."""
    return b"".join(len(record).to_bytes(2) + record for record in records)


def split(body: bytes) -> list[bytes]:
    """Return the records of a frame's body.

    Raises:
        Malformed: the lengths do not add up.
    """
    records, at, end = [], 0, len(body)
    while at < end:
        size = int.from_bytes(body[at : at + 2])
        record = body[at + 2 : at + 2 + size]
        if at + 2 + size > end:
            raise Malformed("a record is cut")
        records.append(record)
        at += 2 + size
    return records
