"""What makes a signed request count once: a bounded memory of the nonces that were taken."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final

from dcep.errors import Unavailable
from dcep.messages.http_signatures.syntax import BadRequestSignature

MAX_NONCES: Final = 100_000
_RETRY_AFTER_MS: Final = 1_000


@dataclass(slots=True)
class Nonces:
    """The nonces that were taken, each until its signature ends.

    They are kept in memory and forgotten at a restart: an order's own idempotency key outlives it.

    Args:
        at_most: nonces of one key; more are answered `busy`, so no key takes the room of another.
    """

    at_most: int = MAX_NONCES
    _taken: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _ends: defaultdict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))

    def take(self, keyid: str, nonce: str, *, expires_s: int, now_s: int) -> None:
        """Take a nonce for ever, as far as signatures count.

        Raises:
            BadRequestSignature: it has been taken.
            Unavailable: `busy`, too many are kept; it was not taken.
        """
        taken, ends = self._taken[keyid], self._ends[keyid]
        while ends and ends[0][0] <= now_s:
            taken.discard(heappop(ends)[1])
        if nonce in taken:
            raise BadRequestSignature("this nonce was used before")
        if len(taken) >= self.at_most:
            raise Unavailable("busy", "too many requests of this key are under way", retry_after_ms=_RETRY_AFTER_MS)
        taken.add(nonce)
        heappush(ends, (expires_s, nonce))
