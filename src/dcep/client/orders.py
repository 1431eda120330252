"""Orders to the operator that nobody signs: an exchange, another class.

1. An errand is durable, with its key and body, before it is sent.
2. It is sent as it is until the operator has taken it, and looked at until it has ended; its end is written down.
3. The operator's no ends it. A request that was not heard, or was signed badly, says nothing: it may have been taken
   before.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from dcep.client.door import SAYS_NOTHING, Door
from dcep.client.meeting import shown
from dcep.client.reading import read
from dcep.client.records import Evidence, OperatorOrder
from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError, Unavailable
from dcep.money import Fen
from dcep.wallet.errands import Errand
from dcep.wallet.steps import Steps

_KEY_BYTES: Final = 16
_ROUTES: Final = {"exchange": "exchanges", "class": "class"}


class Orders:
    """One wallet's orders to its operator."""

    def __init__(self, door: Door, clock: Callable[[], UnixMs], draw: Callable[[int], bytes]) -> None:
        self._door, self._clock, self._draw = door, clock, draw

    def exchange(self, amount: Fen, key: str | None = None) -> Steps[OperatorOrder]:
        """Exchange deposit for digital currency 兑出, and wait for the end."""
        return self.run(self._take("exchange", {"amount_fen": amount}, key))

    def change_class(self, wallet_class: str, evidence: Evidence, key: str | None = None) -> Steps[OperatorOrder]:
        """Ask for another class, and wait for the end."""
        return self.run(self._take("class", {"wallet_class": wallet_class, "evidence": shown(evidence)}, key))

    def exchange_once(self, amount: Fen, key: str | None = None) -> Steps[tuple[str, OperatorOrder, bool]]:
        """Exchange, or go on with an exchange like this that nobody was told the end of.

        Args:
            key: of this exchange; then no other is gone on with.

        Returns:
            The order's key, the order, and whether it was one that was left.
        """
        return (yield from self._once("exchange", {"amount_fen": amount}, key))

    def change_class_once(self, wallet_class: str, evidence: Evidence) -> Steps[tuple[str, OperatorOrder, bool]]:
        """Ask for another class, or go on with an order like this; returns what `exchange_once` does."""
        return (yield from self._once("class", {"wallet_class": wallet_class, "evidence": shown(evidence)}, None))

    def _once(self, kind: str, body: dict[str, Any], key: str | None) -> Steps[tuple[str, OperatorOrder, bool]]:
        untold = self._door.folder.store.errands.untold()
        alike = [each for each in untold if (each.kind, each.body) == (kind, _text(body))]
        left = alike[0] if alike and key is None else None
        errand = left or self._take(kind, body, key)
        return errand.key, (yield from self.run(errand)), left is not None

    def run(self, errand: Errand) -> Steps[OperatorOrder]:
        """Send an errand until its end is known, and write that down.

        Raises:
            DcepError: the operator says no.
            Unavailable: it has not ended when the patience is over.
        """
        errands = self._door.folder.store.errands
        headers, body = {"Idempotency-Key": errand.key}, json.loads(errand.body)
        # 2.
        try:
            reply = yield from self._door.asked(
                "POST", self._door.path(_ROUTES[errand.kind]), json=body, headers=headers
            )
        except DcepError as no:
            # 3.
            if not isinstance(no, Unavailable) and no.code not in SAYS_NOTHING:
                errands.end(errand.key, "refused", no.code)
                # Whoever asked hears it now.
                errands.tell(errand.key)
            raise
        order = read(OperatorOrder, reply.document())
        errands.accept(errand.key, order.id)
        order = yield from self._door.until_ended(order)
        errands.end(errand.key, order.state, order.code)
        return order

    def _take(self, kind: str, body: dict[str, Any], key: str | None) -> Errand:
        text = _text(body)
        wanted = Errand(key=key or self._draw(_KEY_BYTES).hex(), kind=kind, body=text, made_at=self._clock())
        # 1.
        stored = self._door.folder.store.errands.take(wanted)
        if (stored.kind, stored.body) != (kind, text):
            message = f"the key {stored.key} was used for another order"
            raise BadInput("idempotency_key_reused", message, next_step="another key, or the same order")
        return stored


def _text(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True)
