"""The transactional outbox: a command's bytes are stored with the state that they follow from, and sent until final.

1. `sign` takes a number and stores the signed bytes, in the caller's database transaction. At most a window of commands
   is under way on one account, so that no number runs too far ahead.
2. `deliver` sends the stored bytes, the same again and again.
3. A final answer is stored together with what the order makes of it, in one database transaction. An expired command
   has left its number unused, and it is free again; after `settled`, `refused` and `never_processed` it is gone.
4. Whoever wants the same done after `expired`, `refused` or `never_processed` signs anew, never before.

A process that is killed between any two of these goes on at its next start where the database says. Two processes that
deliver at once do no harm: the ledger counts the same bytes once, and the second finds the answer stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.ids import CommandId, NetworkId, WalletId
from dcep.ledger.client import Line
from dcep.messages.layout import Epoch, Number
from dcep.messages.outcomes import Outcome, Status
from dcep.messages.signatory import Signatory
from dcep.messages.signed import Command, decode
from dcep.operators.store import free_numbers, insert_once, lanes, messages, transaction

# PROTOCOL's window: 64 numbers may be in flight on a lane.
WINDOW: Final = 64
# What is sent at once: a worker takes no job that is much larger.
_PAGE_BYTES: Final = 256 * 1024
# How long a command lives; what expired is signed anew by the rules of its order.
LIFE_MS: Final = 600_000
# The version of a policy that an account was opened with.
FIRST_EPOCH: Final = Epoch(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """An account that the operator signs for, and its key."""

    account: WalletId
    signer: Signer
    epoch: Epoch = FIRST_EPOCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of a command of an order, for ever, and when this was heard."""

    order_id: str
    command: CommandId
    outcome: Outcome
    heard_at: UnixMs

    @property
    def may_be_signed_anew(self) -> bool:
        """Whether the command never happened for a reason that lies in time alone."""
        return self.outcome.status in (Status.EXPIRED, Status.NEVER_PROCESSED)


Taker = Callable[[Connection, Delivered], None]
"""Store what an order makes of an answer, in the transaction that stores the answer."""


class Outbox:
    """The messages of one operator to the retail ledger."""

    def __init__(self, store: Engine, line: Line, network: NetworkId) -> None:
        self._store, self._line, self._network = store, line, network

    # 1.

    def expiry(self, now: UnixMs) -> UnixMs:
        """Return until when a command lives that is signed now.

        The ledger judges by its own time. By a clock that is behind it, what has expired would be signed again as the
        very same bytes.
        """
        return UnixMs(max(now, self._line.standing().now) + LIFE_MS)

    def room(self, connection: Connection, account: WalletId) -> int:
        """Return how many more commands of an account may be signed now."""
        under_way = select(func.count()).where(
            messages.c.account == account, messages.c.number.is_not(None), messages.c.answer.is_(None)
        )
        return max(0, WINDOW - connection.execute(under_way).scalar_one())

    def sign(
        self, connection: Connection, seal: Seal, topic: str, order_id: str, write: Callable[[Signatory], bytes]
    ) -> None:
        """Sign a command under the account's next number, and store its bytes.

        Args:
            write: make the wire with a signatory that stands at that number.
        """
        number = _take_number(connection, seal.account)
        signatory = Signatory(self._network, seal.account, seal.signer, number=number, epoch=seal.epoch)
        self._store_message(connection, topic, order_id, decode(write(signatory), self._network), number)

    def forward(self, connection: Connection, topic: str, order_id: str, command: Command) -> None:
        """Store a command that a holder has signed."""
        self._store_message(connection, topic, order_id, command, None)

    def _store_message(
        self, connection: Connection, topic: str, order_id: str, command: Command, number: Number | None
    ) -> None:
        connection.execute(
            insert(messages).values(
                topic=topic,
                order_id=order_id,
                command=command.id.hex(),
                wire=command.wire,
                account=command.body.account,
                number=number,
            )
        )

    # 2.

    def deliver(self, takers: Mapping[str, Taker], now: UnixMs) -> int:
        """Send every message that has no final answer once, and return how many got one.

        Args:
            takers: who makes something of the answers, by topic.

        Raises:
            Unavailable: the ledger cannot be reached; what was answered before is stored.
        """
        last = answered = 0
        while page := self._waiting(after=last):
            last = page[-1][0]
            answers = self._line.submit([wire for _, _, wire in page])
            final = [
                (message, topic, answer.outcome)
                for (message, topic, _), answer in zip(page, answers, strict=True)
                if answer.outcome.is_final
            ]
            answered += self._take(final, takers, now) if final else 0
        return answered

    def _waiting(self, *, after: int) -> list[tuple[int, str, bytes]]:
        waiting = (
            select(messages.c.message, messages.c.topic, messages.c.wire)
            .where(messages.c.answer.is_(None), messages.c.message > after)
            .order_by(messages.c.message)
            .limit(WINDOW)
        )
        with transaction(self._store) as connection:
            page = [(row.message, row.topic, row.wire) for row in connection.execute(waiting)]
        sizes = accumulate(len(wire) for _, _, wire in page)
        return page[: max(1, sum(1 for size in sizes if size <= _PAGE_BYTES))]

    # 3.

    def _take(self, final: list[tuple[int, str, Outcome]], takers: Mapping[str, Taker], now: UnixMs) -> int:
        taken = 0
        with transaction(self._store) as connection:
            for message, topic, outcome in final:
                stored = connection.execute(
                    update(messages)
                    .where(messages.c.message == message, messages.c.answer.is_(None))
                    .values(answer=outcome.code)
                    .returning(messages.c.order_id, messages.c.command, messages.c.account, messages.c.number)
                ).one_or_none()
                if stored is None:
                    continue
                taken += 1
                if outcome.status is Status.EXPIRED and stored.number is not None:
                    connection.execute(insert(free_numbers).values(account=stored.account, number=stored.number))
                command = CommandId(bytes.fromhex(stored.command))
                delivered = Delivered(order_id=stored.order_id, command=command, outcome=outcome, heard_at=now)
                takers[topic](connection, delivered)
        return taken


def _take_number(connection: Connection, account: WalletId) -> Number:
    """Return the smallest number that expired unused, else the next one; it is taken when the transaction is."""
    smallest = select(func.min(free_numbers.c.number)).where(free_numbers.c.account == account).scalar_subquery()
    freed = connection.execute(
        delete(free_numbers)
        .where(free_numbers.c.account == account, free_numbers.c.number == smallest)
        .returning(free_numbers.c.number)
    ).scalar_one_or_none()
    if freed is not None:
        return Number(freed)
    next_number = (
        update(lanes)
        .where(lanes.c.account == account)
        .values(next_number=lanes.c.next_number + 1)
        .returning(lanes.c.next_number)
    )
    taken = connection.execute(next_number).scalar_one_or_none()
    if taken is None:
        insert_once(connection, insert(lanes).values(account=account, next_number=1))
        taken = connection.execute(next_number).scalar_one()
    return Number(taken - 1)
