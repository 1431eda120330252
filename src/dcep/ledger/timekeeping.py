"""Tier 1 tells the time: its node signs (network, height, time) with the members' key, and relays carry it on.

A ledger that hears nothing for longer than the rules allow appends nothing more, so the time is told often: long before
the bound, and once at the start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import BadInput
from dcep.ids import NetworkId, WalletId
from dcep.ledger.client import WorkerLine
from dcep.messages.commands.timekeeping import Tick
from dcep.messages.layout import Epoch, Lane, Number, Seq
from dcep.messages.outcomes import Status
from dcep.messages.signatory import single_key
from dcep.messages.signed import Body, attach, encode_body

# A dozen ticks fit into the bound of a minute: some may be lost.
TELL_EVERY_S: Final = 5.0


class Told(NamedTuple):
    """A tick that tier 1 itself has heard."""

    height: Seq
    time: UnixMs
    wire: bytes


class Teller:
    """Tells the time on tier 1.

    Args:
        line: tier 1, with the worker on it.
        signer: the key of the members' policy, the embedded tier 1's one node.
        clock: the real time.
    """

    def __init__(self, line: WorkerLine, signer: Signer, clock: Callable[[], UnixMs]) -> None:
        if single_key(signer) != line.ledger.genesis.members:
            raise BadInput("not_a_member", "this key tells no time: the genesis names another")
        self._line, self._signer, self._clock = line, signer, clock
        self.newest: Told | None = None

    def tell(self) -> Told:
        """Tell the time once, and return the tick when tier 1 has heard it.

        Raises:
            Unavailable: tier 1 has stopped.
            BadInput: `tick_not_heard`.
        """
        height, time = Seq(self._line.ledger.seq + 1), self._clock()
        wire = tick(self._line.network, self._signer, height, time)
        outcome = self._line.submit([wire])[0].outcome
        if outcome.status is not Status.SETTLED:
            raise BadInput("tick_not_heard", f"tier 1 answered its own tick with {outcome.code}")
        self.newest = Told(height, time, wire)
        return self.newest


def tick(network: NetworkId, signer: Signer, height: Seq, time: UnixMs) -> bytes:
    """Return the wire of a tick under a single key."""
    body = Body(
        account=WalletId(0),
        lane=Lane(0),
        number=Number(0),
        expires_at=UnixMs(0),
        epoch=Epoch(0),
        order=Tick(height=height, time=time),
    )
    data = encode_body(network, body)
    return attach(data, single_key(signer), {0: signer.sign(data)})
