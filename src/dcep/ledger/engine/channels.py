"""A channel to a peer ledger: dense counters, and what was sent until the peer has acknowledged it.

Source: PROTOCOL, channel between two ledgers.
"""

from __future__ import annotations

from dcep.ids import LedgerId
from dcep.messages.layout import Number, Version


class Channel:
    """Counters of one peer. `outbound` holds the bytes of messages acked + 1 to sent, in this order.

    `peer_board`, `peer_workers`, `peer_rules` are the versions that the peer's last acknowledgement showed.
    """

    __slots__ = (
        "acked",
        "outbound",
        "peer",
        "peer_board",
        "peer_rules",
        "peer_workers",
        "received",
        "received_fen",
        "sent",
        "sent_fen",
    )

    def __init__(self, peer: LedgerId) -> None:
        self.peer = peer
        self.sent, self.sent_fen = Number(0), 0
        self.received, self.received_fen = Number(0), 0
        self.acked = Number(0)
        self.outbound: dict[Number, bytes] = {}
        self.peer_board, self.peer_workers, self.peer_rules = Version(1), Version(1), Version(1)

    @property
    def next_in(self) -> Number:
        """The number of the next message that may be taken in."""
        return Number(self.received + 1)

    @property
    def next_out(self) -> Number:
        """The number of the next message that will be sent."""
        return Number(self.sent + 1)

    def send(self, message: bytes, amount: int) -> None:
        """Send the next message; with it goes this amount."""
        self.sent = self.next_out
        self.sent_fen += amount
        self.outbound[self.sent] = message

    def take_in(self) -> None:
        """Consume the next number; money is counted when it is credited."""
        self.received = self.next_in

    def prune(self, upto: Number) -> list[bytes]:
        """Forget the messages that the peer has taken in, and return them."""
        pruned = [self.outbound.pop(Number(n)) for n in range(self.acked + 1, upto + 1)]
        self.acked = upto
        return pruned
