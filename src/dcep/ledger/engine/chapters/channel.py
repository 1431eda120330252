"""Credit, ack, resend: between two ledgers, exactly once.

1. A message is taken in only if the peer's signed header proves it and its n is the next; else it is out of turn.
2. Its n is consumed at once. What cannot be credited goes back in the same transition; a return is always taken.
3. An acknowledgement counts only when everything that the peer had sent by then has been taken in.

Source: PROTOCOL, channel between two ledgers.
"""

from __future__ import annotations

from typing import Any

from dcep.crypto import merkle
from dcep.ids import CommandId
from dcep.ledger.engine.book import Book
from dcep.ledger.engine.channels import Channel
from dcep.messages.commands.channel import Ack, Credit, Resend
from dcep.messages.commands.governance import Rules, SetBoard, Workers
from dcep.messages.commands.issuance import Allocate, lane_to
from dcep.messages.crossings import Message, OfficersOrder, Payment, Returned, decode_message, digest_of
from dcep.messages.headers import Flow, Header, decode_signed_header
from dcep.messages.layout import Blob, Malformed, Version
from dcep.messages.outcomes import Sent, decode_outcome, leaf
from dcep.messages.refusals import NotProcessed, Refusal, Unheard, known, refuse_if
from dcep.messages.signed import Command, decode, signatures_hold


def credit(book: Book, order: Credit) -> Message:
    """Take the next message of a peer in, and return it; its number is consumed whatever becomes of it.

    Raises:
        Unheard: the proof does not hold, or it is not the next; nothing has changed.
    """
    header = decode_signed_header(order.header).header
    channel = _channel_of(book, header)
    message = decode_message(book.network, order.message)

    # 1.
    if (message.source, message.destination) != (channel.peer, book.ledger) or not _is_proven(order, message, header):
        raise Unheard(NotProcessed.NOT_AUTHORISED)
    if message.n != channel.next_in:
        raise Unheard(NotProcessed.OUT_OF_TURN)
    channel.take_in()
    return message


def arrive_payment(book: Book, message: Message) -> None:
    """2. Credit a payment from another ledger, or send it back: receiver unknown, closed or over its cap."""
    payment: Payment = message.content
    book.take_in(message.source, payment.amount)
    receiver = book.customer(payment.receiver)
    if receiver is not None and not book.destination_of(receiver).cannot_accept(payment.amount):
        book.credit(receiver, payment.amount)
        return
    returned = Returned(payer=payment.payer, amount=payment.amount, command=payment.command, day=payment.day)
    book.send(message.source, returned, payment.amount)


def arrive_return(book: Book, message: Message) -> None:
    """2. Take a payment back. It is never returned again; its day, or its year, is given back while it lasts."""
    returned: Returned = message.content
    book.take_in(message.source, returned.amount)
    payer = book.customer(returned.payer)
    book.give_back(payer, returned.payer, returned.amount, returned.day)


def ack(book: Book, order: Ack) -> None:
    """3. Forget what the peer has taken in; the payers' money in flight has arrived or come back.

    Raises:
        Unheard: the header is not the peer's, says nothing new, or speaks of messages that have not come yet.
    """
    header = decode_signed_header(order.header).header
    channel = _channel_of(book, header)
    flow = _flow_to(book, header)
    if not channel.acked < flow.received <= channel.sent or flow.sent > channel.received:
        raise Unheard(NotProcessed.OUT_OF_TURN)

    for data in channel.prune(flow.received):
        content = decode_message(book.network, data).content
        if isinstance(content, Payment):
            book.land(content.payer, content.amount)
    channel.peer_board, channel.peer_workers, channel.peer_rules = header.board, header.workers, header.rules
    book.close_allocations(channel.peer, header.vault_high, header.vault_used)


