"""Where the microseconds of a signed payment go: each step of the pipeline by itself, CPU time of one thread.

    python -m benchmarks.profile.steps [--json]

Full batches of 1,489 payments among 40,000 wallets for the Rust engine, among 5,000 for the statute. Each batch goes
through the steps in their order, so a step finds the caches as the pipeline leaves them.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from benchmarks.figure import percentile
from benchmarks.payments import count_settled
from benchmarks.world import FULL_BATCH, World, in_batches, new_world
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.native import RustEngine, read_wires, verify_records
from dcep.ledger.worker.answers import Answers
from dcep.messages.frames import sign_frame
from dcep.messages.outcomes import decode_outcomes

_ENGINES: Final[dict[str, tuple[EngineMaker, int]]] = {"rust": (RustEngine, 40_000), "python": (PythonEngine, 5_000)}
_BATCHES: Final = 40

Steps = dict[str, float]


class Clock:
    """CPU time of this thread, by step and batch."""

    def __init__(self) -> None:
        self.spent_us: defaultdict[str, list[float]] = defaultdict(list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count what is done in the block to a step."""
        began = time.thread_time()
        yield
        self.spent_us[name].append((time.thread_time() - began) / FULL_BATCH * 1e6)

    def medians(self) -> Steps:
        """Return the median of each step, microseconds a payment."""
        return {name: round(percentile(values, 0.5), 3) for name, values in self.spent_us.items()}


def measure(engine: str) -> Steps:
    """Return the microseconds of each step of a payment that an engine judges."""
    make, wallets = _ENGINES[engine]
    clock = Clock()
    with new_world(make) as world:
        world.add_signing(wallets)
        for batch in in_batches(world.sign_payments(_BATCHES * FULL_BATCH)):
            _play(world, batch, clock)
    return clock.medians()


def _play(world: World, wires: Sequence[bytes], clock: Clock) -> None:
    ledger, network = world.line.ledger, world.economy.network
    with clock.step("size, network and kind of each wire; one body"):
        _, body, _ = read_wires(network, wires)
    with clock.step("what the engine may answer before the append"):
        ledger.hear(body)
    with clock.step("form and signatures"):
        verify_records(network, body)
    with clock.step("frame: hash of the body, signature"):
        frame = sign_frame(network, ledger.ledger, world.worker, world.economy.now, body)
    with clock.step("log: checksum, head, write, flush"):
        ledger.log.append([frame])
    with clock.step("apply: ids, rules, tree of outcomes"):
        applied = ledger.apply(frame)
    with clock.step("header: signed, stored"):
        ledger.store_header(applied, world.worker)
    with clock.step("answers"):
        outcomes = decode_outcomes(applied.outcomes, applied.count)
        answers = Answers(outcomes, ledger.seq, range(applied.count))
        settled = count_settled(answers)
    if settled != len(wires):
        raise AssertionError("a payment of a benchmark was refused: it measures something else")


def main() -> None:
    """Measure both engines and print a table, or one JSON document."""
    steps = {engine: measure(engine) for engine in _ENGINES}
    if "--json" in sys.argv[1:]:
        sys.stdout.write(json.dumps(steps) + "\n")
        return
    sys.stdout.write("| step | rust | python |\n|---|---|---|\n")
    for name, spent in steps["rust"].items():
        sys.stdout.write(f"| {name} | {spent:.2f} | {steps['python'][name]:.2f} |\n")
    sums = [sum(spent.values()) for spent in steps.values()]
    sys.stdout.write(f"| together | {sums[0]:.2f} | {sums[1]:.2f} |\n")


if __name__ == "__main__":
    main()
