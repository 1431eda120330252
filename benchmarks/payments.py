"""Signed payments in full batches, and the check of their signatures alone: the two held against each other."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from benchmarks.figure import Figure, Reference, Spent
from benchmarks.world import FULL_BATCH, World, in_batches, new_world
from dcep.ledger.native import verify_records
from dcep.ledger.worker.answers import Answer, outcomes_of
from dcep.ledger.worker.pipeline import VERIFIERS
from dcep.messages.frames import join
from dcep.messages.outcomes import Status
from dcep.messages.signed import record_of

ROUNDS: Final = 6
PER_ROUND: Final = 32 * FULL_BATCH
WALLETS: Final = PER_ROUND
# Batches that the submitter keeps under way; the worker takes 8 MiB.
UNDER_WAY: Final = 12


def pay(world: World, batches: Sequence[Sequence[bytes]]) -> int:
    """Keep some batches under way, read every answer, and return how many settled."""
    under_way: deque[Future[Sequence[Answer]]] = deque()
    settled = 0
    for batch in batches:
        if len(under_way) == UNDER_WAY:
            settled += count_settled(under_way.popleft().result())
        under_way.append(world.line.submit_later(batch, at=world.economy.now))
    return settled + sum(count_settled(future.result()) for future in under_way)


def count_settled(answers: Sequence[Answer]) -> int:
    """Return how many settled."""
    return sum(outcome.status is Status.SETTLED for outcome in outcomes_of(answers))


def require_all(settled: int, count: int) -> None:
    """Return only if every payment settled: another answer is another path through the code."""
    if settled != count:
        raise AssertionError("a payment of a benchmark was refused: it measures something else")


@dataclass(slots=True)
class Race:
    """Verify-only and the whole pipeline over the same payments, in turns."""

    verified: Spent = field(default_factory=Spent)
    paid: Spent = field(default_factory=Spent)
    settled: int = 0
    refused: int = 0

    def run(self, world: World, wires: Sequence[bytes]) -> None:
        """Verify the payments, then pay them."""
        batches = in_batches(wires)
        bodies = [join(map(record_of, batch)) for batch in batches]
        with ThreadPoolExecutor(max_workers=VERIFIERS) as verifiers, self.verified:
            list(verifiers.map(lambda body: verify_records(world.economy.network, body), bodies))
        with self.paid:
            settled = pay(world, batches)
        self.settled += settled
        self.refused += len(wires) - settled

    @property
    def limit(self) -> Reference:
        """Return the rate of verify-only."""
        return Reference(name="signature-limit", value=self.verified.rate(self.count), unit="payments/s")

    @property
    def count(self) -> int:
        """Return how many payments each side had."""
        return self.settled + self.refused

    def figure(self, name: str, limit: Reference, **conditions: float | str) -> Figure:
        """Return the pipeline's rate against a limit of the same run."""
        return Figure(
            name=name,
            value=self.paid.rate(self.count),
            unit="payments/s",
            reference=limit,
            conditions=self.paid.conditions(
                self.count,
                payments=self.count,
                refused=self.refused,
                batch=FULL_BATCH,
                wallets=WALLETS,
                verify_only_cpu_us_each=self.verified.conditions(self.count)["cpu_us_each"],
                **conditions,
            ),
        )


def forge(wires: Sequence[bytes], every: int) -> list[bytes]:
    """Return the payments with a flipped bit in the signature of each `every`th."""
    return [wire[:-1] + bytes((wire[-1] ^ 1,)) if at % every == 0 else wire for at, wire in enumerate(wires)]


def race() -> Race:
    """Run the rounds in a new world, every payment by a key of its own within a round."""
    result = Race()
    with new_world() as world:
        world.add_signing(WALLETS)
        for _ in range(ROUNDS):
            result.run(world, world.sign_payments(PER_ROUND))
    return result
