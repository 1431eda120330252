"""What a device does that replaces a lost one, or one that was put back.

1. It reads `high` of every lane behind a barrier that was taken after the loss.
2. On every lane it cancels at high + 64, under that number until it is gone.
3. Then likewise at high + 128. Now everything that the old device had signed is dead.

Source: PROTOCOL, the wallet.
"""

from __future__ import annotations

from typing import Final

from dcep.clock import UnixMs
from dcep.ids import LedgerId, WalletId
from dcep.ledger.engine.lanes import LANES_OF_A_WALLET
from dcep.messages.commands.payments import Cancel
from dcep.messages.layout import Lane
from dcep.messages.outcomes import Outcome, Status
from dcep.simulation.model.cast import Guard
from dcep.simulation.model.senders import Desk
from dcep.simulation.model.world import World

_WIDTH: Final = 64
_LIFE: Final = 200_000


class Recovery:
    """The way back of one wallet."""

    def __init__(self, world: World, wallet: WalletId, home: LedgerId, guard: Guard, barrier: int) -> None:
        self._world, self._wallet, self._home, self._barrier = world, wallet, home, barrier
        self.desks = [Desk(world.known, wallet, home, guard, lane) for lane in range(LANES_OF_A_WALLET)]
        self._target = [0] * LANES_OF_A_WALLET
        self._gone = [0] * LANES_OF_A_WALLET

    def go_on(self) -> bool:
        """Take the next step; return whether everything that the lost device had signed is dead."""
        if not any(self._target):
            self._read_high()
        return all(gone == 2 for gone in self._gone)

    # 1.

    def _read_high(self) -> None:
        worker = self._world.worker(self._home)
        # Without a barrier whoever answers will do: a worker that has just started knows no number of the wallet yet.
        knows_none = self._world.variant == "recovery-without-barrier"
        if worker.engine.account(self._wallet) is None or (worker.place < self._barrier and not knows_none):
            return
        for lane in range(LANES_OF_A_WALLET):
            high, _, _ = (0, 1, 0) if knows_none else worker.engine.window(self._wallet, Lane(lane))
            self._target[lane] = high + _WIDTH
            self._cancel(lane)

    # 2. and 3.

    def _cancel(self, lane: int) -> None:
        self.desks[lane].give(
            Cancel(),
            UnixMs(self._world.now + _LIFE),
            number=self._target[lane],
            done=lambda outcome: self._hear(lane, outcome),
        )

    def _hear(self, lane: int, outcome: Outcome) -> None:
        desk, number = self.desks[lane], self._target[lane]
        if outcome.status is Status.EXPIRED:
            # Its number is still to be used up.
            self._cancel(lane)
            return
        self._gone[lane] += 1
        if self._gone[lane] == 1:
            self._target[lane] += _WIDTH
            self._cancel(lane)
            return
        desk.next_number, desk.known_high = number + 1, number
        desk.free.clear()
