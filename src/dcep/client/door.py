"""A holder at the door of his operator: requests that his key signs, and what is only asked.

Whoever has changed his key tells his operator, who else would not know whose requests these are: the command that
changed it is brought when a signature is not known any more, and the request is made once more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from dcep.client.asking import Ask, account_of, asked
from dcep.client.folder import WalletFolder
from dcep.client.reading import read, strange
from dcep.client.records import Account, Movement, OperatorOrder, Page
from dcep.errors import BadInput, Unavailable
from dcep.http.caller import Reply
from dcep.ids import WalletId
from dcep.wallet.steps import Steps, Wait

_End = TypeVar("_End")
LOOK_MS: Final = 150
# Refusals of a request that say nothing about an order which an earlier one may have brought.
SAYS_NOTHING: Final = frozenset({"unsigned_request", "bad_request_signature", "no_such_route", "method_not_allowed"})
_FIRST_EPOCH: Final = 1


class Door:
    """The way of one wallet to its operator."""

    def __init__(self, folder: WalletFolder) -> None:
        self.folder = folder
        self.operator: Final = folder.trust.operator_url

    @property
    def wallet(self) -> WalletId:
        """The wallet's number; BadInput `not_opened` before there is one."""
        return self.folder.store.identity.wallet

    def account(self) -> Steps[Account]:
        """Ask how the wallet stands."""
        return (yield from self._known(lambda: account_of(self.operator, self.wallet)))

    def order(self, order_id: str) -> Steps[OperatorOrder]:
        """Ask how an order to the operator stands."""
        reply = yield from self.asked("GET", f"/v1/orders/{order_id}")
        return read(OperatorOrder, reply.document())

    def history(self, cursor: str | None = None, limit: int = 100) -> Steps[Page[Movement]]:
        """Ask for a page of what moved, the newest first."""
        query = {"limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})
        reply = yield from self.asked("GET", self.path("history"), query=query)
        told = reply.document()
        items, behind = told.get("items"), told.get("next")
        if not isinstance(items, list) or not (behind is None or isinstance(behind, str)):
            raise strange("no page")
        return Page(items=tuple(read(Movement, item) for item in items), next=behind)

    def name_webhook(self, url: str) -> Steps[str]:
        """Let a server be told of all that happens to the wallet, and return the key of the messages."""
        reply = yield from self.asked("PUT", self.path("webhook"), json={"url": url})
        key = reply.document().get("key")
        if not isinstance(key, str):
            raise strange("no key")
        return key

    def end_webhook(self) -> Steps[None]:
        """Let nobody be told any more."""
        yield from self.asked("DELETE", self.path("webhook"))

    def path(self, rest: str) -> str:
        """Return the path of a route of this wallet."""
        return f"/v1/wallets/{self.wallet:016}/{rest}"

    def asked(self, method: str, path: str, **request: Any) -> Steps[Reply]:
        """Ask the operator as the wallet, until there is an answer or the patience is over."""
        return (yield from self._known(lambda: asked(Ask(self.operator, method, path, by="wallet", **request))))

    def until_ended(self, order: OperatorOrder) -> Steps[OperatorOrder]:
        """Look at an order until it has ended; Unavailable `order_open` when the patience is over."""
        return until_ended(order, self.order)

    def _known(self, story: Callable[[], Steps[_End]]) -> Steps[_End]:
        try:
            return (yield from story())
        except BadInput as stranger:
            change = self._newest_change() if stranger.code == "bad_request_signature" else None
            if change is None:
                raise
        yield from asked(Ask(self.operator, "POST", self.path("policy"), content=change))
        return (yield from story())

    def _newest_change(self) -> bytes | None:
        """Return the command that put the policy in force, if this folder gave it."""
        if self.folder.store.identity.epoch == _FIRST_EPOCH:
            return None
        return self.folder.store.newest_change()


def until_ended(order: OperatorOrder, look: Callable[[str], Steps[OperatorOrder]]) -> Steps[OperatorOrder]:
    """Look at an order until it has ended; Unavailable `order_open` when the patience is over."""
    while not order.has_ended:
        if not (yield Wait(LOOK_MS)):
            message = f"the operator has taken the order {order.id}, and has not ended it yet"
            raise Unavailable("order_open", message, retry_after_ms=LOOK_MS, next_step="run the same line again")
        order = yield from look(order.id)
    return order
