"""Money: not a fen is lost, made or paid twice, whatever happens in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given

from dcep.ids import TIER1
from dcep.ledger.engine.standing import Engine
from tests.laws.histories import happen, histories, opened, quick
from tests.network import ENGINES, Network


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(history=histories)
def test_money_is_conserved_at_every_cut(engine: str, history: list[str]) -> None:
    """On each ledger what came less what went; over all of them what was issued and not withdrawn."""
    scene = opened(ENGINES[engine])

    for text in history:
        happen(scene, text)

        for place in scene.network.ledgers.values():
            sums, standing = place.engine.sums(), place.engine.standing()
            held = sums.wallets + sums.vaults + sums.issuing_vault + sums.locked + sums.on_hold + sums.suspense
            assert held == standing.total == _came_in(scene.network, place.engine)
            assert sums.suspense == 0
        supply = scene.network.ledgers[TIER1].engine.sums()
        held_by_all = sum(place.engine.standing().total for place in scene.network.ledgers.values())
        assert held_by_all + scene.network.in_transit() == supply.issued - supply.withdrawn
        assert _nothing_comes_that_was_not_sent(scene.network)


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(history=histories)
def test_a_closed_account_never_holds_money(engine: str, history: list[str]) -> None:
    """Neither a balance, nor locked money, nor money in flight that might come back."""
    scene = opened(ENGINES[engine])

    for text in history:
        happen(scene, text)

        for place in scene.network.ledgers.values():
            for wallet, _ in place.engine.balances():
                view = place.engine.account(wallet)
                assert view is not None
                assert not view.closed or view.balance == view.locked == view.on_hold == view.in_flight == 0


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(history=histories)
def test_when_all_is_carried_nothing_is_in_flight(engine: str, history: list[str]) -> None:
    """Every payment has arrived or come back, and no payer waits for an acknowledgement."""
    scene = opened(ENGINES[engine])
    for text in history:
        happen(scene, text)

    scene.network.carry()

    assert scene.network.in_transit() == 0
    for place in scene.network.ledgers.values():
        for wallet, _ in place.engine.balances():
            view = place.engine.account(wallet)
            assert view is not None
            assert view.in_flight == 0


def _came_in(network: Network, engine: Engine) -> int:
    """Return what came less what went, and on tier 1 what was issued less what was withdrawn."""
    sums, flows = engine.sums(), engine.standing().flows
    return sums.issued - sums.withdrawn + sum(flow.received_fen - flow.sent_fen for flow in flows)


def _nothing_comes_that_was_not_sent(network: Network) -> bool:
    """Return whether each ledger has received at most what its peer has sent, message by message and fen by fen."""
    flows = {
        (ledger, flow.peer): flow for ledger, place in network.ledgers.items() for flow in place.engine.standing().flows
    }
    return all(
        flow.received <= flows[peer, ledger].sent and flow.received_fen <= flows[peer, ledger].sent_fen
        for (ledger, peer), flow in flows.items()
    )
