"""Whoever has the genesis follows the officers' orders from it, and believes nobody who brings others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pytest

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.ids import TIER1, LedgerId
from dcep.issuance.officers import Officer, board_of
from dcep.issuance.orders import IssuingVault
from dcep.issuance.rules import read_rules
from dcep.messages.commands.governance import SetBoard, Workers
from dcep.messages.genesis import encode_genesis, network_of
from dcep.messages.layout import Hash, Key, Version
from dcep.messages.worker_lists import BadWorkerOrders, follow
from dcep.simulation.economy import SHARD, Keys, genesis_of

KEYS: Final = Keys(bytes(31) + b"w")
GENESIS: Final = genesis_of(KEYS, read_rules("ecny-2021"))
FIRST: Final = GENESIS.shard_workers[0]
A, B = (Key(KEYS.signer("worker", "shard", place).public) for place in (1, 2))
OFFICERS: Final = KEYS.officers()
OTHERS: Final = [
    Officer(name=officer.name, site=officer.site, signer=Signer(KEYS.bytes("next officer", place)))
    for place, officer in enumerate(OFFICERS)
]


class Boards:
    """Two boards, one after the other, and the orders that they sign."""

    def __init__(self) -> None:
        self._numbers = 0
        self.next = board_of(OTHERS, needed=3, sites=2)
        self._vaults = {
            False: IssuingVault(network_of(encode_genesis(GENESIS)), board_of(OFFICERS, needed=3, sites=2)),
            True: IssuingVault(network_of(encode_genesis(GENESIS)), self.next),
        }

    def order(self, order: Any, *, by_next: bool = False, by: Sequence[Officer] | None = None) -> bytes:
        """Return an order that officers have signed."""
        proposal = self._vaults[by_next].order(order, expires_at=UnixMs(10**12))
        for officer in by if by is not None else (OTHERS if by_next else OFFICERS)[:3]:
            proposal.approve(officer)
        return proposal.wire()

    def workers(self, replaces: int, *keys: Key, ledger: LedgerId = SHARD, by_next: bool = False) -> bytes:
        """Return a list of workers."""
        return self.order(Workers(ledger=ledger, replaces=Version(replaces), keys=keys), by_next=by_next)

    def board(self, replaces: int = 1, *, by_next: bool = False) -> bytes:
        """Return the order that puts the next board in force."""
        return self.order(SetBoard(replaces=Version(replaces), board=self.next), by_next=by_next)


@pytest.fixture
def boards() -> Boards:
    """Return both boards."""
    return Boards()


def test_without_an_order_the_worker_of_the_genesis_counts(boards: Boards) -> None:
    """Nobody has to be asked about a network whose officers have changed nothing; another ledger's list is its own."""
    lists = follow(GENESIS, [], SHARD)
    beside = follow(GENESIS, [boards.workers(1, A, ledger=TIER1)], SHARD)

    assert lists == beside
    assert (lists.lists, lists.board) == (((FIRST,),), 1)
    assert lists.keys == {FIRST}


def test_lists_follow_each_other_and_the_boards_in_whatever_order_they_are_brought(boards: Boards) -> None:
    """Who signed while he stood on a list has signed: every key counts that has stood on one."""
    orders = [boards.workers(1, FIRST, A), boards.board(), boards.workers(2, A, B, by_next=True)]

    found = [follow(GENESIS, each, SHARD) for each in (orders, orders[::-1], [orders[2], orders[0], orders[1]])]

    assert found[0] == found[1] == found[2]
    assert (found[0].lists, found[0].board) == (((FIRST,), (FIRST, A), (A, B)), 2)
    assert found[0].keys == {FIRST, A, B}


def test_what_no_board_in_force_has_given_is_not_believed(boards: Boards) -> None:
    """Too few officers, another board, a version left out, one twice, another kind, another network, a flipped bit."""
    elsewhere = replace(GENESIS, random=Hash(bytes(32)))
    one = boards.workers(1, A)
    wrong: list[list[bytes]] = [
        [boards.order(Workers(ledger=SHARD, replaces=Version(1), keys=(A,)), by=OTHERS[:3], by_next=True)],
        [boards.board(), boards.workers(1, A, by_next=True), boards.workers(2, B)],
        [boards.workers(2, A)],
        [one, boards.workers(1, B)],
        [one, one],
        [boards.board(2)],
        [boards.board(1, by_next=True)],
        [boards.order(replace(GENESIS.rules, replaces=Version(1)))],
        [one[:-1] + bytes([one[-1] ^ 1])],
        [one[:40]],
        [one] * 1_001,
    ]

    for orders in wrong:
        with pytest.raises(BadWorkerOrders):
            follow(GENESIS, orders, SHARD)
    with pytest.raises(BadWorkerOrders):
        follow(elsewhere, [one], SHARD)
