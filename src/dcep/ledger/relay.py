"""The carrier of the channel: brings messages and acknowledgements from one ledger to the other, at least once.

1. What the source has sent and the destination has not taken in is brought as credits, in the order of n.
2. The destination's newest header is brought back as an acknowledgement.

Anyone may relay, any number of times: the proofs and the dense counters make each message count once.
"""

from __future__ import annotations

from typing import Final

from dcep.clock import UnixMs
from dcep.ledger.client import Line
from dcep.ledger.worker.answers import Answer

_AT_ONCE: Final = 64


def carry(source: Line, destination: Line, *, at: UnixMs | None = None) -> list[Answer]:
    """Bring everything that waits from the source to the destination, then the acknowledgement back.

    Args:
        at: the time of the frames, only on a network with simulated time.

    Returns:
        The destination's answers to the credits, in order.

    Raises:
        Unavailable: one of the ledgers; what was brought has counted, carry again.
    """
    answers: list[Answer] = []
    # 1.
    taken = destination.crossing(source.place).received
    while waiting := source.credits(destination.place, after=taken, limit=_AT_ONCE):
        answers += destination.submit([wire for _, wire in waiting], at=at)
        taken = waiting[-1][0]
    # 2.
    if destination.crossing(source.place).received != source.crossing(destination.place).acked:
        acknowledgement = destination.acknowledgement(source.place)
        if acknowledgement is not None:
            source.submit([acknowledgement], at=at)
    return answers
