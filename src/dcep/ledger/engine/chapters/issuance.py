"""The issuing vault 发行库: issue, allocate, withdraw on tier 1; the credit of an allocation on a shard."""

from __future__ import annotations

from dcep.ids import TIER1
from dcep.ledger.engine.accounts import Account
from dcep.ledger.engine.book import Book, Lock, OpenAllocation
from dcep.ledger.engine.lanes import WIDTH
from dcep.messages.classes import OperatorStatus
from dcep.messages.commands.issuance import TIER1_LANE, Allocate, Issue, Withdraw, lane_to
from dcep.messages.crossings import Message, OfficersOrder, ReturnToIssuer
from dcep.messages.layout import Blob
from dcep.messages.refusals import Refusal, known, refuse_if
from dcep.messages.signed import Command
from dcep.money import MAX_FEN


def issue(book: Book, vault: Account, order: Issue) -> None:
    """Issue into the issuing vault against reserves locked in full; each lock id counts once.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    amount = order.amount

    refuse_if(book.command_at_hand().body.lane != TIER1_LANE, Refusal.WRONG_LANE)
    refuse_if(amount == 0, Refusal.AMOUNT_ZERO)
    statuses = [seat.status for (operator, _), seat in book.operators.items() if operator == order.operator]
    refuse_if(not statuses, Refusal.OPERATOR_UNKNOWN)
    refuse_if(OperatorStatus.ADMITTED not in statuses, Refusal.OPERATOR_SUSPENDED)
    refuse_if(order.lock in book.locks, Refusal.LOCK_USED)
    refuse_if(book.issued - book.withdrawn + amount > MAX_FEN, Refusal.SUPPLY_OVERFLOW)

    # From here on the money is issued.
    book.locks[order.lock] = Lock(operator=order.operator, amount=amount, is_spent=False)
    book.issue(order.operator, amount)


def allocate(book: Book, vault: Account, order: Allocate) -> None:
    """Send what was issued under a lock, in full, to the operator's bank vault on a shard.

    The message is the command itself, with the officers' signatures.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    command, amount = book.command_at_hand(), order.amount

    refuse_if(command.body.lane != lane_to(order.shard), Refusal.WRONG_LANE)
    refuse_if(amount == 0, Refusal.AMOUNT_ZERO)
    operator = known(book.operator_on(order.operator, order.shard), Refusal.OPERATOR_UNKNOWN)
    refuse_if(operator.status != OperatorStatus.ADMITTED, Refusal.OPERATOR_SUSPENDED)
    lock = known(book.locks.get(order.lock), Refusal.LOCK_UNKNOWN)
    refuse_if(lock.is_spent, Refusal.LOCK_USED)
    refuse_if((lock.operator, lock.amount) != (order.operator, amount), Refusal.LOCK_MISMATCH)
    open_numbers = [number for shard, number in book.open_allocations if shard == order.shard]
    refuse_if(any(abs(command.body.number - number) >= WIDTH for number in open_numbers), Refusal.TOO_MANY_OPEN)
    # What was issued under the lock may have been withdrawn meanwhile.
    holding = book.holding(order.operator)
    refuse_if(amount > holding.in_vault, Refusal.INSUFFICIENT_FUNDS)

    # From here on the money is on its way.
    lock.is_spent = True
    holding.in_vault -= amount
    holding.allocated += amount
    book.debit(vault, amount)
    n = book.send(order.shard, OfficersOrder(order=Blob(command.wire)), amount)
    book.open_allocations[order.shard, command.body.number] = OpenAllocation(
        n=n, operator=order.operator, amount=amount, lock=order.lock
    )


def withdraw(book: Book, vault: Account, order: Withdraw) -> None:
    """Take returned money of an operator out of the world; as much of its reserves becomes free.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    refuse_if(book.command_at_hand().body.lane != TIER1_LANE, Refusal.WRONG_LANE)
    refuse_if(order.amount == 0, Refusal.AMOUNT_ZERO)
    holding = known(book.holdings.get(order.operator), Refusal.OPERATOR_UNKNOWN)
    refuse_if(order.amount > holding.in_vault, Refusal.INSUFFICIENT_FUNDS)

    # From here on the money is withdrawn.
    book.withdraw(order.operator, order.amount)


def credit_allocation(book: Book, command: Command, order: Allocate) -> None:
    """Credit an allocation to the operator's vault: a number credits once, whatever n brought it.

    Its expiry is for tier 1 to judge.

    Raises:
        Refused: the message is void; n is consumed, nothing else has changed.
    """
    window, number = book.vault_window, command.body.number

    refuse_if(command.body.lane != lane_to(book.ledger), Refusal.WRONG_LANE)
    operator = known(book.operator_on(order.operator, book.ledger), Refusal.OPERATOR_UNKNOWN)
    vault = known(book.account(operator.vault), Refusal.VAULT_UNKNOWN)
    refuse_if(order.shard != book.ledger, Refusal.WRONG_LEDGER)
    refuse_if(window.is_superseded(number) or window.is_used(number), Refusal.NUMBER_USED)
    refuse_if(order.lock in book.locks, Refusal.LOCK_USED)
    refuse_if(book.total + order.amount > MAX_FEN, Refusal.SUPPLY_OVERFLOW)

    # From here on the allocation counts.
    window.use(number, settled=True)
    book.locks[order.lock] = Lock(operator=order.operator, amount=order.amount, is_spent=True)
    book.take_in(TIER1, order.amount)
    book.credit(vault, order.amount)


def take_back(book: Book, message: Message) -> None:
    """Take money that an operator returned into the issuing vault.

    Raises:
        Refused: the message is void; n is consumed, nothing else has changed.
    """
    content: ReturnToIssuer = message.content
    channel = book.channels[message.source]
    known(book.operator_on(content.operator, message.source), Refusal.OPERATOR_UNKNOWN)
    # A shard brings back at most what was sent to it: its worker's key alone makes no money.
    refuse_if(content.amount > channel.sent_fen - channel.received_fen, Refusal.INSUFFICIENT_FUNDS)

    # From here on the money is back.
    vault, holding = book.issuing_vault(), book.holding(content.operator)
    book.take_in(message.source, content.amount)
    holding.returned += content.amount
    holding.in_vault += content.amount
    book.credit(vault, content.amount)
