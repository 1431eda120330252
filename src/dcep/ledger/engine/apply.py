"""A ledger is a pure function of its log: state = fold(apply_frame, frames).

1. A frame of another ledger or network, or by a key that is not on the list in force at its place, is skipped whole.
2. The frame's ticks are heard first.
3. A frame whose time is further ahead than the bound is void: its commands are not processed, the ledger goes on.
4. Time is folded.
5. Each command is heard, judged by its chapter, and its number used.

Signatures are verified before the append, and admissibility does not ask again; but for the officers' orders inside
credits and the co-signatures inside captures and releases: money is made, and held money moves, only by signatures that
the engine itself has seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.ids import TIER1, CommandId
from dcep.ledger.engine.admissibility import Answered, hear
from dcep.ledger.engine.book import Book
from dcep.ledger.engine.chapters import (
    channel,
    freezing,
    governance,
    holds,
    issuance,
    payments,
    policies,
    timekeeping,
    vaults,
    wallets,
)
from dcep.messages.commands.channel import Ack, Credit, Resend
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.commands.governance import Rules, SetBoard, SetOperator, Workers
from dcep.messages.commands.holds import Capture, Hold, Release
from dcep.messages.commands.issuance import Allocate, Issue, Withdraw
from dcep.messages.commands.payments import Cancel, Pay, Refund
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.commands.timekeeping import Checkpoint, Tick
from dcep.messages.commands.vaults import Exchange, Redeem, Return
from dcep.messages.commands.wallets import Close, Open, SetClass
from dcep.messages.crossings import Message, OfficersOrder, Payment, Returned, ReturnToIssuer
from dcep.messages.frames import split
from dcep.messages.kinds import Ledgers
from dcep.messages.layout import Key, Malformed
from dcep.messages.outcomes import SETTLED, Outcome, Status, not_processed, refused
from dcep.messages.refusals import NotProcessed, Refusal, Refused, Unheard, refuse_if
from dcep.messages.signed import Command, decode, decode_record, illegible_id, prefix, signatures_hold

# Orders of an account, under a number.
_ORDERS: Final[dict[type, Callable[[Book, Any, Any], None]]] = {
    Open: wallets.open_wallet,
    SetClass: wallets.set_class,
    Close: wallets.close,
    Freeze: freezing.freeze,
    Unfreeze: freezing.unfreeze,
    Pay: payments.pay,
    Refund: payments.refund,
    Cancel: payments.cancel,
    Exchange: vaults.exchange,
    Redeem: vaults.redeem,
    Return: vaults.return_to_issuer,
    SetPolicy: policies.set_policy,
    Hold: holds.hold,
    Capture: holds.capture,
    Release: holds.release,
    Issue: issuance.issue,
    Allocate: issuance.allocate,
    Withdraw: issuance.withdraw,
    Rules: governance.give,
    Workers: governance.give,
    SetBoard: governance.give,
    SetOperator: governance.give,
}
# Messages that a credit brings.
_ARRIVALS: Final[dict[type, Callable[[Book, Message], None]]] = {
    Payment: channel.arrive_payment,
    Returned: channel.arrive_return,
    ReturnToIssuer: issuance.take_back,
}
# Officers' orders that tier 1 sends on.
_ENACTED: Final[dict[type, Callable[[Book, Command, Any], None]]] = {
    Allocate: issuance.credit_allocation,
    Rules: governance.enact,
    Workers: governance.enact,
    SetBoard: governance.enact,
    SetOperator: governance.enact,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A command of a frame and what became of it."""

    id: CommandId
    outcome: Outcome


