"""What can be asked for: a record for each kind of order, and the desk at which it is entered."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec

from dcep.clock import UnixMs
from dcep.http import bodies
from dcep.http.bodies import Strict
from dcep.http.problems import Problem
from dcep.ids import BadWalletId, LedgerId, OperatorId, WalletId, parse_wallet_id
from dcep.issuance.central_bank import CentralBank
from dcep.issuance.store import Order
from dcep.messages import layout
from dcep.messages.classes import OperatorStatus, Scope
from dcep.messages.commands.governance import ClassLimits, Rules, SetOperator
from dcep.messages.commands.issuance import Allocate, Issue
from dcep.messages.kinds import KINDS
from dcep.messages.layout import Code, Hash, Key, Malformed, Name, Reader, Version
from dcep.messages.policies import Board, Policy, Seat, read_policy
from dcep.money import MAX_FEN, Fen

Amount = Annotated[int, msgspec.Meta(ge=1, le=10**15)]
Limit = Annotated[int, msgspec.Meta(ge=0, le=10**17)] | None
Operator = Annotated[int, msgspec.Meta(ge=1, le=999)]
Shard = Annotated[int, msgspec.Meta(ge=0, le=254)]
Time = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]
# As many digits as a wallet's number has, with the spaces that people type.
Number = Annotated[str, msgspec.Meta(max_length=32)]
# A name has sixteen bytes on the ledger.
RulesName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,16}$")]
_NAME_SIZE: Final = 16
_HASH_SIZE: Final = 32
_CLASSES: Final = 5
_SCOPES: Final = {"pay": Scope.PAY, "receive": Scope.RECEIVE, "both": Scope.PAY | Scope.RECEIVE}
# Everything the boards order that is no money: its record comes in the bytes of docs/reference/commands.md.
_OF_BOARDS: Final = {
    kind.name: kind.record
    for kind in KINDS.values()
    if kind.name in {"rules", "workers", "set_board", "set_operator", "freeze", "unfreeze"}
}


class NewIssue(Strict, frozen=True, tag_field="kind", tag="issue"):
    """Ask for an issue: the operator's reserves are locked first."""

    operator: Operator
    amount_fen: Amount


class NewAllocation(Strict, frozen=True, tag_field="kind", tag="allocate"):
    """Ask for an allocation of what an order of this central bank has issued, all of it if no amount is named."""

    issue: str
    amount_fen: Amount | None = None
    shard: Shard = 0


class NewWithdrawal(Strict, frozen=True, tag_field="kind", tag="withdraw"):
    """Ask for a withdrawal of what an operator has returned."""

    operator: Operator
    amount_fen: Amount


class NewAdmission(Strict, frozen=True, tag_field="kind", tag="admit"):
    """Ask for an operator's admission on a shard; policies are hex of the bytes that stand in a command."""

    operator: Operator
    registrar: Number
    registrar_policy: str
    vault: Number
    vault_policy: str
    shard: Shard = 0


class NewSuspension(Strict, frozen=True, tag_field="kind", tag="suspend"):
    """Ask for an operator's suspension on a shard."""

    operator: Operator
    shard: Shard = 0


class NewReadmission(Strict, frozen=True, tag_field="kind", tag="readmit"):
    """Ask for the end of an operator's suspension."""

    operator: Operator
    shard: Shard = 0


class SeatBody(Strict, frozen=True):
    """An officer's seat: the site where the key is kept, its suite, and the public key, hex."""

    site: Byte
    suite: Byte
    key: str


class NewOfficers(Strict, frozen=True, tag_field="kind", tag="set_board"):
    """Ask for another officers' board."""

    needed: Byte
    sites: Byte
    seats: Annotated[list[SeatBody], msgspec.Meta(max_length=32)]


class LimitsBody(Strict, frozen=True):
    """The limits of a class, fen; null where there is none."""

    cap_fen: Limit
    single_fen: Limit
    daily_fen: Limit
    annual_fen: Limit


class NewRules(Strict, frozen=True, tag_field="kind", tag="rules"):
    """Ask for a dated rule set; its classes are I, II, III, IV and corporate."""

    name: RulesName
    effective_at_ms: Time
    max_life_ms: Time
    clock_bound_ms: Time
    classes: Annotated[list[LimitsBody], msgspec.Meta(min_length=_CLASSES, max_length=_CLASSES)]


class NewWorkers(Strict, frozen=True, tag_field="kind", tag="workers"):
    """Ask for another list of the workers of a ledger."""

    ledger: str
    keys: Annotated[list[str], msgspec.Meta(max_length=16)]


class NewFreeze(Strict, frozen=True, tag_field="kind", tag="freeze"):
    """Ask for the freeze of a wallet on a legal basis, of which the hash alone comes here."""

    wallet: Number
    scope: Literal["pay", "receive", "both"]
    basis_sha256: str


class NewUnfreeze(Strict, frozen=True, tag_field="kind", tag="unfreeze"):
    """Ask for the end of every freeze of a wallet."""

    wallet: Number
    basis_sha256: str


class NewBoardOrder(Strict, frozen=True, tag_field="kind", tag="board"):
    """Ask for any other order of a board: the command's name, and its fields as bytes."""

    command: str
    fields: str


