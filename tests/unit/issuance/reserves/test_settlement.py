"""The stand-in for the reserve accounts keeps them as the real ones are kept."""

from __future__ import annotations

import logging

import pytest

from dcep.errors import BadInput
from dcep.ids import OperatorId
from dcep.issuance.reserves.settlement import SimulatedSettlement
from dcep.issuance.supply import Supply
from dcep.messages.layout import LockId
from dcep.money import Fen

_BANK, _OTHER = OperatorId(1), OperatorId(2)
_LOCK = LockId(bytes(16))


def test_it_says_at_its_start_that_it_is_simulated(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody takes it for the settlement system."""
    with caplog.at_level(logging.WARNING):
        SimulatedSettlement()

    assert "SimulatedSettlement" in caplog.text


def test_reserves_are_locked_in_full_or_not_at_all() -> None:
    """A hundred per cent, before anything is issued."""
    settlement = SimulatedSettlement()
    settlement.deposit(_BANK, Fen(100))

    with pytest.raises(BadInput, match="insufficient_reserves"):
        settlement.lock(_BANK, Fen(101), _LOCK)

    assert (settlement.free_fen(_BANK), settlement.locked_fen) == (100, 0)


def test_a_lock_id_counts_once() -> None:
    """The same reserves never back two issues."""
    settlement = SimulatedSettlement()
    settlement.deposit(_BANK, Fen(100))
    settlement.lock(_BANK, Fen(40), _LOCK)

    with pytest.raises(BadInput, match="lock_used"):
        settlement.lock(_BANK, Fen(40), _LOCK)

    assert settlement.locked_fen == 40


def test_reserves_follow_the_operator_that_returns_the_money() -> None:
    """Money moves between the customers of operators, and the reserves behind it with it."""
    settlement = SimulatedSettlement()
    settlement.deposit(_BANK, Fen(100))
    settlement.lock(_BANK, Fen(100), _LOCK)

    settlement.unlock(_OTHER, Fen(60))

    assert (settlement.free_fen(_BANK), settlement.free_fen(_OTHER), settlement.locked_fen) == (0, 60, 40)
    with pytest.raises(BadInput, match="not_locked"):
        settlement.unlock(_BANK, Fen(41))


def supply(**changes: int) -> Supply:
    """Return a supply for which the law holds, but for the changes."""
    figures = {
        "issued_fen": 100,
        "withdrawn_fen": 10,
        "issuing_vault_fen": 20,
        "bank_vaults_fen": 30,
        "wallets_fen": 35,
        "in_transit_fen": 5,
        "reserve_fen": 90,
    }
    return Supply(**{**figures, **changes})


def test_the_supply_law_holds_when_every_fen_is_somewhere_and_backed() -> None:
    """Issued less withdrawn is what there is, and no more than the reserves."""
    assert supply().law_holds
    assert supply(reserve_fen=91).law_holds


@pytest.mark.parametrize(
    "changes",
    [
        {"wallets_fen": 34},
        {"wallets_fen": 36},
        {"reserve_fen": 89},
        {"in_transit_fen": -5, "wallets_fen": 45},
        {"issued_fen": 101},
    ],
)
def test_a_fen_missing_made_or_not_backed_breaks_the_supply_law(changes: dict[str, int]) -> None:
    """One fen is enough, in either direction."""
    assert not supply(**changes).law_holds
