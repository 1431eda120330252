"""Webhooks: a merchant's server is told of its wallet's news, one after the other, until it has taken each.

1. A holder names an address for his wallet. From then on every line of the wallet's history and every ended order is a
   message, in their order; the next one goes out when the one before was taken.
2. The queue is the news themselves: of each wallet the database keeps how far its server was told. A crash between a
   message and the note that it was taken sends it again, under the same id.
3. What was not taken is sent again after a wait that grows threefold, from 5 seconds to 6 hours. After three days, or
   when the server says that it is gone, the webhook is stopped: its holder names the address again, and it goes on
   where it was left.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, insert, or_, select, update

from dcep.clock import DAY_MS, UnixMs
from dcep.errors import DcepError
from dcep.ids import WalletId
from dcep.operators.history import has_news
from dcep.operators.history.news import newest_number
from dcep.operators.store import transaction, webhooks
from dcep.operators.webhooks.targets import Target

FIRST_WAIT_MS: Final = 5_000
LONGEST_WAIT_MS: Final = 6 * 3_600_000
PATIENCE_MS: Final = 3 * DAY_MS
GONE: Final = "status_410"
_TIMES: Final = 3
# 5 seconds, threefold so often, are more than 6 hours.
_GROWS: Final = 9


class WebhookState(StrEnum):
    """Whether a server is told."""

    ACTIVE = "active"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A server that is told of a wallet's news.

    Args:
        change: how often its holder has named an address.
        told: the number of the news that it has taken last.
        attempts: how often the next one was sent in vain.
        last_failure: why, empty if it was not.
    """

    wallet: WalletId
    url: str
    change: int
    state: WebhookState
    told: int
    attempts: int
    failing_since: UnixMs | None
    last_failure: str


class Webhooks:
    """The webhooks of one operator's wallets."""

    def __init__(self, store: Engine) -> None:
        self._store = store

    def name(self, wallet: WalletId, target: Target, *, now: UnixMs) -> None:
        """Let a server be told of a wallet's news from now on; or go on where another one, or it, was left."""
        # 3.
        fresh = {
            "url": target.url,
            "state": WebhookState.ACTIVE,
            "attempts": 0,
            "next_at_ms": now,
            "failing_since_ms": None,
            "last_failure": "",
            "is_slow": False,
        }
        with transaction(self._store) as connection:
            known = webhooks.c.wallet == wallet
            again = update(webhooks).where(known).values(fresh | {"change": webhooks.c.change + 1})
            if not connection.execute(again).rowcount:
                begins = {"wallet": wallet, "change": 1, "told": newest_number(connection)}
                connection.execute(insert(webhooks).values(fresh | begins))

    def of(self, wallet: WalletId) -> Webhook:
        """Return a wallet's webhook.

        Raises:
            DcepError: `no_webhook`.
        """
        with transaction(self._store) as connection:
            row = connection.execute(select(webhooks).where(webhooks.c.wallet == wallet)).one_or_none()
        if row is None:
            raise DcepError("no_webhook", "nobody is told of this wallet's news")
        return _webhook(row)

    def forget(self, wallet: WalletId) -> None:
        """Tell nobody of a wallet's news any more."""
        with transaction(self._store) as connection:
            connection.execute(delete(webhooks).where(webhooks.c.wallet == wallet))

    def due(self, now: UnixMs, *, is_trying: bool, limit: int) -> list[Webhook]:
        """Return the webhooks of which the server has something to hear now, those that wait longest first.

        Args:
            is_trying: of those servers that did not take a message the last time, or took long; or of all others.
        """
        state, trying = webhooks.c.state == WebhookState.ACTIVE, or_(webhooks.c.attempts > 0, webhooks.c.is_slow)
        found = (
            select(webhooks)
            .where(state, webhooks.c.next_at_ms <= now, trying if is_trying else ~trying)
            .where(has_news(webhooks.c.wallet, webhooks.c.told))
            .order_by(webhooks.c.next_at_ms, webhooks.c.wallet)
            .limit(limit)
        )
        with transaction(self._store) as connection:
            return [_webhook(row) for row in connection.execute(found)]

    # 2.

    def took(self, webhook: Webhook, number: int, *, now: UnixMs, is_slow: bool) -> None:
        """Note that a server has taken the news with this number, and whether that has taken it long."""
        values = {
            "told": number,
            "attempts": 0,
            "next_at_ms": now,
            "failing_since_ms": None,
            "last_failure": "",
            "is_slow": is_slow,
        }
        with transaction(self._store) as connection:
            _note(connection, webhook, values)

    # 3.

    def failed(self, webhook: Webhook, why: str, *, now: UnixMs) -> None:
        """Note why a server has not taken the next news, and when it is sent again, if ever."""
        since = now if webhook.failing_since is None else webhook.failing_since
        wait = min(FIRST_WAIT_MS * _TIMES ** min(webhook.attempts, _GROWS), LONGEST_WAIT_MS)
        is_over = why == GONE or now - since >= PATIENCE_MS
        values = {
            "attempts": webhook.attempts + 1,
            "next_at_ms": now + wait,
            "failing_since_ms": since,
            "last_failure": why,
            "state": WebhookState.STOPPED if is_over else WebhookState.ACTIVE,
        }
        with transaction(self._store) as connection:
            _note(connection, webhook, values)


def _note(connection: Connection, webhook: Webhook, values: dict[str, Any]) -> None:
    """Note what became of a message, unless the holder has ordered something else meanwhile, or another was told."""
    same = webhooks.c.wallet == webhook.wallet, webhooks.c.change == webhook.change, webhooks.c.told == webhook.told
    connection.execute(update(webhooks).where(*same).values(values))


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        wallet=WalletId(row.wallet),
        url=row.url,
        change=row.change,
        state=WebhookState(row.state),
        told=row.told,
        attempts=row.attempts,
        failing_since=None if row.failing_since_ms is None else UnixMs(row.failing_since_ms),
        last_failure=row.last_failure,
    )
