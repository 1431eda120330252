"""Open an economy in a data folder: make it on the first day, find it again on every other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dcep.clock import UnixMs
from dcep.ids import TIER1
from dcep.ledger.client import open_line
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.ledger.log.segments import SEGMENT_BYTES
from dcep.messages.commands.governance import Rules
from dcep.messages.genesis import encode_genesis
from dcep.simulation.economy import SHARD, Economy, Keys, genesis_of


@contextmanager
def open_economy(
    data: Path, rules: Rules, make: EngineMaker, seed: Callable[[], bytes], *, segment_bytes: int = SEGMENT_BYTES
) -> Iterator[Economy]:
    """Open both ledgers of an economy, and close them at the end.

    Args:
        data: the data folder.
        rules: the rule set of the genesis.
        make: the engine of the retail ledger; tier 1 always runs on the Python engine.
        seed: return the economy's seed; called when nobody else can be in the folder.
        segment_bytes: a file of log or headers that would grow beyond this is left, and the next one begun.

    Raises:
        BadInput: the folder keeps another network.
        Unavailable: the folder is in use, or cannot be written.
        Damaged: the folder contradicts itself.
    """
    known: list[Keys] = []

    def make_genesis() -> bytes:
        known.append(Keys(seed()))
        return encode_genesis(genesis_of(known[0], rules))

    with ExitStack() as stack:
        folder = stack.enter_context(Folder.begin(data, make_genesis))
        keys = known[0]
        signer = keys.signer("worker", "tier1")
        tier1 = open_line(folder, TIER1, PythonEngine, signer, _no_clock, segment_bytes=segment_bytes)
        stack.callback(tier1.close)
        signer = keys.signer("worker", "shard", 0)
        shard = open_line(folder, SHARD, make, signer, _no_clock, segment_bytes=segment_bytes)
        stack.callback(shard.close)
        yield Economy(keys, folder.read_genesis(), tier1, shard)


def _no_clock() -> UnixMs:
    """Refuse to tell the time: every frame's time is told by the script."""
    raise AssertionError("a simulated economy reads no clock")
