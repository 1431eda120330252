"""Couriers: who carry messages to merchants' servers, a bounded number at a time.

1. A turn takes what is due, one message a wallet, for as many couriers as are free, and waits for none of them.
2. Servers that did not take a message the last time, or took long, have couriers of their own: however many are dead,
   and however slowly they die, nobody else waits for them.
3. When a courier is back the next turn may begin at once: there may be another message for the same server.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import Final

import msgspec

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import BadInput, Unavailable
from dcep.ids import WalletId
from dcep.messages.merchants.webhooks import sign_webhook
from dcep.operators.history import History, News
from dcep.operators.webhooks import Webhook, Webhooks
from dcep.operators.webhooks.posting import Poster
from dcep.operators.webhooks.targets import read_target

_log: Final = logging.getLogger(__name__)

AT_ONCE: Final = 8
FOR_TRYING: Final = 4
_SLOW_S: Final = 2.0

Tell = Callable[[News], tuple[str, object]]
"""Return the name and the record of what is new."""


class Couriers:
    """Deliver the messages of one operator.

    Args:
        signers: the operator's keys for messages; two while they change.
        tell: says what a message tells.
        clock: the time of this process.
        back: called when a courier is back, from his thread.
        may_be_inside: whether addresses that are not on the public internet are allowed.
    """

    def __init__(
        self,
        webhooks: Webhooks,
        history: History,
        poster: Poster,
        *,
        signers: Sequence[Signer],
        tell: Tell,
        clock: Callable[[], UnixMs],
        back: Callable[[], None] = lambda: None,
        may_be_inside: bool,
    ) -> None:
        self._webhooks, self._history, self._poster = webhooks, history, poster
        self._signers, self._tell, self._clock, self._back = signers, tell, clock, back
        self._may_be_inside = may_be_inside
        self._lanes = _Lane(AT_ONCE, is_trying=False), _Lane(FOR_TRYING, is_trying=True)

    def turn(self) -> int:
        """Send out what is due, as far as couriers are free, and return how many went.

        Raises:
            Unavailable: the database cannot be reached.
        """
        return sum(self._send(lane) for lane in self._lanes)

    def close(self) -> None:
        """Wait for those who are out, and send nobody any more."""
        for lane in self._lanes:
            lane.hands.shutdown(wait=True)

    # 1. and 2.

    def _send(self, lane: _Lane) -> int:
        out = lane.wallets()
        if len(out) >= lane.size:
            return 0
        # Those who are out are still due.
        due = self._webhooks.due(self._clock(), is_trying=lane.is_trying, limit=lane.size + len(out))
        going = [webhook for webhook in due if webhook.wallet not in out][: lane.size - len(out)]
        for webhook in going:
            lane.go(webhook.wallet)
            errand = lane.hands.submit(self._carry, webhook)
            errand.add_done_callback(partial(self._return, lane, webhook))
        return len(going)

    def _carry(self, webhook: Webhook) -> None:
        found = self._history.news(webhook.wallet, after=webhook.told, limit=1)
        if not found:
            return
        kind, record = self._tell(found[0])
        number, wallet = found[0].number, f"{webhook.wallet:016}"
        body = msgspec.json.encode({"type": kind, "id": number, "wallet": wallet, "data": record})
        begun = time.monotonic()
        why = self._post(webhook, f"{wallet}-{number}", body)
        now = self._clock()
        if why:
            _log.info("wallet %s: message %s was not taken: %s", wallet, number, why)
            self._webhooks.failed(webhook, why, now=now)
        else:
            self._webhooks.took(webhook, number, now=now, is_slow=time.monotonic() - begun > _SLOW_S)

    def _post(self, webhook: Webhook, message_id: str, body: bytes) -> str:
        try:
            # What is allowed may have changed since its holder has named it.
            target = read_target(webhook.url, may_be_inside=self._may_be_inside)
        except BadInput:
            return "refused_address"
        return self._poster.post(target, sign_webhook(message_id, body, self._clock(), self._signers), body)

    # 3.

    def _return(self, lane: _Lane, webhook: Webhook, done: Future[None]) -> None:
        lane.come_back(webhook.wallet)
        failure = done.exception()
        if isinstance(failure, Unavailable):
            # Nothing is noted: the same message goes out again under the same id.
            _log.warning("a message is sent again: %s", failure)
        elif failure is not None:
            _log.error("a courier has met a bug", exc_info=failure)
        else:
            self._back()


class _Lane:
    """Some couriers, and for which wallets they are out."""

    def __init__(self, size: int, *, is_trying: bool) -> None:
        self.size, self.is_trying = size, is_trying
        self.hands = ThreadPoolExecutor(size, thread_name_prefix="courier")
        self._lock, self._out = Lock(), set[WalletId]()

    def wallets(self) -> set[WalletId]:
        with self._lock:
            return set(self._out)

    def go(self, wallet: WalletId) -> None:
        with self._lock:
            self._out.add(wallet)

    def come_back(self, wallet: WalletId) -> None:
        with self._lock:
            self._out.discard(wallet)
