"""What tier 1 keeps of each operator's money: no answer shows it, the supply report does."""

from __future__ import annotations

from dcep.ids import TIER1, OperatorId
from dcep.ledger.engine.statute import PythonEngine
from tests.language import play

_OPENED = 2 * 1_000_000_000


def test_what_was_allocated_and_returned_is_counted_for_ever() -> None:
    """Issued, allocated, returned, withdrawn: at each step the operator's part of the vault is what is left."""
    scene = play("issue 1 1_000 L\nallocate 0 1 1_000 L\ncarry\nreturn vault 400\ncarry\nissue 2 7 K\nwithdraw 1 300")

    tier1 = scene.network.ledgers[TIER1].engine
    assert isinstance(tier1, PythonEngine)
    holding, other = tier1.book.holding(OperatorId(1)), tier1.book.holding(OperatorId(2))
    assert (holding.allocated, holding.returned, holding.in_vault) == (_OPENED + 1_000, 400, 100)
    assert (other.allocated, other.returned, other.in_vault) == (_OPENED, 0, 7)
