"""The issuing vault 发行库: issue, allocate, withdraw, and the orders that overwrite, as proposals to the officers."""

from __future__ import annotations

from typing import Any, Final

from dcep.clock import UnixMs
from dcep.ids import LedgerId, NetworkId, OperatorId
from dcep.issuance.officers import Proposal
from dcep.messages.commands.issuance import TIER1_LANE, Allocate, Issue, Withdraw, lane_to
from dcep.messages.genesis import ISSUING_VAULT
from dcep.messages.layout import Epoch, Lane, LockId, Number, Version
from dcep.messages.policies import Board
from dcep.messages.signed import Body, encode_body
from dcep.money import Fen

_FIRST_BOARD: Final = Version(1)


class IssuingVault:
    """Numbers every order of the central bank: one lane for tier 1, one for each shard, for ever."""

    def __init__(self, network: NetworkId, board: Board, version: Version = _FIRST_BOARD) -> None:
        self._network, self._board, self._version = network, board, version
        self._next: dict[Lane, Number] = {}

    def issue(self, operator: OperatorId, amount: Fen, lock: LockId, *, expires_at: UnixMs) -> Proposal:
        """Propose to issue against reserves that are locked in full."""
        return self._propose(TIER1_LANE, Issue(operator=operator, amount=amount, lock=lock), expires_at)

    def allocate(
        self, shard: LedgerId, operator: OperatorId, amount: Fen, lock: LockId, *, expires_at: UnixMs
    ) -> Proposal:
        """Propose to allocate what was issued under the lock to the operator's bank vault."""
        order = Allocate(shard=shard, operator=operator, amount=amount, lock=lock)
        return self._propose(lane_to(shard), order, expires_at)

    def withdraw(self, operator: OperatorId, amount: Fen, *, expires_at: UnixMs) -> Proposal:
        """Propose to withdraw returned money."""
        return self._propose(TIER1_LANE, Withdraw(operator=operator, amount=amount), expires_at)

    def order(self, order: Any, *, expires_at: UnixMs) -> Proposal:
        """Propose rules, a worker list, a board, or an operator."""
        return self._propose(TIER1_LANE, order, expires_at)

    def _propose(self, lane: Lane, order: Any, expires_at: UnixMs) -> Proposal:
        number = self._next.get(lane, Number(1))
        self._next[lane] = Number(number + 1)
        body = Body(
            account=ISSUING_VAULT,
            lane=lane,
            number=number,
            expires_at=expires_at,
            epoch=Epoch(self._version),
            order=order,
        )
        return Proposal(body=encode_body(self._network, body), board=self._board)