NewOrder = (
    NewIssue
    | NewAllocation
    | NewWithdrawal
    | NewAdmission
    | NewSuspension
    | NewReadmission
    | NewOfficers
    | NewRules
    | NewWorkers
    | NewFreeze
    | NewUnfreeze
    | NewBoardOrder
)


def enter(bank: CentralBank, order_id: str, wanted: NewOrder, now: UnixMs) -> Order:
    """Ask for an order.

    Raises:
        Problem: 422 `bad_order`, 400 `malformed_body`, `bad_wallet_id`.
        DcepError: what the desk says.
    """
    desk, governance = bank.desk, bank.governance
    match wanted:
        case NewIssue(operator=operator, amount_fen=amount):
            return desk.issue(order_id, OperatorId(operator), Fen(amount), now=now)
        case NewAllocation():
            return desk.request(order_id, _allocation(bank, wanted), now=now)
        case NewWithdrawal(operator=operator, amount_fen=amount):
            return desk.withdraw(order_id, OperatorId(operator), Fen(amount), now=now)
        case NewAdmission():
            return governance.admit(order_id, _admission(wanted), now=now)
        case NewSuspension(operator=operator, shard=shard):
            return governance.suspend(order_id, OperatorId(operator), LedgerId(shard), now=now)
        case NewReadmission(operator=operator, shard=shard):
            return governance.readmit(order_id, OperatorId(operator), LedgerId(shard), now=now)
        case NewOfficers():
            return governance.set_board(order_id, _board(wanted), now=now)
        case NewRules():
            return governance.set_rules(order_id, _rules(wanted), now=now)
        case NewWorkers(ledger=ledger, keys=keys):
            listed = tuple(Key(bodies.unhex(key, "keys")) for key in keys)
            return governance.set_workers(order_id, governance.ledger_named(ledger), listed, now=now)
        case NewFreeze(wallet=wallet, scope=scope):
            basis = _basis(wanted.basis_sha256)
            return governance.freeze(order_id, _wallet(wallet), _SCOPES[scope], basis, now=now)
        case NewUnfreeze(wallet=wallet):
            return governance.unfreeze(order_id, _wallet(wallet), _basis(wanted.basis_sha256), now=now)
        case NewBoardOrder():
            return desk.request(order_id, _content(wanted), now=now)


def _allocation(bank: CentralBank, wanted: NewAllocation) -> Allocate:
    issued = bank.desk.order(wanted.issue).content
    if not isinstance(issued, Issue):
        raise Problem(422, "bad_order", f"{wanted.issue} is no issue")
    amount = issued.amount if wanted.amount_fen is None else Fen(wanted.amount_fen)
    return Allocate(shard=LedgerId(wanted.shard), operator=issued.operator, amount=amount, lock=issued.lock)


def _admission(wanted: NewAdmission) -> SetOperator:
    return SetOperator(
        operator=OperatorId(wanted.operator),
        shard=LedgerId(wanted.shard),
        replaces=Version(0),
        status=Code(OperatorStatus.ADMITTED),
        registrar=_wallet(wanted.registrar),
        registrar_policy=_policy(wanted.registrar_policy, "registrar_policy"),
        vault=_wallet(wanted.vault),
        vault_policy=_policy(wanted.vault_policy, "vault_policy"),
    )


def _board(wanted: NewOfficers) -> Board:
    seats = tuple(
        Seat(site=seat.site, suite=seat.suite, key=Key(bodies.unhex(seat.key, "key"))) for seat in wanted.seats
    )
    return Board(needed=wanted.needed, sites=wanted.sites, seats=seats)


def _rules(wanted: NewRules) -> Rules:
    def fen(limit: int | None) -> Fen:
        return MAX_FEN if limit is None else Fen(limit)

    return Rules(
        replaces=Version(0),
        name=Name(wanted.name.encode("ascii").ljust(_NAME_SIZE, b"\0")),
        effective_at=UnixMs(wanted.effective_at_ms),
        max_life=UnixMs(wanted.max_life_ms),
        clock_bound=UnixMs(wanted.clock_bound_ms),
        classes=tuple(
            ClassLimits(
                cap=fen(each.cap_fen),
                single=fen(each.single_fen),
                daily=fen(each.daily_fen),
                annual=fen(each.annual_fen),
            )
            for each in wanted.classes
        ),
    )


def _content(wanted: NewBoardOrder) -> Any:
    record = _OF_BOARDS.get(wanted.command)
    if record is None:
        raise Problem(422, "bad_order", f"a board gives no order {wanted.command!r} here")
    try:
        return layout.decode(record, bodies.unhex(wanted.fields, "fields"))
    except Malformed as error:
        raise Problem(422, "bad_order", f"no fields of {wanted.command}: {error}") from error


def _wallet(text: str) -> WalletId:
    try:
        return parse_wallet_id(text)
    except BadWalletId as error:
        raise Problem(400, "bad_wallet_id", str(error)) from error


def _policy(text: str, name: str) -> Policy:
    reader = Reader(bodies.unhex(text, name))
    try:
        policy = read_policy(reader)
        reader.finish()
    except Malformed as error:
        raise Problem(422, "bad_order", f"{name} is no policy: {error}") from error
    return policy


def _basis(text: str) -> Hash:
    digest = bodies.unhex(text, "basis_sha256")
    if len(digest) != _HASH_SIZE:
        raise Problem(422, "bad_order", f"a SHA-256 has {_HASH_SIZE} bytes")
    return Hash(digest)
