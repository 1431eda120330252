"""The registrar's desk: orders about wallets, carried on until the ledger has said its last word on each.

1. An order is stored: `wanted`. The same order asked again is the same order.
2. Its command is signed with what now stands, and stored in the outbox in one transaction: `sent`.
3. The outbox sends it until the answer is final. Settled: `done`, and the customer's wallets are as the order wants.
4. What came too late, or named a number or a standing that is another's by now, is `wanted` again.
5. Any other refusal is the end: `refused`, with the ledger's code.

The state table is in docs/reference/operators.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, assert_never

from sqlalchemy import Connection, Engine, Row, insert, select, update

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.ids import OperatorId, WalletId, wallet_id
from dcep.ledger.client import Line
from dcep.messages.classes import Scope, WalletClass
from dcep.messages.layout import Hash, Malformed, Reader, Version
from dcep.messages.outcomes import Status
from dcep.messages.policies import NOBODY, Policy, encode_policy, read_policy
from dcep.messages.refusals import Refusal
from dcep.operators.customers.real_names import CustomerId, Evidence
from dcep.operators.customers.register import Customers, Draw, own_wallet
from dcep.operators.history.news import note_ended
from dcep.operators.order_ids import OrderId, digest_of, order_id, require_same
from dcep.operators.outbox import FIRST_EPOCH, Delivered, Outbox, Seal
from dcep.operators.registrar import Registrar
from dcep.operators.store import desk_orders, guards, transaction, wallets

TOPIC: Final = "desk"
_SERIALS: Final = 10**12
_BASIS_LENGTH: Final = 128
# Refusals that speak of what the command named, and not of what the order wants.
_SIGN_ANEW: Final = frozenset(
    {Refusal.WALLET_EXISTS.code, Refusal.WRONG_LEDGER.code, Refusal.STALE.code, "expired", "never_processed"}
)


class DeskKind(StrEnum):
    """What the registrar is asked for."""

    OPEN = "open"
    SET_CLASS = "set_class"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    CLOSE = "close"


# What the bank or a board has ordered about a wallet is not told to its holder, who would be warned.
OF_HOLDERS: Final = (DeskKind.OPEN, DeskKind.SET_CLASS, DeskKind.CLOSE)


class DeskState(StrEnum):
    """How far an order is."""

    WANTED = "wanted"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskOrder:
    """An order as it stands; `code` is the ledger's where it refused."""

    id: OrderId
    kind: DeskKind
    wallet: WalletId | None
    state: DeskState
    code: str
    basis: str | None


