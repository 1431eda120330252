"""The workflow of the central bank's orders: asked for, proposed, approved by officers one by one.

1. An order is *requested* under an id of the asker's choosing: the same id with the same content is the same order.
   An issue waits until its reserves are locked.
2. It is *proposed*: lane, number and the exact bytes are stored in one transaction, before any officer sees them.
3. Officers approve one by one, elsewhere, with keys that are not the central bank's: each approval is a signature over
   those bytes. With the last one that is needed the order is *approved*, and its wire stored in the same transaction.
4. The outbox sends the wire until the ledger's answer is final.
5. An order whose bytes can never count any more has *lapsed*: it is proposed again under its own number, or abandoned.

Killed anywhere, the next start goes on from the newest transaction; each step made twice is made once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError, Unavailable
from dcep.ids import CommandId, LedgerId, OperatorId, WalletId
from dcep.issuance.orders import Place, body_of, place_of
from dcep.issuance.reserves.account import Reserve, require_amount
from dcep.issuance.reserves.transfers import Direction, reference_of
from dcep.issuance.states import State
from dcep.issuance.store import Order, Proposed, Rows
from dcep.ledger.client import AccountView, Answer, Standing
from dcep.messages import layout
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.commands.governance import Rules, SetBoard, SetOperator, Workers
from dcep.messages.commands.issuance import Allocate, Issue, Withdraw
from dcep.messages.genesis import ISSUING_VAULT
from dcep.messages.layout import Epoch, Malformed
from dcep.money import Fen

# Half of the longest life that the rules grant: two sites have a working day.
LIFE_MS: Final = 12 * 3_600_000
_RETRY_AFTER_MS: Final = 1_000
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ORDERS: Final = (Issue, Allocate, Withdraw, Rules, Workers, SetBoard, SetOperator, Freeze, Unfreeze)


class Ledger(Protocol):
    """What the workflow asks of a ledger: its line in this process, or over HTTP."""

    def submit(self, wires: Sequence[bytes]) -> Sequence[Answer]: ...

    def standing(self) -> Standing: ...

    def account(self, wallet: WalletId) -> AccountView | None: ...


def epoch_in_force(ledger: Ledger, given: Place) -> Epoch:
    """Return the version of the board, or of whoever else guards the account, that the ledger now demands."""
    if given.account == ISSUING_VAULT:
        return Epoch(ledger.standing().board)
    account = ledger.account(given.account)
    assert account is not None, "a ledger has the central bank's accounts from its genesis"
    return Epoch(account.epoch)


class Desk:
    """Where orders are asked for, proposed and approved.

    Args:
        ledgers: tier 1 and every shard.
        life_ms: how long officers have for an approval.
    """

    def __init__(self, reserve: Reserve, ledgers: Mapping[LedgerId, Ledger], *, life_ms: int = LIFE_MS) -> None:
        self.store, self._reserve = reserve.store, reserve
        self._ledgers, self._life_ms = ledgers, life_ms

    # 1.

    def issue(self, order_id: str, operator: OperatorId, amount: Fen, *, now: UnixMs) -> Order:
        """Ask for an issue: with the order its transfer of reserves is stored, under the lock id that follows from it.

        Raises:
            BadInput: `bad_order_id`, `order_id_reused`, `bad_amount`.
        """
        lock = reference_of(self.store.network, order_id, Direction.LOCK)
        return self.request(order_id, Issue(operator=operator, amount=amount, lock=lock), now=now)

    def allocate(self, order_id: str, issue_id: str, shard: LedgerId, *, now: UnixMs) -> Order:
        """Ask for the allocation of what an order issued, in full and under its lock, to the bank vault on a shard.

        Raises:
            BadInput: `unknown_order`, or `bad_order`: the other order is no issue; see `request`.
        """
        issue = self.order(issue_id).content
        if not isinstance(issue, Issue):
            raise BadInput("bad_order", f"order {issue_id!r} is no issue")
        allocation = Allocate(shard=shard, operator=issue.operator, amount=issue.amount, lock=issue.lock)
        return self.request(order_id, allocation, now=now)

    def withdraw(self, order_id: str, operator: OperatorId, amount: Fen, *, now: UnixMs) -> Order:
        """Ask for the withdrawal of what an operator has returned; see `request`."""
        return self.request(order_id, Withdraw(operator=operator, amount=amount), now=now)

    def request(self, order_id: str, content: Any, *, now: UnixMs) -> Order:
        """Ask for an order.

        Raises:
            BadInput: `bad_order_id`, `bad_order`, `bad_amount`; or `order_id_reused`: another order has this id.
        """
        if not _ID.fullmatch(order_id):
            raise BadInput("bad_order_id", "the id of an order is 1 to 64 of A-Z a-z 0-9 _ -")
        if not isinstance(content, _ORDERS):
            raise BadInput("bad_order", f"the central bank gives no order {type(content).__name__}")
        try:
            # What cannot be read again, such as a board that nobody can meet, must never lie in the store.
            layout.decode(type(content), layout.encode(content))
        except Malformed as error:
            raise BadInput("bad_order", f"a field of the order is out of its range: {error}") from error
        if isinstance(content, Issue | Withdraw):
            require_amount(content.amount)
        with self.store.transaction() as rows:
            known = rows.find_order(order_id)
            if known is None:
                return self._enter(rows, order_id, content, now)
            if known.content != content:
                raise BadInput("order_id_reused", f"{order_id!r} is the id of another order")
            return known

    def _enter(self, rows: Rows, order_id: str, content: Any, now: UnixMs) -> Order:
        given = place_of(content, self.store.genesis.shards)
        if not isinstance(content, Issue):
            return rows.add_order(order_id, content, given, State.REQUESTED, now=now)
        if content.lock != reference_of(self.store.network, order_id, Direction.LOCK):
            raise BadInput("bad_order", "the lock id of an issue follows from the id of its order")
        order = rows.add_order(order_id, content, given, State.AWAITING_RESERVES, now=now)
        self._reserve.order_lock(rows, order, now=now)
        return order

    # 2.

    def propose(self, order_id: str, *, now: UnixMs) -> Proposed:
        """Store the bytes of an order for the officers; a proposal that stands is returned as it is.

        Raises:
            BadInput: `unknown_order`.
            DcepError: `wrong_state`; `too_many_open`.
            Unavailable: `board_unknown`: the ledger has a newer board than was recorded here.
        """
        with self.store.transaction() as rows:
            given = rows.order(order_id).given
        ledger = self._ledgers[given.ledger]
        epoch, ledger_time = epoch_in_force(ledger, given), ledger.standing().now
        with self.store.transaction() as rows:
            order = rows.order(order_id)
            if order.state in (State.PROPOSED, State.APPROVED, State.SETTLED, State.REFUSED):
                return _newest(rows, order)
            _require_state(order, State.REQUESTED, State.LAPSED)
            policy = rows.policy(given.account, epoch)
            if policy is None:
                message = f"the ledger is at board {epoch}, of which nothing was recorded here yet"
                raise Unavailable("board_unknown", message, retry_after_ms=_RETRY_AFTER_MS)
            number = order.number or rows.take_number(given, order_id, ledger_time=ledger_time)
            expires_at = UnixMs(now + self._life_ms)
            body = body_of(self.store.network, given, number, epoch, order.content, expires_at=expires_at)
            return rows.propose(order, number, body, policy, epoch=epoch, expires_at=expires_at, now=now)

    # 3.

    def approve(self, command: CommandId, key: bytes, signature: bytes, *, now: UnixMs) -> Order:
        """Take an officer's approval of a proposal. One that was taken before changes nothing.

        Args:
            command: the SHA-256 of the bytes that the officer signed.

        Raises:
            BadInput: `unknown_proposal`, `no_seat`.
            BadSignature: the signature is not one of these bytes by this key.
            DcepError: `board_changed`, `proposal_expired`, `stale_approval`; nothing was written.
        """
        with self.store.transaction() as rows:
            proposed = rows.proposed(command)
            if proposed is None:
                raise BadInput("unknown_proposal", "no proposal has these bytes")
            order, proposal = rows.order(proposed.order_id), proposed.proposal
            before = proposal.approvals
            seat = proposal.take(key, signature)
            if proposal.approvals == before or (order.command == command and _is_past_approval(order)):
                return order
            self._require_fresh(rows, order, proposed, now)
            rows.add_approval(command, seat, signature, now=now)
            if not proposal.is_approved:
                return order
            rows.keep_wire(command, proposal.wire())
            return rows.move(order, State.APPROVED, now=now)

    # 5.

    def abandon(self, order_id: str, *, now: UnixMs) -> Order:
        """Give an order up that no board has approved. Its number goes to another order once its bytes are dead.

        An issue is given up only when its bytes are dead already: its reserves go back.

        Raises:
            BadInput: `unknown_order`.
            DcepError: `wrong_state`.
        """
        with self.store.transaction() as rows:
            order = rows.order(order_id)
            if order.state is State.ABANDONED:
                return order
            is_issue = isinstance(order.content, Issue)
            _require_state(order, State.REQUESTED, State.LAPSED, *(() if is_issue else (State.PROPOSED,)))
            if is_issue:
                self._reserve.send_back(rows, order, now=now)
            if order.number is not None:
                is_dead = order.state is State.LAPSED
                rows.release_number(order, free_from=UnixMs(0) if is_dead else _newest(rows, order).expires_at)
            return rows.move(order, State.ABANDONED, now=now)

    # What people ask.

    def order(self, order_id: str) -> Order:
        """Return an order; BadInput `unknown_order` if there is none."""
        with self.store.transaction() as rows:
            return rows.order(order_id)

    def orders(self, *, state: State | None = None, after: int = 0, limit: int = 100) -> list[Order]:
        """Return a page of orders, those requested first before the others, behind the place `after`."""
        with self.store.transaction() as rows:
            return rows.orders(state=state, after=after, limit=limit)

    def proposed(self, order_id: str) -> Proposed:
        """Return the newest bytes of an order and who has signed them.

        Raises:
            BadInput: `unknown_order`.
            DcepError: `wrong_state`: it was never proposed.
        """
        with self.store.transaction() as rows:
            return _newest(rows, rows.order(order_id))

    def _require_fresh(self, rows: Rows, order: Order, proposed: Proposed, now: UnixMs) -> None:
        """Refuse an approval of bytes that can never count."""
        if proposed.epoch != rows.newest_epoch(order.given.account):
            raise DcepError("board_changed", "another board is in force: the order must be proposed again")
        if now >= proposed.expires_at:
            raise DcepError("proposal_expired", "these bytes have expired: the order must be proposed again")
        if order.command != proposed.command or order.state is not State.PROPOSED:
            raise DcepError("stale_approval", f"these bytes wait for nobody any more: the order is {order.state}")


def _newest(rows: Rows, order: Order) -> Proposed:
    found = None if order.command is None else rows.proposed(order.command)
    if found is None:
        raise DcepError("wrong_state", f"order {order.id} is {order.state}: it was never proposed")
    return found


def _is_past_approval(order: Order) -> bool:
    return order.state in (State.APPROVED, State.SETTLED, State.REFUSED)


def _require_state(order: Order, *states: State) -> None:
    if order.state not in states:
        raise DcepError("wrong_state", f"order {order.id} is {order.state}, not {' or '.join(states)}")
