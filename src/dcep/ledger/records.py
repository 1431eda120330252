"""What a ledger's routes take and give, as records for both ends: the reference is docs/reference/http-ledger.md."""

from __future__ import annotations

import struct
from typing import Final

from dcep.http.bodies import Strict
from dcep.ids import ledger_name
from dcep.ledger.engine.standing import AccountView, Standing, Statement, Sums
from dcep.ledger.movements import Movement, MovementPage
from dcep.ledger.worker.crossings import Crossing
from dcep.messages.headers import Flow, SignedHeader
from dcep.messages.layout import Seq

# One answer of a batch: status, reason, seq and place.
BATCH_ANSWER: Final = struct.Struct(">BHQI")


class AnswerBody(Strict, frozen=True, omit_defaults=True):
    """What became of a command; the receipt stands beside a settled one."""

    answer: str
    code: str
    final: bool
    seq: int | None
    place: int | None
    command_id: str | None
    receipt: str | None = None


class ReceiptBody(Strict, frozen=True):
    """An encoded receipt, hex."""

    receipt: str


class HeaderBody(Strict, frozen=True):
    """A signed header, and what one looks for in it."""

    seq: int
    time_ms: int
    head: str
    total_fen: int
    header: str


class GenesisBody(Strict, frozen=True):
    """The genesis, and the network's id that follows from it."""

    network: str
    genesis: str


class FlowBody(Strict, frozen=True):
    """What has gone to a peer and come from it."""

    peer: str
    sent: int
    sent_fen: int
    received: int
    received_fen: int


class StandingBody(Strict, frozen=True):
    """What the ledger says of itself after its newest frame."""

    seq: int
    now_ms: int
    told_ms: int
    clock_bound_ms: int
    total_fen: int
    vault_high: int
    vault_used: str
    board: int
    workers: int
    rules: int
    flows: list[FlowBody]


class SumsBody(Strict, frozen=True):
    """Where the money of the ledger is, and what has flowed, after one frame."""

    wallets_fen: int
    vaults_fen: int
    issuing_vault_fen: int
    locked_fen: int
    on_hold_fen: int
    suspense_fen: int
    issued_fen: int
    withdrawn_fen: int
    alarms: int


class StatementBody(Strict, frozen=True):
    """What the ledger says of itself and where its money is, behind one and the same frame."""

    standing: StandingBody
    sums: SumsBody


class AccountBody(Strict, frozen=True):
    """An account as it stands; the window is that of its first lane."""

    wallet: str
    wallet_class: int
    balance_fen: int
    locked_fen: int
    on_hold_fen: int
    in_flight_fen: int
    spent_today_fen: int
    spent_this_year_fen: int
    epoch: int
    standing: int
    frozen_to_pay: bool
    frozen_to_receive: bool
    closed: bool
    high: int
    used: str
    settled: str


class WindowBody(Strict, frozen=True):
    """The numbers of a lane: the highest, and of the 64 up to it those that were used and those that settled."""

    high: int
    used: str
    settled: str
    next_number: int


class CrossingBody(Strict, frozen=True):
    """This ledger's end of a channel."""

    peer: str
    sent: int
    received: int
    acked: int


class CreditBody(Strict, frozen=True):
    """A message to the peer as a command with its proof, hex."""

    n: int
    credit: str


class AckBody(Strict, frozen=True):
    """The newest header as an acknowledgement, hex; null before the first frame."""

    ack: str | None


class MovementBody(Strict, frozen=True, omit_defaults=True):
    """What one command did to one wallet."""

    seq: int
    place: int
    part: int
    at_ms: int
    kind: str
    wallet: str
    counterparty: str | None
    amount_fen: int
    effect: str
    command_id: str
    refers_to: str | None = None
    wallet_class: int | None = None
    policy: str | None = None
    epoch: int | None = None
    memo: str | None = None