class Desk:
    """Orders about the wallets of one operator's customers."""

    def __init__(
        self,
        store: Engine,
        outbox: Outbox,
        line: Line,
        customers: Customers,
        *,
        operator: OperatorId,
        seal: Seal,
        draw: Draw,
    ) -> None:
        self._store, self._outbox, self._line, self._customers = store, outbox, line, customers
        self._operator, self._seal, self._draw = operator, seal, draw

    # 1.

    def open_wallet(
        self,
        customer: CustomerId,
        wallet_class: WalletClass,
        policy: Policy,
        *,
        key: str,
        now: UnixMs,
        asker: str | None = None,
    ) -> OrderId:
        """Order a wallet of a class for a customer, guarded by the holder's policy.

        Args:
            asker: whose `key` it is, where whoever asks is known by something else than his evidence.

        Raises:
            BadInput: `bad_policy`, `bad_idempotency_key`, `idempotency_key_reused`.
            DcepError: `evidence_insufficient`; nothing was stored.
        """
        guard = encode_policy(policy)
        _require_policy(guard)
        return self._order(
            DeskKind.OPEN,
            customer,
            key,
            {"wallet_class": int(wallet_class), "policy": guard},
            asker=asker,
            wanted=wallet_class,
            now=now,
        )

    def set_class(
        self, wallet: WalletId, wallet_class: WalletClass, *, key: str, now: UnixMs, asker: str | None = None
    ) -> OrderId:
        """Order a wallet into another class that its holder has shown evidence for.

        Raises:
            DcepError: `not_your_customer`, `evidence_insufficient`; nothing was stored.
        """
        values = {"wallet": wallet, "wallet_class": int(wallet_class)}
        holder = self._holder(wallet)
        return self._order(DeskKind.SET_CLASS, holder, key, values, asker=asker, wanted=wallet_class, now=now)

    def upgrade(
        self,
        wallet: WalletId,
        evidence: Evidence,
        wallet_class: WalletClass,
        *,
        key: str,
        now: UnixMs,
        asker: str | None = None,
    ) -> OrderId:
        """Take better evidence in for a wallet, and order it into the class that this allows.

        A nameless holder who shows a document becomes the customer of that document.

        Raises:
            DcepError: `not_your_customer`, `already_named`, `evidence_declined`, `evidence_insufficient`.
        """
        self._holder(wallet)
        if evidence.best_class is WalletClass.IV:
            raise DcepError("evidence_insufficient", "a phone number alone names nobody")
        self._customers.move(wallet, to=self._customers.register(evidence, now=now))
        return self.set_class(wallet, wallet_class, key=key, now=now, asker=asker)

    def freeze(self, wallet: WalletId, scope: Scope, basis: str, *, by: str, key: str, now: UnixMs) -> OrderId:
        """Order a wallet frozen on a basis.

        Args:
            basis: the reference of the legal basis, 1 to 128 characters; its SHA-256 stands in the command.
            by: who of the bank's orders it.

        Raises:
            BadInput: `bad_basis`.
            DcepError: `not_your_customer`.
        """
        values = {"wallet": wallet, "scope": int(scope), "basis": _require_basis(basis)}
        return self._order(DeskKind.FREEZE, self._holder(wallet), key, values, by=by, now=now)

    def unfreeze(self, wallet: WalletId, basis: str, *, by: str, key: str, now: UnixMs) -> OrderId:
        """Order every freeze of a wallet lifted, on a basis too."""
        values = {"wallet": wallet, "basis": _require_basis(basis)}
        return self._order(DeskKind.UNFREEZE, self._holder(wallet), key, values, by=by, now=now)

    def close(self, wallet: WalletId, *, key: str, now: UnixMs) -> OrderId:
        """Order an empty wallet closed for ever."""
        return self._order(DeskKind.CLOSE, self._holder(wallet), key, {"wallet": wallet}, now=now)

    def order(self, order: OrderId) -> DeskOrder:
        """Return an order as it stands.

        Raises:
            DcepError: `order_unknown`.
        """
        with transaction(self._store) as connection:
            row = connection.execute(select(desk_orders).where(desk_orders.c.order_id == order)).one_or_none()
        if row is None:
            raise DcepError("order_unknown", "this operator has no order of this id")
        return DeskOrder(
            id=OrderId(row.order_id),
            kind=DeskKind(row.kind),
            wallet=row.wallet,
            state=DeskState(row.state),
            code=row.code,
            basis=row.basis,
        )

    def _holder(self, wallet: WalletId) -> CustomerId:
        with transaction(self._store) as connection:
            return own_wallet(connection, wallet).customer

    def _order(
        self,
        kind: DeskKind,
        customer: CustomerId,
        key: str,
        values: dict[str, Any],
        *,
        asker: str | None = None,
        wanted: WalletClass | None = None,
        by: str | None = None,
        now: UnixMs,
    ) -> OrderId:
        order = order_id(TOPIC, asker or customer, key)
        digest = digest_of(kind, customer, *(part for pair in sorted(values.items()) for part in pair))
        with transaction(self._store) as connection:
            stored = select(desk_orders.c.digest).where(desk_orders.c.order_id == order)
            known = connection.execute(stored).scalar_one_or_none()
            if known is not None:
                require_same(known, digest)
                return order
            if wanted is not None:
                self._customers.require_class(connection, customer, wanted)
            row = {
                "order_id": order,
                "kind": kind,
                "digest": digest,
                "customer": customer,
                "taken_at_ms": now,
                "asked_by": by,
                **values,
            }
            connection.execute(insert(desk_orders).values(row | {"state": DeskState.WANTED, "code": ""}))
        return order

    # 2.

    def advance(self, now: UnixMs) -> int:
        """Sign what is wanted, as far as the window has room, and return how many orders moved."""
        with transaction(self._store) as connection:
            room = self._outbox.room(connection, self._seal.account)
            wanted = (
                select(desk_orders)
                .where(desk_orders.c.state == DeskState.WANTED)
                .order_by(desk_orders.c.taken_at_ms, desk_orders.c.order_id)
                .limit(room)
            )
            rows = connection.execute(wanted).all()
        if not rows:
            return 0
        expires_at = self._outbox.expiry(now)
        standings = {row.wallet: self._standing(row.wallet) for row in rows if row.kind in _NAME_A_STANDING}
        moved = 0
        with transaction(self._store) as connection:
            for row in rows:
                moved += self._sign(connection, row, standings.get(row.wallet, Version(0)), expires_at)
        return moved

    def _standing(self, wallet: WalletId) -> Version:
        account = self._line.account(wallet)
        # Its opening settled before anybody could order anything about it.
        assert account is not None, "a wallet of the operator is not on the ledger"
        return Version(account.standing)

    def _sign(self, connection: Connection, row: Row[Any], standing: Version, expires_at: UnixMs) -> int:
        number = WalletId(row.wallet or 0)
        if row.kind == DeskKind.OPEN:
            # A number that was taken must not be tried twice: each signing draws.
            number = wallet_id(self._operator, self._draw(_SERIALS))
        signed = connection.execute(
            update(desk_orders)
            .where(desk_orders.c.order_id == row.order_id, desk_orders.c.state == DeskState.WANTED)
            .values(state=DeskState.SENT, wallet=number)
        ).rowcount
        if signed:
            self._outbox.sign(
                connection,
                self._seal,
                TOPIC,
                row.order_id,
                lambda signatory: _write(Registrar(signatory), row, number, standing, expires_at),
            )
        return signed

    # 3. to 5.

    def take(self, connection: Connection, delivered: Delivered) -> None:
        """Store what an order makes of the ledger's final answer."""
        row = connection.execute(select(desk_orders).where(desk_orders.c.order_id == delivered.order_id)).one()
        code = delivered.outcome.code
        if delivered.outcome.status is Status.SETTLED:
            state, code = DeskState.DONE, ""
            _obey(connection, row)
        elif code in _SIGN_ANEW:
            state = DeskState.WANTED
        else:
            state = DeskState.REFUSED
        ended_at = None if state is DeskState.WANTED else delivered.heard_at
        connection.execute(
            update(desk_orders)
            .where(desk_orders.c.order_id == row.order_id)
            .values(state=state, code=code, ended_at_ms=ended_at)
        )
        # Of an opening that was refused the number is nobody's.
        has_wallet = state is DeskState.DONE or row.kind != DeskKind.OPEN
        if ended_at is not None and row.kind in OF_HOLDERS and has_wallet:
            note_ended(connection, WalletId(row.wallet), row.order_id)


