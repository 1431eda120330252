"""Money that the operator returns to the issuing vault 发行库, by order of those who work there.

1. The order is stored: `wanted`. The same order again is the same.
2. The vault's command is signed and stored with its number, in one database transaction: `sent`.
3. The outbox sends the same bytes until the answer is final.
4. Settled: `settled`, the end; the money is on its way to tier 1, and cannot come back. Expired or never processed:
   `wanted` again; an order that has waited for an hour gives up. Any other answer: `refused` with its code, the end.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Engine, func, insert, select, update

from dcep.clock import UnixMs
from dcep.ledger.client import Line
from dcep.messages.outcomes import Status
from dcep.money import Fen
from dcep.operators.exchange.orders import require_amount
from dcep.operators.exchange.saga import PATIENCE_MS
from dcep.operators.order_ids import OrderId, digest_of, order_id, require_same
from dcep.operators.outbox import Delivered, Outbox, Seal
from dcep.operators.store import messages, returns, transaction
from dcep.operators.vault import Vault

TOPIC: Final = "return"


class ReturnState(StrEnum):
    """How far a return is."""

    WANTED = "wanted"
    SENT = "sent"
    SETTLED = "settled"
    REFUSED = "refused"


class Returns:
    """What one operator returns to the issuing vault.

    Args:
        vault: the account that returns, and its key.
    """

    def __init__(self, store: Engine, outbox: Outbox, line: Line, vault: Seal) -> None:
        self._store, self._outbox, self._line, self._vault = store, outbox, line, vault

    def order(self, amount: int, *, by: str, key: str, now: UnixMs) -> OrderId:
        """Take an order to return money, and return its id.

        Args:
            by: who of the operator's orders it.

        Raises:
            BadInput: `bad_amount`, `bad_idempotency_key`, `idempotency_key_reused`.
        """
        fen, order = require_amount(amount), order_id(TOPIC, f"{self._vault.account:016}", key)
        digest = digest_of(TOPIC, fen)
        with transaction(self._store) as connection:
            # 1.
            stored = select(returns.c.digest).where(returns.c.order_id == order)
            known = connection.execute(stored).scalar_one_or_none()
            if known is not None:
                require_same(known, digest)
                return order
            row = {"order_id": order, "digest": digest, "amount_fen": fen, "asked_by": by, "taken_at_ms": now}
            connection.execute(insert(returns).values(row | {"state": ReturnState.WANTED, "code": ""}))
        return order

    def advance(self, now: UnixMs) -> int:
        """Sign what is wanted, as far as the window has room, and return how many orders moved."""
        wanted = select(returns).where(returns.c.state == ReturnState.WANTED).order_by(returns.c.taken_at_ms)
        with transaction(self._store) as connection:
            is_idle = connection.execute(wanted.limit(1)).one_or_none() is None
        if is_idle:
            return 0
        moved, expires_at = 0, self._outbox.expiry(now)
        with transaction(self._store) as connection:
            room = self._outbox.room(connection, self._vault.account)
            for row in connection.execute(wanted.limit(room)).all():
                if now >= row.taken_at_ms + PATIENCE_MS:
                    # 4. What was signed before has expired, or the order would stand at `sent`.
                    moved += _end(connection, row.order_id, ReturnState.REFUSED, "gave_up", now)
                elif _is_moved(connection, row.order_id):
                    # 2.
                    self._sign(connection, row.order_id, Fen(row.amount_fen), expires_at)
                    moved += 1
        return moved

    def _sign(self, connection: Connection, order: str, amount: Fen, expires_at: UnixMs) -> None:
        self._outbox.sign(
            connection,
            self._vault,
            TOPIC,
            order,
            lambda signatory: Vault(signatory).return_to_issuer(amount, expires_at=expires_at),
        )

    def take(self, connection: Connection, delivered: Delivered) -> None:
        """Store what a return makes of the ledger's final answer."""
        # 4.
        if delivered.may_be_signed_anew:
            its_own = returns.c.order_id == delivered.order_id
            connection.execute(update(returns).where(its_own).values(state=ReturnState.WANTED))
            return
        is_settled = delivered.outcome.status is Status.SETTLED
        state = ReturnState.SETTLED if is_settled else ReturnState.REFUSED
        code = "" if is_settled else delivered.outcome.code
        _end(connection, delivered.order_id, state, code, delivered.heard_at)

    def returned(self) -> Fen:
        """Return what has left the vault for the issuing vault since the beginning, heard of or not, fen."""
        settled = select(func.coalesce(func.sum(returns.c.amount_fen), 0)).where(returns.c.state == ReturnState.SETTLED)
        waiting = (
            select(messages.c.wire, returns.c.amount_fen)
            .join(returns, returns.c.order_id == messages.c.order_id)
            .where(messages.c.answer.is_(None), messages.c.topic == TOPIC)
        )
        with transaction(self._store) as connection:
            heard = int(connection.execute(settled).scalar_one())
            unheard = connection.execute(waiting).all()
        return Fen(
            heard
            + sum(row.amount_fen for row in unheard if self._line.history(row.wire).outcome.status is Status.SETTLED)
        )


def _is_moved(connection: Connection, order: str) -> bool:
    """Let an order be sent, and say whether it was not by another process."""
    its_own = returns.c.order_id == order, returns.c.state == ReturnState.WANTED
    return bool(connection.execute(update(returns).where(*its_own).values(state=ReturnState.SENT)).rowcount)


def _end(connection: Connection, order: str, state: ReturnState, code: str, now: UnixMs) -> int:
    ended = update(returns).where(returns.c.order_id == order).values(state=state, code=code, ended_at_ms=now)
    return int(connection.execute(ended).rowcount)
