"""Between two ledgers: credit brings a message with its proof, ack says how far the peer has come."""

from __future__ import annotations

from dataclasses import dataclass

from dcep.ids import CommandId, LedgerId
from dcep.messages.layout import Blob, Count, Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Bring a message and the proof that the source ledger sent it.

    `message` is the message's bytes; (`command`, `outcome`) is the leaf that names its digest; `index` and `path` lead
    to the outcomes root of `header`, the source's signed header.
    """

    message: Blob
    command: CommandId
    outcome: Blob
    index: Count
    path: tuple[Hash, ...]
    header: Blob


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Bring the peer's signed header: what it has taken in, and how much it had sent by then."""

    header: Blob


@dataclass(frozen=True, slots=True, kw_only=True)
class Resend:
    """Send again, from tier 1 under a new n, an officers' order that fell void at a shard; `order` is its wire."""

    shard: LedgerId
    order: Blob
