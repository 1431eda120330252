"""Movements: what an operator is told of its wallets comes to what the wallets hold, and to nobody else's."""

from __future__ import annotations

from itertools import cycle
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcep.ids import TIER1, LedgerId, OperatorId, operator_of
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.movements import Effect, Movement, MovementKind
from tests.followed import all_of, followed, place_of, sums_of
from tests.language import PLAYS, play, plays
from tests.laws.histories import histories, lived
from tests.network import ENGINES, Network

# The chapters in which money moves by more than what a command says.
_PLAYS: Final = [
    pytest.param(lines, id=f"{chapter}: {title}")
    for chapter in ("channel", "freezing", "holds", "vaults")
    for title, lines in plays(PLAYS / f"{chapter}.txt")
]
# Each example is a network, which is followed several times.
_few: Final = settings(max_examples=12)


@pytest.mark.parametrize("engine", ENGINES)
@_few
@given(history=histories)
def test_the_movements_of_a_wallet_come_to_its_balance(engine: str, history: list[str]) -> None:
    """Whatever happened in whatever order, and whichever engine has judged it."""
    network = lived(ENGINES[engine], history)

    for ledger, place in network.ledgers.items():
        make = PythonEngine if ledger == TIER1 else ENGINES[engine]
        told = all_of(followed(network, ledger, make))

        balances = {wallet: int(fen) for wallet, fen in place.engine.balances() if fen}
        assert sums_of(told) == balances


@pytest.mark.long
@pytest.mark.parametrize("lines", _PLAYS)
def test_the_movements_of_every_play_come_to_the_balances(lines: str) -> None:
    """What chance seldom brings together stands in the vectors: forged messages, suspense, money that was freed."""
    network = play(lines).network

    for ledger, place in network.ledgers.items():
        told = all_of(followed(network, ledger, PythonEngine))

        balances = {wallet: int(fen) for wallet, fen in place.engine.balances() if fen}
        assert sums_of(told) == balances


@_few
@given(history=histories, limits=st.lists(st.integers(1, 5), min_size=1, max_size=5))
def test_each_movement_is_told_once_however_the_pages_are_cut(history: list[str], limits: list[int]) -> None:
    """In the log's order, by pages of any size, and the same when the newest frames are no longer in memory."""
    network = lived(PythonEngine, history)

    for ledger in network.ledgers:
        movements = followed(network, ledger, PythonEngine)
        whole = all_of(movements)
        cut = all_of(followed(network, ledger, PythonEngine), limit=cycle(limits).__next__)
        again = all_of(movements)

        assert whole == cut == again
        assert [place_of(each) for each in whole] == sorted({place_of(each) for each in whole})


@_few
@given(history=histories)
def test_an_operator_is_told_of_its_own_wallets_and_of_all_of_them(history: list[str]) -> None:
    """What both sides of a payment are told is one movement each, and together it is what the network sees."""
    network = lived(PythonEngine, history)

    for ledger in network.ledgers:
        movements = followed(network, ledger, PythonEngine)
        whole = all_of(movements)
        operators = {operator_of(each.wallet) for each in whole}
        views = [all_of(movements, operator) for operator in operators]

        assert all(
            {operator_of(each.wallet) for each in view} <= {operator}
            for operator, view in zip(operators, views, strict=True)
        )
        assert sorted((each for view in views for each in view), key=place_of) == whole


def test_a_payer_is_told_the_same_whether_the_receiver_is_frozen_or_not() -> None:
    """Money for a frozen receiver is locked, and nobody is tipped off: its own operator alone sees that."""
    opening = """
        open    li      T  500
        open    2:chen  T  0
    """
    plain = play(opening + "pay li 2:chen 100").network
    frozen = play(opening + "freeze 2:chen receive\npay li 2:chen 100").network

    seen_plain, seen_frozen = (
        [(each.kind, each.wallet, each.counterparty, each.amount, each.effect) for each in told]
        for told in (_told_of_shard_0(plain, OperatorId(1)), _told_of_shard_0(frozen, OperatorId(1)))
    )
    *_, received = _told_of_shard_0(frozen, OperatorId(2))

    assert seen_plain == seen_frozen
    assert (received.kind, received.amount, received.effect) == (MovementKind.RECEIVED, 100, Effect.NONE)


def _told_of_shard_0(network: Network, operator: OperatorId) -> list[Movement]:
    return all_of(followed(network, LedgerId(0), PythonEngine), operator)
