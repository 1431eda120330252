"""Rules about the channel between two ledgers, left out."""

from __future__ import annotations

from dcep.ledger.engine import apply
from dcep.ledger.engine.book import Book
from dcep.ledger.engine.chapters import channel
from dcep.messages.commands.channel import Ack, Credit
from dcep.messages.crossings import Message, Payment, Returned, decode_message
from dcep.messages.headers import decode_signed_header
from dcep.messages.outcomes import Outcome, Status, not_processed
from dcep.messages.refusals import NotProcessed, Unheard
from dcep.messages.signed import Command


def credit_any(book: Book, order: Credit) -> Message:
    """Credit whatever is proven, without asking for its n."""
    header = decode_signed_header(order.header).header
    source = book.channels.get(header.ledger)
    if source is None or not book.is_worker(header.ledger, header.worker):
        raise Unheard(NotProcessed.NOT_AUTHORISED)
    source.take_in()
    return decode_message(book.network, order.message)


def wait_for_the_receiver(book: Book, message: Message) -> None:
    """Ask about the receiver before n is consumed, and wait until it can accept."""
    if _cannot_accept(book, message.content):
        _give_up(book, message)
        raise Unheard(NotProcessed.OUT_OF_TURN)
    _arrive_payment(book, message)


def drop_at_the_receiver(book: Book, message: Message) -> None:
    """Consume n and let go of money that the receiver cannot accept."""
    if not _cannot_accept(book, message.content):
        _arrive_payment(book, message)


def send_returns_back(book: Book, message: Message) -> None:
    """Send a return back again where the payer cannot take it."""
    returned: Returned = message.content
    payer = book.customer(returned.payer)
    if payer is None or book.destination_of(payer).cannot_accept(returned.amount):
        book.take_in(message.source, returned.amount)
        book.send(message.source, returned, returned.amount)
        return
    channel.arrive_return(book, message)


def take_any_ack(book: Book, order: Ack) -> None:
    """Take an acknowledgement without asking whether all that the peer had sent has come."""
    header = decode_signed_header(order.header).header
    peer = book.channels.get(header.ledger)
    flow = header.flow(book.ledger)
    if peer is None or flow is None or not book.is_worker(header.ledger, header.worker):
        raise Unheard(NotProcessed.NOT_AUTHORISED)
    if not peer.acked < flow.received <= peer.sent:
        raise Unheard(NotProcessed.OUT_OF_TURN)
    for data in peer.prune(flow.received):
        content = decode_message(book.network, data).content
        if isinstance(content, Payment):
            book.land(content.payer, content.amount)
    peer.peer_board, peer.peer_workers, peer.peer_rules = header.board, header.workers, header.rules
    book.close_allocations(peer.peer, header.vault_high, header.vault_used)


def block_at_a_void_message(book: Book, command: Command) -> Outcome:
    """Wait at a message that is void, instead of consuming its n."""
    outcome = _take(book, command)
    order = command.body.order
    if outcome.status is not Status.REFUSED or not isinstance(order, Credit):
        return outcome
    _give_up(book, decode_message(book.network, order.message))
    return not_processed(NotProcessed.OUT_OF_TURN)


def _cannot_accept(book: Book, payment: Payment) -> bool:
    receiver = book.customer(payment.receiver)
    return receiver is None or book.destination_of(receiver).cannot_accept(payment.amount)


def _give_up(book: Book, message: Message) -> None:
    """Let the n of a message be the next again."""
    source = book.channels[message.source]
    source.received = type(source.received)(source.received - 1)


# The rules as they stand, kept before anything takes their place.
_arrive_payment = channel.arrive_payment
_take = apply._take
