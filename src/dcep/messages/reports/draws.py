"""A draw that anybody can draw again: who gets a red envelope 红包 is decided by nobody.

1. Whoever takes part has a ticket: a hash of his wallet and a secret, so that the list names no wallet and the holder
   finds himself in it.
2. The office commits itself, with a signature and in public, to the list (its Merkle root and length), to how many win
   how much, to a seed (its hash), and to a frame of the ledger that is still to come.
3. When that frame is there its signed header has a head that the office did not know when it chose the seed, and that
   the ledger's worker made without knowing the seed. The office shows list and seed.
4. Each ticket has a lot: SHA-256 over network, seed, head and ticket. The smallest lots win.
5. Whoever has list, seed, header and commitment draws the same winners; a list, seed or header that is another than was
   committed to is refused.

Not covered: the office and the worker together can try frames until they like the winners.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.crypto import merkle
from dcep.crypto.suites import Signer, bad_signatures
from dcep.ids import LedgerId, NetworkId, WalletId
from dcep.messages import layout
from dcep.messages.headers import decode_signed_header
from dcep.messages.layout import Count, Hash, Key, Malformed, Reader, Seq
from dcep.messages.policies import Policy
from dcep.messages.reports.sealing import open_seal, seal
from dcep.money import Fen

TAG: Final = b"ddrw"
TICKET_TAG: Final = b"dtkt"
LOT_TAG: Final = b"dlot"
VERSION: Final = 1
MAX_TICKETS: Final = 100_000
SEED_SIZE: Final = 32
_MAX_COMMITMENT: Final = 512


class BadDraw(ValueError):
    """What was shown is not what was committed to; the message says which part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """What the office is bound by: `winners` tickets of a list win `amount` each, by the head of frame `frame`."""

    network: NetworkId
    ledger: LedgerId
    at: UnixMs
    tickets: Count
    list_root: Hash
    winners: Count
    amount: Fen
    seed_hash: Hash
    frame: Seq


class SignedCommitment(NamedTuple):
    """A commitment whose signature holds, and the policy under which it stands."""

    commitment: Commitment
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """What shows a draw: the tickets in ascending order, the seed, and the signed header of the frame."""

    tickets: tuple[Hash, ...]
    seed: bytes
    header: bytes


def ticket_of(network: NetworkId, wallet: WalletId, secret: bytes) -> Hash:
    """Return a wallet's ticket; the secret keeps others from finding the wallet by trying all numbers."""
    return Hash(hashlib.sha256(TICKET_TAG + network + wallet.to_bytes(8) + secret).digest())


def list_root(tickets: Sequence[Hash]) -> Hash:
    """Return the Merkle root over tickets in ascending order (RFC 6962)."""
    return Hash(merkle.root(tickets))


def sign_commitment(commitment: Commitment, office: Signer) -> bytes:
    """Return a commitment with the office's signature."""
    return seal(TAG + bytes((VERSION,)) + layout.encode(commitment), office)


def read_commitment(message: bytes) -> SignedCommitment:
    """Return the commitment of a message.

    Raises:
        Malformed: it is none, or its signature does not hold.
    """
    if len(message) > _MAX_COMMITMENT or message[:5] != TAG + bytes((VERSION,)):
        raise Malformed("not a commitment of this version")
    reader = Reader(message, 5)
    commitment: Commitment = layout.read(Commitment, reader)
    policy = open_seal(message, reader)
    if not 0 < commitment.winners <= commitment.tickets <= MAX_TICKETS or not commitment.amount:
        raise Malformed("as many win as there are envelopes, and each has something in it")
    return SignedCommitment(commitment, policy)


def draw(commitment: Commitment, reveal: Reveal, workers: Collection[Key]) -> list[Hash]:
    """Return the winning tickets, the smallest lot first.

    Args:
        workers: the keys of the ledger's workers, which the reader trusts.

    Raises:
        BadDraw: list, seed or header are not those that were committed to.
    """
    # 5.
    tickets = reveal.tickets
    if any(later <= earlier for earlier, later in pairwise(tickets)):
        raise BadDraw("the tickets are not in ascending order, or one stands there twice")
    if len(tickets) != commitment.tickets or list_root(tickets) != commitment.list_root:
        raise BadDraw("the list is another one than was committed to")
    if len(reveal.seed) != SEED_SIZE or hashlib.sha256(reveal.seed).digest() != commitment.seed_hash:
        raise BadDraw("the seed is another one than was committed to")
    head = _head(commitment, reveal.header, workers)
    # 4.
    prefix = LOT_TAG + commitment.network + reveal.seed + head
    lots = sorted((hashlib.sha256(prefix + ticket).digest(), ticket) for ticket in tickets)
    return [ticket for _, ticket in lots[: commitment.winners]]


def _head(commitment: Commitment, data: bytes, workers: Collection[Key]) -> Hash:
    # 3.
    try:
        signed = decode_signed_header(data)
    except Malformed as error:
        raise BadDraw(f"no header: {error}") from error
    header = signed.header
    if (header.network, header.ledger, header.seq) != (commitment.network, commitment.ledger, commitment.frame):
        raise BadDraw("the header is of another frame than was committed to")
    if header.worker not in workers or bad_signatures([signed.signed_message()]):
        raise BadDraw("the header is not signed by a worker of this ledger")
    if header.time < commitment.at:
        raise BadDraw("the frame is older than the commitment")
    return header.head
