"""Pairing: how the key of a new till comes to a till of the shop that lets it in.

1. A device that has a key and no wallet says so, in a request that this key has signed. For ten minutes its key is
   remembered under the code that is made of it.
2. A person reads the code off the new device and types it at a till of the shop, which is told the key, and makes the
   code of it again: the operator cannot put another key in its place.
3. That till puts the key into the shop's policy, by a command to the ledger; from then on the new till opens the
   wallet.

Nothing is decided here, so it is kept in memory: a device that waits says itself again.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.crypto.suites import Suite
from dcep.errors import Unavailable
from dcep.http.problems import Problem
from dcep.messages.layout import Key
from dcep.messages.merchants.pairing_codes import BadPairingCode, pairing_code, read_pairing_code

LIFE_MS: Final = 600_000
# Anybody makes keys without end; few shops take a till in within the same ten minutes.
_MOST: Final = 1_024
_RETRY_AFTER_MS: Final = 10_000


class Waiting(NamedTuple):
    """A key that waits to be let in."""

    suite: Suite
    key: Key
    expires_at: UnixMs


class Pairings:
    """The keys that wait, by their codes."""

    def __init__(self, clock: Callable[[], UnixMs]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._waiting: dict[str, Waiting] = {}

    def announce(self, suite: Suite, key: Key) -> tuple[str, UnixMs]:
        """1. Remember a key, and return its code and until when.

        Raises:
            Unavailable: `busy`: as many wait as may.
        """
        code, now = pairing_code(suite, key), self._clock()
        with self._lock:
            self._forget(now)
            if code not in self._waiting and len(self._waiting) >= _MOST:
                raise Unavailable("busy", "too many tills wait to be let in", retry_after_ms=_RETRY_AFTER_MS)
            # Whoever says itself again goes to the end: what expires first stands first.
            self._waiting.pop(code, None)
            waiting = Waiting(suite, key, UnixMs(now + LIFE_MS))
            self._waiting[code] = waiting
        return code, waiting.expires_at

    def find(self, typed: str) -> Waiting:
        """2. Return the key of a code.

        Raises:
            Problem: 404 `pairing_unknown`.
        """
        try:
            code = read_pairing_code(typed)
        except BadPairingCode as error:
            raise _unknown() from error
        with self._lock:
            self._forget(self._clock())
            found = self._waiting.get(code)
        if found is None:
            raise _unknown()
        return found

    def _forget(self, now: UnixMs) -> None:
        while self._waiting:
            oldest = next(iter(self._waiting))
            if self._waiting[oldest].expires_at > now:
                return
            del self._waiting[oldest]


def _unknown() -> Problem:
    step = "read the code off the new till again; it must still be waiting"
    return Problem(404, "pairing_unknown", "no till waits with this code", next_step=step)
