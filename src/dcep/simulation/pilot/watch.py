"""The watch over a phase: boards are made of what ledger, operators and wallets tell, and published as they are made.

1. What the wallets wrote down is read before the ledger: so nothing can be in the one and not yet in the other.
2. The books are read by one at a time: the watch is over before the last board is made.
3. An operator's cost is its process's own time. A process that was started again counts from zero, and the sum goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Final

from dcep.clock import UnixMs
from dcep.errors import DcepError
from dcep.ids import OperatorId, WalletId
from dcep.messages.reports.scores import ScoreBoard, sign_board
from dcep.services import machine
from dcep.services.chores import wait
from dcep.simulation.pilot.books import LedgerBooks
from dcep.simulation.pilot.cast import RACING
from dcep.simulation.pilot.journal import Journal
from dcep.simulation.pilot.office import Office
from dcep.simulation.pilot.race import Seen, board_of

_log = logging.getLogger(__name__)
_LOOK_S: Final = 1.0


class Watch:
    """Makes the boards of one phase.

    Args:
        books: at their beginning; they are read on with each board.
        began_at: when the phase began.
    """

    def __init__(self, journal: Journal, office: Office, books: LedgerBooks, phase: int, began_at: UnixMs) -> None:
        self._journal, self._office, self._books = journal, office, books
        self._phase, self._began_at = phase, began_at

    async def go_on(self, over: asyncio.Event) -> None:
        """Publish a board every second until it is over: then nobody reads the books any more."""
        while not over.is_set():
            try:
                board = await asyncio.to_thread(self.board)
                await asyncio.to_thread(self._office.publish_board, sign_board(board, self._office.signer))
            except DcepError as error:
                # The next one says all that this one would have said.
                _log.debug("no board: %s", error)
            await wait(over, _LOOK_S)

    def board(self, balances: Mapping[WalletId, int] | None = None) -> ScoreBoard:
        """Return a board of this moment.

        Args:
            balances: what all wallets of the pilot hold; with them it is the phase's last one.

        Raises:
            Unavailable: somebody does not answer.
        """
        # 1.
        ends = self._journal.ends(self._phase)
        costs = {operator: self._cost(operator) for operator in RACING}
        law_holds = bool(self._office.supply()["supply"]["law_holds"])
        self._books.read(self._office.line.movements)
        seen = Seen(ends, costs, balances, law_holds)
        times = {"began_at": self._began_at, "at": machine.now()}
        return board_of(self._office.network, self._phase, self._books, seen, racing=RACING, **times)

    def _cost(self, operator: OperatorId) -> int:
        # 3.
        name = f"cpu-{self._phase}-{operator}"
        began, taken = self._office.cpu_us(operator)
        then_began, then_taken, total = self._journal.noted(name, [began, taken, 0])
        total += taken - then_taken if began == then_began else taken
        self._journal.put_note(name, [began, taken, total])
        return int(total)
