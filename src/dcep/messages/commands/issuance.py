"""The central bank's money orders on tier 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dcep.ids import LedgerId, OperatorId
from dcep.messages.layout import Lane, LockId
from dcep.money import Fen

# The issuing vault's lane for orders that stay on tier 1; shard s has lane s + 1, for ever.
TIER1_LANE: Final = Lane(0)


def lane_to(shard: LedgerId) -> Lane:
    """Return the issuing vault's lane for allocations to a shard."""
    return Lane(shard + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Issue into the issuing vault, against reserves locked under `lock`, for one operator."""

    operator: OperatorId
    amount: Fen
    lock: LockId


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocate:
    """Allocate what was issued under `lock` to the operator's bank vault on a shard."""

    shard: LedgerId
    operator: OperatorId
    amount: Fen
    lock: LockId


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Withdraw 回笼 returned money from the issuing vault; the operator's reserves are unlocked."""

    operator: OperatorId
    amount: Fen