_NAME_A_STANDING: Final = frozenset({DeskKind.SET_CLASS, DeskKind.FREEZE, DeskKind.UNFREEZE})


def _write(registrar: Registrar, row: Row[Any], wallet: WalletId, standing: Version, expires_at: UnixMs) -> bytes:
    """Return the wire of the command that an order asks for."""
    basis = Hash(hashlib.sha256((row.basis or "").encode()).digest())
    kind = DeskKind(row.kind)
    match kind:
        case DeskKind.OPEN:
            return registrar.open(wallet, row.wallet_class, read_policy(Reader(row.policy)), expires_at=expires_at)
        case DeskKind.SET_CLASS:
            return registrar.set_class(wallet, row.wallet_class, replaces=standing, expires_at=expires_at)
        case DeskKind.FREEZE:
            return registrar.freeze(wallet, row.scope, replaces=standing, basis=basis, expires_at=expires_at)
        case DeskKind.UNFREEZE:
            return registrar.unfreeze(wallet, replaces=standing, basis=basis, expires_at=expires_at)
        case DeskKind.CLOSE:
            return registrar.close(wallet, expires_at=expires_at)
    assert_never(kind)


def _obey(connection: Connection, row: Row[Any]) -> None:
    """Let the operator's own wallets be as the ledger now has them."""
    mine = wallets.c.wallet == row.wallet
    match row.kind:
        case DeskKind.OPEN:
            values = {"wallet": row.wallet, "customer": row.customer, "wallet_class": row.wallet_class}
            connection.execute(insert(wallets).values(values | {"is_closed": False, "opened_at_ms": row.taken_at_ms}))
            connection.execute(insert(guards).values(wallet=row.wallet, epoch=FIRST_EPOCH, policy=row.policy))
        case DeskKind.SET_CLASS:
            connection.execute(update(wallets).where(mine).values(wallet_class=row.wallet_class))
        case DeskKind.CLOSE:
            connection.execute(update(wallets).where(mine).values(is_closed=True))


def _require_policy(guard: bytes) -> None:
    try:
        policy = read_policy(Reader(guard))
    except Malformed as error:
        raise BadInput("bad_policy", f"the policy cannot guard a wallet: {error}") from error
    if policy is NOBODY:
        raise BadInput("bad_policy", "a wallet that nobody guards")


def _require_basis(basis: str) -> str:
    if not 0 < len(basis) <= _BASIS_LENGTH:
        raise BadInput("bad_basis", "a basis is a reference of 1 to 128 characters")
    return basis
