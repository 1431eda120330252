"""Whose signatures count on a ledger: the worker of the genesis, and whoever the officers have put on its list since.

Whoever has the genesis follows the officers' orders from it and needs to believe nobody who brings them:

1. The genesis names the first worker of the ledger and the first officers' board.
2. An order counts if enough officers of the board in force have signed it, and it replaces the version in force: a list
   of workers, or the next board, which signs from then on.
3. Every order that is brought has its place, or the bringer is not believed.

What a worker signed while it stood on a list stays signed, so every key that ever stood on one is kept. An order proves
that the officers have given it, and not that it is the newest: whoever knows a later board does not go back to an
earlier one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dcep.ids import LedgerId
from dcep.messages.commands.governance import SetBoard, Workers
from dcep.messages.genesis import ISSUING_VAULT, Genesis, encode_genesis, network_of
from dcep.messages.layout import Key, Malformed
from dcep.messages.policies import Policy
from dcep.messages.signed import Command, decode, signatures_hold

MAX_ORDERS: Final = 1_000


class BadWorkerOrders(ValueError):
    """Orders that do not follow from the genesis; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLists:
    """Every list of a ledger's workers, the first one that of the genesis, and the version of the board behind them."""

    board: int
    lists: tuple[tuple[Key, ...], ...]

    @property
    def keys(self) -> frozenset[Key]:
        """Every key that has stood on a list."""
        return frozenset(key for each in self.lists for key in each)


def follow(genesis: Genesis, orders: Sequence[bytes], ledger: LedgerId) -> WorkerLists:
    """Return the worker lists of a ledger.

    Args:
        orders: the wires of the officers' settled orders about boards and workers, in any order.

    Raises:
        BadWorkerOrders: one of them has no place.
    """
    # 1.
    board, version = genesis.board, 1
    lists: list[tuple[Key, ...]] = [(genesis.worker(ledger),)]
    waiting = _of_ledger(_decoded(genesis, orders), ledger)
    while waiting:
        command = _next(waiting, board, version, len(lists))
        if command is None:
            # 3.
            raise BadWorkerOrders("an order that no board in force has given, or that replaces another version")
        waiting.remove(command)
        # 2.
        match command.body.order:
            case SetBoard(board=following):
                board, version = following, version + 1
            case Workers(keys=keys):
                lists.append(keys)
    return WorkerLists(board=version, lists=tuple(lists))


def _decoded(genesis: Genesis, orders: Sequence[bytes]) -> list[Command]:
    if len(orders) > MAX_ORDERS:
        raise BadWorkerOrders(f"more than {MAX_ORDERS} orders")
    network = network_of(encode_genesis(genesis))
    try:
        return [decode(wire, network) for wire in orders]
    except Malformed as error:
        raise BadWorkerOrders(f"these bytes are no order of this network: {error}") from error


def _of_ledger(commands: list[Command], ledger: LedgerId) -> list[Command]:
    return [
        command
        for command in commands
        if not isinstance(command.body.order, Workers) or command.body.order.ledger == ledger
    ]


def _next(waiting: list[Command], board: Policy, version: int, count: int) -> Command | None:
    """Return an order that comes next: a list before the next board, which may have signed none of the lists before."""
    fitting = [
        command
        for command in waiting
        if command.policy == board and command.body.account == ISSUING_VAULT and signatures_hold(command)
    ]
    lists = (each for each in fitting if isinstance(each.body.order, Workers) and each.body.order.replaces == count)
    boards = (each for each in fitting if isinstance(each.body.order, SetBoard) and each.body.order.replaces == version)
    return next(lists, None) or next(boards, None)