def apply_frame(book: Book, worker: Key, time: UnixMs, body: bytes) -> list[Judged] | None:
    """Fold one frame of this ledger and network into the book.

    Args:
        worker: the key that signed the frame; its signature has been verified.
        time: the frame's own time.
        body: the frame's records.

    Returns:
        One judgement a record, in order; None if the frame was skipped and does not count.
    """
    # 1.
    if not book.is_worker(book.ledger, worker):
        return None
    commands = _decode(book, body)
    # 2.
    told = {place: _judge(book, command) for place, command in enumerate(commands) if _is_tick(command)}
    # 3.
    if book.time.is_ahead(time, book.rules.in_force.clock_bound):
        book.alarms += 1
        void = not_processed(NotProcessed.CLOCK_AHEAD)
        return [Judged(id=command.id, outcome=told.get(place, void)) for place, command in enumerate(commands)]
    # 4.
    book.time.advance(time)
    book.rules.advance(book.now)
    # 5.
    return [
        Judged(id=command.id, outcome=told[place] if place in told else _judge(book, command))
        for place, command in enumerate(commands)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Illegible:
    """A record that is no command; a worker should not have let it in."""

    id: CommandId


def _decode(book: Book, body: bytes) -> list[Command | _Illegible]:
    network_prefix = prefix(book.network)
    try:
        records = split(body)
    except Malformed:
        return [_illegible(network_prefix, body)]
    commands: list[Command | _Illegible] = []
    for record in records:
        try:
            commands.append(decode_record(record, network_prefix))
        except Malformed:
            commands.append(_illegible(network_prefix, record))
    return commands


def _illegible(network_prefix: bytes, record: bytes) -> _Illegible:
    return _Illegible(id=illegible_id(record, network_prefix))


def _is_tick(command: Command | _Illegible) -> bool:
    return isinstance(command, Command) and type(command.body.order) is Tick


def _judge(book: Book, command: Command | _Illegible) -> Outcome:
    if isinstance(command, _Illegible):
        return not_processed(NotProcessed.MALFORMED)
    book.at_hand, book.sent = command, []
    try:
        if not is_law_here(book, command):
            raise Unheard(NotProcessed.NOT_AUTHORISED)
        return _obey(book, command) if command.kind.is_numbered else _take(book, command)
    except Answered as answer:
        return answer.outcome
    except Unheard as unheard:
        return not_processed(unheard.reason)


def is_law_here(book: Book, command: Command) -> bool:
    """Return whether a command of this kind is law on this ledger."""
    return command.kind.ledgers is Ledgers.BOTH or (command.kind.ledgers is Ledgers.TIER1) == book.is_tier1


def _obey(book: Book, command: Command) -> Outcome:
    """Hear an account's order, judge it, and use its number up."""
    body = command.body
    signer = hear(book, command)
    try:
        _ORDERS[type(body.order)](book, signer, body.order)
        outcome = _settled(book)
    except Refused as refusal:
        outcome = refused(refusal.refusal)
    book.use_number(signer, body.lane, body.number, settled=outcome.status is Status.SETTLED)
    return outcome


def _take(book: Book, command: Command) -> Outcome:
    """Take a command that carries no account: its counters make it count once."""
    try:
        _UNNUMBERED[type(command.body.order)](book, command.body.order)
    except Refused as refusal:
        # A message that is invalid here is void: its n is consumed, nothing moves, the channel goes on.
        book.alarms += 1
        return refused(refusal.refusal)
    return _settled(book)


def _settled(book: Book) -> Outcome:
    return Outcome(status=Status.SETTLED, sent=tuple(book.sent)) if book.sent else SETTLED


def _credit(book: Book, order: Credit) -> None:
    try:
        message = channel.credit(book, order)
    except Malformed as error:
        raise Unheard(NotProcessed.MALFORMED) from error
    refuse_if(not _may_come(book, message), Refusal.WRONG_LEDGER)
    arrive = _ARRIVALS.get(type(message.content), _arrive_order)
    arrive(book, message)


def _may_come(book: Book, message: Message) -> bool:
    """Payments and returns go from shard to shard, officers' orders come from tier 1, money goes back to it."""
    if book.is_tier1:
        return type(message.content) is ReturnToIssuer
    comes_from_tier1 = message.source == TIER1
    return type(message.content) in ((OfficersOrder,) if comes_from_tier1 else (Payment, Returned))


def _arrive_order(book: Book, message: Message) -> None:
    """Verify and obey an officers' order at its place in the channel."""
    content: OfficersOrder = message.content
    try:
        command = decode(content.order, book.network)
    except Malformed:
        raise Refused(Refusal.BOARD_NOT_IN_FORCE) from None
    is_signed = book.is_signed_by_board(command) and signatures_hold(command)
    refuse_if(not is_signed, Refusal.BOARD_NOT_IN_FORCE)
    order = command.body.order
    refuse_if(type(order) not in _ENACTED, Refusal.WRONG_LEDGER)
    _ENACTED[type(order)](book, command, order)


def _ack(book: Book, order: Ack) -> None:
    try:
        channel.ack(book, order)
    except Malformed as error:
        raise Unheard(NotProcessed.MALFORMED) from error


_UNNUMBERED: Final[dict[type, Callable[[Book, Any], None]]] = {
    Credit: _credit,
    Ack: _ack,
    Resend: channel.resend,
    Tick: timekeeping.tick,
    Checkpoint: timekeeping.checkpoint,
}
