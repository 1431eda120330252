"""The central bank's store: orders, the bytes that officers see, their signatures, numbers, boards. No names.

One transaction writes at a time, on every database: whoever begins one has seen all that was written before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from dcep.clock import UnixMs
from dcep.database import open_database
from dcep.errors import BadInput, DcepError
from dcep.ids import CommandId, LedgerId, WalletId
from dcep.issuance.officers import Proposal
from dcep.issuance.orders import Place
from dcep.issuance.states import State, require_move
from dcep.issuance.tables import ABOUT, APPROVALS, NUMBERS, ORDERS, POLICIES, PROPOSALS
from dcep.messages import layout
from dcep.messages.commands.governance import SetOperator
from dcep.messages.genesis import ISSUING_VAULT, Genesis, encode_genesis, network_of, supervision_wallet
from dcep.messages.kinds import KIND_OF, KINDS
from dcep.messages.layout import Epoch, Lane, Number, Reader
from dcep.messages.policies import Policy, encode_policy, read_policy
from dcep.messages.signed import command_id

MIGRATIONS: Final = Path(__file__).parent / "migrations"
# A lane's window: an open number this far below a new one would fall out of it.
WINDOW: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as it stands.

    `number` and `command` are None until it is first proposed; `code` is why it was refused or lapsed, or the newest
    answer that was not final; empty where there is none.
    """

    place: int
    id: str
    content: Any
    given: Place
    number: Number | None
    state: State
    code: str
    command: CommandId | None
    requested_at: UnixMs
    changed_at: UnixMs

    @property
    def kind(self) -> str:
        """The kind of the command, as docs/reference/commands.md names it."""
        return KIND_OF[type(self.content)].name


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The bytes of an order that officers see, and the signatures that they gave."""

    command: CommandId
    order_id: str
    epoch: Epoch
    expires_at: UnixMs
    proposal: Proposal


class Store:
    """The tables of one central bank, for one network.

    Raises:
        BadInput: `other_network`: the database belongs to another network; `bad_database_url`.
        Unavailable: `database_unavailable`.
    """

    def __init__(self, url: str, genesis: Genesis) -> None:
        self.genesis, self.network = genesis, network_of(encode_genesis(genesis))
        self.engine: Engine = open_database(url, MIGRATIONS)
        with self.engine.begin() as connection:
            self._begin_network(connection)

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        """Read and write as one: at the end everything is durable; after an exception nothing was written."""
        with self.engine.begin() as connection:
            # Where the database lets two writers in, the second waits here.
            connection.execute(select(ABOUT.c.network).with_for_update()).all()
            yield Rows(connection)

    def knows(self, order_id: str) -> bool:
        """Return whether an order has this id."""
        with self.transaction() as rows:
            return rows.find_order(order_id) is not None

    def close(self) -> None:
        """Leave the database."""
        self.engine.dispose()

    def _begin_network(self, connection: Connection) -> None:
        known = connection.execute(select(ABOUT.c.network)).scalar()
        if known is not None:
            if known != self.network:
                raise BadInput("other_network", "this database belongs to the central bank of another network")
            return
        connection.execute(insert(ABOUT).values(network=self.network))
        rows = Rows(connection)
        rows.keep_policy(ISSUING_VAULT, Epoch(1), self.genesis.board)
        for shard in map(LedgerId, range(self.genesis.shards)):
            rows.keep_policy(supervision_wallet(shard), Epoch(1), self.genesis.supervision)


class Rows:
    """What one transaction reads and writes."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    # Orders.

    def add_order(self, order_id: str, content: Any, given: Place, state: State, *, now: UnixMs) -> Order:
        """Keep a new order in its first state."""
        self.connection.execute(
            insert(ORDERS).values(
                id=order_id,
                kind=KIND_OF[type(content)].number,
                content=layout.encode(content),
                ledger=given.ledger,
                account=given.account,
                lane=given.lane,
                state=state.value,
                code="",
                requested_at_ms=now,
                changed_at_ms=now,
            )
        )
        return self.order(order_id)

    def find_order(self, order_id: str) -> Order | None:
        """Return an order, or None."""
        row = self.connection.execute(select(ORDERS).where(ORDERS.c.id == order_id)).one_or_none()
        return None if row is None else _order(row)

    def order(self, order_id: str) -> Order:
        """Return an order.

        Raises:
            BadInput: `unknown_order`.
        """
        found = self.find_order(order_id)
        if found is None:
            raise BadInput("unknown_order", f"there is no order {order_id!r}")
        return found

    def orders(self, *, state: State | None = None, after: int = 0, limit: int = 100) -> list[Order]:
        """Return orders in the order in which they were requested, behind a place."""
        query = select(ORDERS).where(ORDERS.c.place > after).order_by(ORDERS.c.place).limit(limit)
        if state is not None:
            query = query.where(ORDERS.c.state == state.value)
        return [_order(row) for row in self.connection.execute(query)]

    def settled(self, kind: type) -> list[Order]:
        """Return every settled order of a kind, oldest first."""
        query = select(ORDERS).where(ORDERS.c.kind == KIND_OF[kind].number, ORDERS.c.state == State.SETTLED.value)
        return [_order(row) for row in self.connection.execute(query.order_by(ORDERS.c.changed_at_ms, ORDERS.c.place))]

    def settled_wires(self, *kinds: type) -> list[bytes]:
        """Return the wires of every settled order of these kinds, oldest first."""
        numbers = [KIND_OF[kind].number for kind in kinds]
        query = (
            select(PROPOSALS.c.wire)
            .join(ORDERS, ORDERS.c.command == PROPOSALS.c.command)
            .where(ORDERS.c.kind.in_(numbers), ORDERS.c.state == State.SETTLED.value, PROPOSALS.c.wire.is_not(None))
        )
        return list(self.connection.execute(query.order_by(ORDERS.c.changed_at_ms, ORDERS.c.place)).scalars())

    def operators(self) -> list[SetOperator]:
        """Return each operator on each shard as the newest settled order left it."""
        seats: list[SetOperator] = [order.content for order in self.settled(SetOperator)]
        newest = {(seat.operator, seat.shard): seat for seat in sorted(seats, key=lambda seat: seat.replaces)}
        return [newest[place] for place in sorted(newest)]

    def move(self, order: Order, state: State, *, now: UnixMs, code: str = "") -> Order:
        """Let an order go over into another state."""
        require_move(order.state, state)
        self._change(order, state=state.value, code=code, changed_at_ms=now)
        if state in (State.SETTLED, State.REFUSED):
            self._change_number(order, is_used=True)
        return self.order(order.id)

    def remember_answer(self, order: Order, code: str) -> None:
        """Keep an answer that is not final."""
        self._change(order, code=code)

    def release_number(self, order: Order, *, free_from: UnixMs) -> None:
        """Let another order have the number as soon as the ledger's time has come so far."""
        self._change_number(order, order_id=None, free_from_ms=free_from)

    # Proposals.

    def propose(self, order: Order, number: Number, body: bytes, policy: Policy, **terms: Any) -> Proposed:
        """Keep the bytes that officers will see; `terms` are `epoch`, `expires_at` and `now`."""
        require_move(order.state, State.PROPOSED)
        command, now = command_id(body), terms["now"]
        self.connection.execute(
            insert(PROPOSALS).values(
                command=command,
                order_id=order.id,
                body=body,
                epoch=terms["epoch"],
                policy=encode_policy(policy),
                expires_at_ms=terms["expires_at"],
                proposed_at_ms=now,
            )
        )
        self._change(order, state=State.PROPOSED.value, code="", number=number, command=command, changed_at_ms=now)
        found = self.proposed(command)
        assert found is not None
        return found

    def proposed(self, command: CommandId) -> Proposed | None:
        """Return the bytes of an order with the signatures given so far, or None."""
        query = select(PROPOSALS).where(PROPOSALS.c.command == command)
        row = self.connection.execute(query).one_or_none()
        if row is None:
            return None
        given = self.connection.execute(select(APPROVALS).where(APPROVALS.c.command == command)).all()
        signatures = {approval.seat: approval.signature for approval in given}
        proposal = Proposal(body=row.body, policy=read_policy(Reader(row.policy)), _signatures=signatures)
        return Proposed(
            command=CommandId(row.command),
            order_id=row.order_id,
            epoch=Epoch(row.epoch),
            expires_at=UnixMs(row.expires_at_ms),
            proposal=proposal,
        )

    def add_approval(self, command: CommandId, seat: int, signature: bytes, *, now: UnixMs) -> None:
        """Keep an officer's signature."""
        values = {"command": command, "seat": seat, "signature": signature, "approved_at_ms": now}
        self.connection.execute(insert(APPROVALS).values(**values))

    def keep_wire(self, command: CommandId, wire: bytes) -> None:
        """Keep the bytes that are sent until their answer is final."""
        self.connection.execute(update(PROPOSALS).where(PROPOSALS.c.command == command).values(wire=wire))

    def waiting(self, state: State, ledger: LedgerId) -> list[tuple[Order, Proposed, bytes | None]]:
        """Return the orders of a ledger in a state, with their newest bytes and their wire, by lane and number."""
        query = (
            select(ORDERS, PROPOSALS.c.wire)
            .join(PROPOSALS, PROPOSALS.c.command == ORDERS.c.command)
            .where(ORDERS.c.state == state.value, ORDERS.c.ledger == ledger)
            .order_by(ORDERS.c.lane, ORDERS.c.number)
        )
        found = []
        for row in self.connection.execute(query).all():
            proposed = self.proposed(CommandId(row.command))
            assert proposed is not None
            found.append((_order(row), proposed, row.wire))
        return found

    # Numbers.

    def take_number(self, given: Place, order_id: str, *, ledger_time: UnixMs) -> Number:
        """Give an order the smallest number of the lane that was given back and is dead, else the next.

        Raises:
            DcepError: `too_many_open`: the oldest open number would fall out of the lane's window.
        """
        lane = (NUMBERS.c.account == given.account) & (NUMBERS.c.lane == given.lane)
        is_free = NUMBERS.c.order_id.is_(None) & (NUMBERS.c.free_from_ms <= ledger_time)
        ask = self.connection.execute
        free = ask(select(func.min(NUMBERS.c.number)).where(lane, is_free)).scalar()
        newest = ask(select(func.max(NUMBERS.c.number)).where(lane)).scalar() or 0
        oldest = ask(select(func.min(NUMBERS.c.number)).where(lane, NUMBERS.c.is_used.is_(False))).scalar()
        if free is not None:
            chosen = lane & (NUMBERS.c.number == free)
            ask(update(NUMBERS).where(chosen).values(order_id=order_id))
            return Number(free)
        if oldest is not None and newest + 1 - oldest >= WINDOW:
            raise DcepError(
                "too_many_open",
                f"number {oldest} of this lane is open, and {WINDOW} may be under way",
                next_step="propose its order again, or abandon it",
            )
        values = {"account": given.account, "lane": given.lane, "number": newest + 1, "order_id": order_id}
        ask(insert(NUMBERS).values(**values, is_used=False, free_from_ms=0))
        return Number(newest + 1)

    # Boards.

    def keep_policy(self, account: WalletId, epoch: Epoch, policy: Policy) -> None:
        """Keep who guards an account from an epoch on."""
        if self.policy(account, epoch) is None:
            values = {"account": account, "epoch": epoch, "policy": encode_policy(policy)}
            self.connection.execute(insert(POLICIES).values(**values))

    def policy(self, account: WalletId, epoch: Epoch) -> Policy | None:
        """Return who guards an account in an epoch, or None if that is not known here."""
        query = select(POLICIES.c.policy).where(POLICIES.c.account == account, POLICIES.c.epoch == epoch)
        data = self.connection.execute(query).scalar()
        return None if data is None else read_policy(Reader(data))

    def newest_epoch(self, account: WalletId) -> Epoch:
        """Return the newest epoch of an account that is known here."""
        query = select(func.max(POLICIES.c.epoch)).where(POLICIES.c.account == account)
        return Epoch(self.connection.execute(query).scalar_one())

    def _change(self, order: Order, **values: Any) -> None:
        self.connection.execute(update(ORDERS).where(ORDERS.c.id == order.id).values(**values))

    def _change_number(self, order: Order, **values: Any) -> None:
        self.connection.execute(update(NUMBERS).where(NUMBERS.c.order_id == order.id).values(**values))


def _order(row: Row[Any]) -> Order:
    return Order(
        place=row.place,
        id=row.id,
        content=layout.decode(KINDS[row.kind].record, row.content),
        given=Place(ledger=LedgerId(row.ledger), account=WalletId(row.account), lane=Lane(row.lane)),
        number=None if row.number is None else Number(row.number),
        state=State(row.state),
        code=row.code,
        command=None if row.command is None else CommandId(row.command),
        requested_at=UnixMs(row.requested_at_ms),
        changed_at=UnixMs(row.changed_at_ms),
    )