class MovementsBody(Strict, frozen=True):
    """Movements in the log's order; `next` is always a cursor."""

    items: list[MovementBody]
    next: str
    has_more: bool


class TickBody(Strict, frozen=True):
    """The time that tier 1 has told, as a command."""

    height: int
    time_ms: int
    tick: str


def bits(number: int) -> str:
    """Return a map of 64 numbers as hex."""
    return f"{number:016x}"


def header_body(signed: SignedHeader) -> HeaderBody:
    """Return a signed header as it is shown."""
    it = signed.header
    return HeaderBody(seq=it.seq, time_ms=it.time, head=it.head.hex(), total_fen=it.total, header=signed.encode().hex())


def standing_body(seq: Seq, it: Standing) -> StandingBody:
    """Return the standing as it is shown."""
    return StandingBody(
        seq=seq,
        now_ms=it.now,
        told_ms=it.told,
        clock_bound_ms=it.clock_bound,
        total_fen=it.total,
        vault_high=it.vault_high,
        vault_used=bits(it.vault_used),
        board=it.board,
        workers=it.workers,
        rules=it.rules,
        flows=[_flow_body(flow) for flow in it.flows],
    )


def sums_body(it: Sums) -> SumsBody:
    """Return the sums as they are shown."""
    return SumsBody(
        wallets_fen=it.wallets,
        vaults_fen=it.vaults,
        issuing_vault_fen=it.issuing_vault,
        locked_fen=it.locked,
        on_hold_fen=it.on_hold,
        suspense_fen=it.suspense,
        issued_fen=it.issued,
        withdrawn_fen=it.withdrawn,
        alarms=it.alarms,
    )


def statement_body(it: Statement) -> StatementBody:
    """Return a statement as it is shown."""
    return StatementBody(standing=standing_body(it.seq, it.standing), sums=sums_body(it.sums))


def account_body(it: AccountView) -> AccountBody:
    """Return an account as it is shown."""
    return AccountBody(
        wallet=f"{it.wallet:016}",
        wallet_class=it.wallet_class,
        balance_fen=it.balance,
        locked_fen=it.locked,
        on_hold_fen=it.on_hold,
        in_flight_fen=it.in_flight,
        spent_today_fen=it.spent_today,
        spent_this_year_fen=it.spent_this_year,
        epoch=it.epoch,
        standing=it.standing,
        frozen_to_pay=it.frozen_to_pay,
        frozen_to_receive=it.frozen_to_receive,
        closed=it.closed,
        high=it.high,
        used=bits(it.used),
        settled=bits(it.settled),
    )


def movements_body(it: MovementPage) -> MovementsBody:
    """Return a page of movements as it is shown."""
    return MovementsBody(items=[_movement_body(each) for each in it.items], next=it.next, has_more=it.has_more)


def _movement_body(it: Movement) -> MovementBody:
    return MovementBody(
        seq=it.seq,
        place=it.place,
        part=it.part,
        at_ms=it.at,
        kind=it.kind,
        wallet=f"{it.wallet:016}",
        counterparty=None if it.counterparty is None else f"{it.counterparty:016}",
        amount_fen=it.amount,
        effect=it.effect,
        command_id=it.command.hex(),
        refers_to=None if it.refers_to is None else it.refers_to.hex(),
        wallet_class=it.wallet_class,
        policy=None if it.policy is None else it.policy.hex(),
        epoch=it.epoch,
        memo=None if it.memo is None else it.memo.hex(),
    )


def crossing_body(it: Crossing) -> CrossingBody:
    """Return one end of a channel as it is shown."""
    return CrossingBody(peer=ledger_name(it.peer), sent=it.sent, received=it.received, acked=it.acked)


def _flow_body(it: Flow) -> FlowBody:
    return FlowBody(
        peer=ledger_name(it.peer),
        sent=it.sent,
        sent_fen=it.sent_fen,
        received=it.received,
        received_fen=it.received_fen,
    )
