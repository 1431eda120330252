"""The officers' orders of vectors/workers: some that follow from a genesis, and some that do not."""

from __future__ import annotations

from typing import Final

from dcep.ids import TIER1
from dcep.messages.commands.governance import Workers
from dcep.messages.genesis import encode_genesis
from dcep.messages.layout import Version
from dcep.messages.worker_lists import BadWorkerOrders, follow
from dcep.simulation.economy import SHARD
from tests.unit.messages.test_worker_lists import FIRST, GENESIS, A, B, Boards

HEAD: Final = "what genesis ledger orders board keys"


def rows() -> list[tuple[str, ...]]:
    """Return the table: what, the genesis, the ledger, the orders; the board's version and all keys, or `bad`."""
    boards = Boards()
    one, two = boards.workers(1, FIRST, A), boards.workers(2, A, B, by_next=True)
    cases = {
        "no order": [],
        "another ledger's list": [boards.workers(1, A, ledger=TIER1)],
        "a list, a board, a list": [one, boards.board(), two],
        "the same, brought in another order": [two, boards.board(), one],
        "by another board": [boards.order(Workers(ledger=SHARD, replaces=Version(1), keys=(A,)), by_next=True)],
        "by the board before": [boards.board(), boards.workers(1, A, by_next=True), boards.workers(2, B)],
        "a version left out": [boards.workers(2, A)],
        "two in one place": [one, boards.workers(1, B)],
        "one order twice": [one, one],
        "another kind of order": [boards.board(2)],
        "a flipped bit": [one[:-1] + bytes([one[-1] ^ 1])],
        "half an order": [one[:40]],
    }
    return [_row(what, orders) for what, orders in cases.items()]


def _row(what: str, orders: list[bytes]) -> tuple[str, ...]:
    genesis = encode_genesis(GENESIS).hex()
    told = ",".join(order.hex() for order in orders)
    try:
        lists = follow(GENESIS, orders, SHARD)
    except BadWorkerOrders:
        return what, genesis, str(SHARD), told, "bad", "-"
    return what, genesis, str(SHARD), told, str(lists.board), ",".join(sorted(key.hex() for key in lists.keys))
