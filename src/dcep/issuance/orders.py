"""The orders of the central bank: who gives each, on which ledger, under which lane; and the bytes that are signed.

The officers' board gives its orders in the name of the issuing vault, on tier 1. The supervision board freezes wallets
in the name of its own account on the wallet's shard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.ids import TIER1, LedgerId, NetworkId, OperatorId, WalletId, home_of
from dcep.issuance.officers import Proposal
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.commands.issuance import TIER1_LANE, Allocate, Issue, Withdraw, lane_to
from dcep.messages.genesis import ISSUING_VAULT, supervision_wallet
from dcep.messages.layout import Epoch, Lane, LockId, Number, Version
from dcep.messages.policies import Board
from dcep.messages.signed import Body, encode_body
from dcep.money import Fen

_FIRST_BOARD: Final = Version(1)
_SUPERVISION_LANE: Final = Lane(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an order is given: the ledger, the account in whose name, and its lane."""

    ledger: LedgerId
    account: WalletId
    lane: Lane


def place_of(order: Any, shards: int) -> Place:
    """Return where an order is given, on a network with so many retail shards."""
    match order:
        case Freeze() | Unfreeze():
            shard = home_of(order.wallet, shards)
            return Place(ledger=shard, account=supervision_wallet(shard), lane=_SUPERVISION_LANE)
        case Allocate():
            return Place(ledger=TIER1, account=ISSUING_VAULT, lane=lane_to(order.shard))
        case _:
            return Place(ledger=TIER1, account=ISSUING_VAULT, lane=TIER1_LANE)


def body_of(network: NetworkId, place: Place, number: Number, epoch: Epoch, order: Any, *, expires_at: UnixMs) -> bytes:
    """Return the bytes that the officers sign.

    Args:
        epoch: the version of the board, or of whoever else guards the account.
    """
    body = Body(account=place.account, lane=place.lane, number=number, expires_at=expires_at, epoch=epoch, order=order)
    return encode_body(network, body)


class IssuingVault:
    """Numbers every order of the officers' board: one lane for tier 1, one for each shard, for ever."""

    def __init__(self, network: NetworkId, board: Board, version: Version = _FIRST_BOARD) -> None:
        self._network, self._board, self._version = network, board, version
        self._next: dict[Lane, Number] = {}

    def issue(self, operator: OperatorId, amount: Fen, lock: LockId, *, expires_at: UnixMs) -> Proposal:
        """Propose to issue against reserves that are locked in full."""
        return self.order(Issue(operator=operator, amount=amount, lock=lock), expires_at=expires_at)

    def allocate(
        self, shard: LedgerId, operator: OperatorId, amount: Fen, lock: LockId, *, expires_at: UnixMs
    ) -> Proposal:
        """Propose to allocate what was issued under the lock to the operator's bank vault."""
        order = Allocate(shard=shard, operator=operator, amount=amount, lock=lock)
        return self.order(order, expires_at=expires_at)

    def withdraw(self, operator: OperatorId, amount: Fen, *, expires_at: UnixMs) -> Proposal:
        """Propose to withdraw returned money."""
        return self.order(Withdraw(operator=operator, amount=amount), expires_at=expires_at)

    def order(self, order: Any, *, expires_at: UnixMs) -> Proposal:
        """Propose any order of the board."""
        # Only an order of the supervision board asks how many shards there are.
        place = place_of(order, 1)
        number = self._next.get(place.lane, Number(1))
        self._next[place.lane] = Number(number + 1)
        body = body_of(self._network, place, number, Epoch(self._version), order, expires_at=expires_at)
        return Proposal(body=body, policy=self._board)
