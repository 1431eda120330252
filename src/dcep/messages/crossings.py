"""Messages from one ledger to another. They stand in the sender's outcome by digest and travel inside a credit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from dcep.clock import Day
from dcep.ids import CommandId, LedgerId, NetworkId, OperatorId, WalletId
from dcep.messages import layout
from dcep.messages.layout import Blob, Hash, Malformed, Number, Reader
from dcep.money import Fen

TAG: Final = b"dmsg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money for a receiver on the other ledger, spent by the payer on `day`."""

    payer: WalletId
    receiver: WalletId
    amount: Fen
    command: CommandId
    day: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The payment `command` could not be credited: its money comes back to the payer."""

    payer: WalletId
    amount: Fen
    command: CommandId
    day: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficersOrder:
    """An allocation or an order that overwrites, as its officers signed it; `order` is its wire."""

    order: Blob


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnToIssuer:
    """Money of an operator's bank vault for the issuing vault."""

    operator: OperatorId
    amount: Fen
    command: CommandId


Content = Payment | Returned | OfficersOrder | ReturnToIssuer
KINDS: Final[dict[int, type]] = {1: Payment, 2: Returned, 3: OfficersOrder, 4: ReturnToIssuer}
_NUMBERS: Final = {record: number for number, record in KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The n-th message from `source` to `destination`; n counts from 1 without gaps."""

    source: LedgerId
    destination: LedgerId
    n: Number
    content: Any


def encode_message(network: NetworkId, message: Message) -> bytes:
    """Return the message's bytes: tag ‖ network ‖ source ‖ destination ‖ n ‖ kind ‖ fields."""
    route = message.source.to_bytes(2) + message.destination.to_bytes(2) + message.n.to_bytes(8)
    kind = bytes((_NUMBERS[type(message.content)],))
    return TAG + network + route + kind + layout.encode(message.content)


def decode_message(network: NetworkId, data: bytes) -> Message:
    """Return the message with these bytes; Malformed if there is none, or it belongs to another network."""
    reader = Reader(data)
    if reader.take(4) != TAG or reader.take(16) != network:
        raise Malformed("not a message of this network")
    source, destination = LedgerId(reader.integer(2)), LedgerId(reader.integer(2))
    n, kind = Number(reader.integer(8)), KINDS.get(reader.integer(1))
    if kind is None:
        raise Malformed("no such message")
    content: Any = layout.read(kind, reader)
    reader.finish()
    return Message(source=source, destination=destination, n=n, content=content)


def digest_of(message_bytes: bytes) -> Hash:
    """Return what the sender's outcome says of the message."""
    return Hash(hashlib.sha256(message_bytes).digest())
