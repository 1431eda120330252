"""The supply law: issued - withdrawn = vaults + wallets + in transit, and no more than the reserves that are locked.

While money moves no two ledgers stand still together, so the law is judged on a *consistent cut*:

1. Each ledger makes a statement behind one of its frames: its money, and the counters of its channels.
2. Statements fit together if no ledger has taken in a message that the other, in its statement, had not sent. What was
   sent and not taken in is in transit: the difference of the counters.
3. The reserves are read before and after tier 1. If they were the same, they were so when tier 1 made its statement.
4. What does not fit is read again. A message that was taken in and never sent never fits: then the law is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from dcep.errors import Unavailable
from dcep.ledger.client import Statement

# Between two readings pass milliseconds, between two crossings of one channel rarely less: a few rounds are enough.
ROUNDS: Final = 100
_RETRY_AFTER_MS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """All money there is, fen, and where it is. Wallets include money locked by a freeze, on hold and in suspense."""

    issued_fen: int
    withdrawn_fen: int
    issuing_vault_fen: int
    bank_vaults_fen: int
    wallets_fen: int
    in_transit_fen: int
    reserve_fen: int

    @property
    def law_holds(self) -> bool:
        """Whether not a fen is missing or too many, and every one is backed."""
        outside = self.issued_fen - self.withdrawn_fen
        held = self.issuing_vault_fen + self.bank_vaults_fen + self.wallets_fen + self.in_transit_fen
        return outside == held <= self.reserve_fen and self.in_transit_fen >= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Statements that were read together; `fits` is False only if no reading of many fitted."""

    tier1: Statement
    shards: tuple[Statement, ...]
    reserve_fen: int
    fits: bool

    @property
    def supply(self) -> Supply:
        """Where all the money is."""
        return supply_of(self.tier1, self.shards, self.reserve_fen)

    @property
    def law_holds(self) -> bool:
        """Whether the supply law holds, and no ledger took in what none had sent."""
        return self.fits and self.supply.law_holds


class Stated(Protocol):
    """A ledger that makes statements."""

    def statement(self) -> Statement: ...


def take_cut(tier1: Stated, shards: Sequence[Stated], reserve: Callable[[], int], *, rounds: int = ROUNDS) -> Cut:
    """Read all ledgers and the reserves until they fit together.

    Args:
        reserve: read the reserves that are locked, fen.
        rounds: how often at most; the last reading is returned if it does not fit.

    Raises:
        Unavailable: `no_cut`: the reserves were never the same for as long as a reading takes.
    """
    cut = None
    for _ in range(rounds):
        before = reserve()
        # 1.
        stated = tuple(shard.statement() for shard in shards)
        above = tier1.statement()
        # 3.
        if reserve() != before:
            continue
        cut = Cut(tier1=above, shards=stated, reserve_fen=before, fits=_fit((above, *stated)))
        # 4.
        if cut.fits:
            break
    if cut is None:
        raise Unavailable("no_cut", "the reserves do not stand still", retry_after_ms=_RETRY_AFTER_MS)
    return cut


def supply_of(tier1: Statement, shards: Sequence[Statement], reserve_fen: int) -> Supply:
    """Add the statements of all ledgers up."""
    below = [shard.sums for shard in shards]
    flows = [flow for statement in (tier1, *shards) for flow in statement.standing.flows]
    return Supply(
        issued_fen=tier1.sums.issued,
        withdrawn_fen=tier1.sums.withdrawn,
        issuing_vault_fen=tier1.sums.issuing_vault,
        bank_vaults_fen=sum(sums.vaults for sums in below),
        wallets_fen=sum(sums.wallets + sums.locked + sums.on_hold + sums.suspense for sums in below),
        in_transit_fen=sum(flow.sent_fen for flow in flows) - sum(flow.received_fen for flow in flows),
        reserve_fen=reserve_fen,
    )


def _fit(statements: Sequence[Statement]) -> bool:
    """2. Tell whether everything that was taken in had been sent, message by message."""
    sent = {(statement.ledger, flow.peer): flow.sent for statement in statements for flow in statement.standing.flows}
    return all(
        flow.received <= sent.get((flow.peer, statement.ledger), 0)
        for statement in statements
        for flow in statement.standing.flows
    )