def resend(book: Book, order: Resend) -> None:
    """Send an officers' order that fell void at the shard again, under a new n; tier 1 debits nothing a second time.

    Raises:
        Refused: there is no such order open; nothing has changed.
        Unheard: not signed, or its last message is still under way; nothing has changed.
    """
    channel = book.channels.get(order.shard)
    if channel is None:
        raise Unheard(NotProcessed.NOT_AUTHORISED)
    command = _decode_officers_order(book, order.order)
    if isinstance(command.body.order, Allocate):
        _resend_allocation(book, channel, command)
        return
    _resend_overwriting(book, channel, command)


def _resend_allocation(book: Book, channel: Channel, command: Command) -> None:
    """Send an allocation that the board in force signed anew, under its own lane, number, lock and amount."""
    allocate: Allocate = command.body.order
    refuse_if(allocate.shard != channel.peer or command.body.lane != lane_to(channel.peer), Refusal.WRONG_LANE)
    refuse_if(not book.is_signed_by_board(command), Refusal.BOARD_NOT_IN_FORCE)
    entry = known(book.open_allocations.get((channel.peer, command.body.number)), Refusal.LOCK_UNKNOWN)
    refuse_if(
        (entry.operator, entry.amount, entry.lock) != (allocate.operator, allocate.amount, allocate.lock),
        Refusal.LOCK_MISMATCH,
    )
    if entry.n > channel.acked:
        raise Unheard(NotProcessed.OUT_OF_TURN)
    entry.n = book.send(channel.peer, OfficersOrder(order=Blob(command.wire)), 0)


def _resend_overwriting(book: Book, channel: Channel, command: Command) -> None:
    """Send an order that tier 1 obeyed, if the shard still has what it replaces.

    A board as the board before it signed it; everything else signed by the board in force, under its own number.
    """
    order = command.body.order
    stands = _version_at_peer(channel, order)
    refuse_if(stands is not None and stands != order.replaces, Refusal.STALE)
    is_signed = isinstance(order, SetBoard) or book.is_signed_by_board(command)
    refuse_if(not is_signed or not book.has_obeyed(command), Refusal.BOARD_NOT_IN_FORCE)
    if channel.acked != channel.sent:
        raise Unheard(NotProcessed.OUT_OF_TURN)
    book.send(channel.peer, OfficersOrder(order=Blob(command.wire)), 0)


def _version_at_peer(channel: Channel, order: Any) -> Version | None:
    """Return the version at the peer of what an order overwrites; None where its headers do not say it."""
    match order:
        case SetBoard():
            return channel.peer_board
        case Rules():
            return channel.peer_rules
        # A header has the version of the ledger's own list alone.
        case Workers(ledger=channel.peer):
            return channel.peer_workers
        case _:
            return None


def _decode_officers_order(book: Book, wire: bytes) -> Command:
    try:
        command = decode(wire, book.network)
    except Malformed as error:
        raise Unheard(NotProcessed.MALFORMED) from error
    if not signatures_hold(command):
        raise Unheard(NotProcessed.BAD_SIGNATURE)
    return command


def _channel_of(book: Book, header: Header) -> Channel:
    """Return the channel to the ledger of a header that one of its workers in force has signed."""
    channel = book.channels.get(header.ledger)
    if channel is None or header.network != book.network or not book.is_worker(header.ledger, header.worker):
        raise Unheard(NotProcessed.NOT_AUTHORISED)
    return channel


def _flow_to(book: Book, header: Header) -> Flow:
    flow = header.flow(book.ledger)
    if flow is None:
        raise Unheard(NotProcessed.NOT_AUTHORISED)
    return flow


def _is_proven(order: Credit, message: Message, header: Header) -> bool:
    """Return whether the leaf names the message and its path leads to the header's root."""
    sent = Sent(to=message.destination, n=message.n, digest=digest_of(order.message))
    outcome = decode_outcome(order.outcome)
    if sent not in outcome.sent:
        return False
    start = merkle.leaf_hash(leaf(CommandId(order.command), outcome))
    try:
        return merkle.root_from_path(start, order.index, header.count, order.path) == header.outcomes_root
    except merkle.BadPath:
        return False
