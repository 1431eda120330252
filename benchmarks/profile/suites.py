"""What the check of a command's signature costs, by suite: whole frames of one suite, CPU time of one thread.

    python -m benchmarks.profile.suites [--json]

Each command pays under a key of its own. Ed25519 is judged in one batch a frame, P-256 one by one.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Final

from benchmarks.figure import percentile
from benchmarks.world import FULL_BATCH
from dcep.clock import UnixMs
from dcep.crypto.keys import derive
from dcep.crypto.suites import Signer, Suite
from dcep.ids import NetworkId, OperatorId, wallet_id
from dcep.ledger.native import verify_records
from dcep.messages.commands.payments import Pay
from dcep.messages.frames import join
from dcep.messages.signatory import Signatory
from dcep.messages.signed import record_of
from dcep.money import Fen

_NETWORK: Final = NetworkId(bytes(16))
_FRAMES: Final = 20
_SEED: Final = bytes(32)


def measure(suite: Suite) -> float:
    """Return how many commands under keys of this suite one core verifies a second, in the median of the frames."""
    body = join([record_of(_payment(suite, number)) for number in range(FULL_BATCH)])
    spent = []
    for _ in range(_FRAMES):
        began = time.thread_time()
        verdicts = verify_records(_NETWORK, body)
        spent.append(time.thread_time() - began)
        assert verdicts == [None] * FULL_BATCH
    return FULL_BATCH / percentile(spent, 0.5)


def _payment(suite: Suite, number: int) -> bytes:
    signer = Signer(derive(_SEED, "holder", number), suite)
    payer, receiver = (wallet_id(OperatorId(1), serial) for serial in (number, number + 1))
    return Signatory(_NETWORK, payer, signer).sign(Pay(receiver=receiver, amount=Fen(1)), UnixMs(1))


def main() -> None:
    """Print a line for each suite."""
    rates = {suite.name: round(measure(suite)) for suite in (Suite.ED25519, Suite.P256)}
    if "--json" in sys.argv[1:]:
        sys.stdout.write(json.dumps(rates) + "\n")
        return
    for name, rate in rates.items():
        sys.stdout.write(f"{name:<10}{rate:>8,} commands/s a core\n")


if __name__ == "__main__":
    main()
