"""The trial balance: where every fen of the network is, counted account by account, and whether the law holds.

1. On each ledger the accounts, what is locked, on hold and in suspense are the money that the ledger says it holds.
2. Between two ledgers not more has arrived than was sent.
3. issued − withdrawn = issuing vault + bank vaults + wallets + locked + on hold + suspense + in transit.

That it is no more than the reserves is for the settlement system to say, where these are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dcep.ids import TIER1, LedgerId, OperatorId, ledger_name, operator_of
from dcep.ledger.engine.standing import AccountView, Engine, EngineMaker, Standing, Sums
from dcep.ledger.folder import Folder
from dcep.ledger.reading import Progress, Replay, no_progress
from dcep.messages.classes import CUSTOMERS, WalletClass
from dcep.messages.layout import Hash, Seq


class Purse(NamedTuple):
    """The wallets of one class at one operator, or its bank vaults: how many there are, and what they hold, fen."""

    operator: OperatorId
    wallet_class: WalletClass
    accounts: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerBalance:
    """One ledger after its last frame."""

    ledger: LedgerId
    seq: Seq
    head: Hash
    standing: Standing
    sums: Sums
    vaults: tuple[Purse, ...]
    wallets: tuple[Purse, ...]

    @property
    def counted(self) -> int:
        """The money that was found by counting, fen."""
        sums = self.sums
        return sums.issuing_vault + sums.vaults + sums.wallets + sums.locked + sums.on_hold + sums.suspense

    @property
    def adds_up(self) -> bool:
        """1. Whether the ledger holds what it says, and the purses hold what the accounts do."""
        listed = sum(purse.held for purse in (*self.vaults, *self.wallets))
        return self.counted == self.standing.total and listed == self.sums.vaults + self.sums.wallets


class Crossing(NamedTuple):
    """Money from one ledger to another, fen."""

    source: LedgerId
    destination: LedgerId
    sent: int
    received: int

    @property
    def in_transit(self) -> int:
        return self.sent - self.received


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalance:
    """All ledgers of a network, tier 1 first, and what is between them."""

    ledgers: tuple[LedgerBalance, ...]
    crossings: tuple[Crossing, ...]

    @property
    def outside(self) -> int:
        """What was issued and not withdrawn, fen."""
        return sum(entry.sums.issued - entry.sums.withdrawn for entry in self.ledgers)

    @property
    def in_transit(self) -> int:
        return sum(crossing.in_transit for crossing in self.crossings)

    @property
    def held(self) -> int:
        """What is on the ledgers and between them, fen."""
        return sum(entry.counted for entry in self.ledgers) + self.in_transit

    def broken(self) -> list[str]:
        """Return what does not hold, a sentence each; nothing if the law does."""
        found = [
            f"{ledger_name(entry.ledger)} says another total than its accounts"
            for entry in self.ledgers
            if not entry.adds_up
        ]
        found += ["more money arrived than was sent" for crossing in self.crossings if crossing.in_transit < 0]
        if self.outside != self.held:
            found.append(f"{self.outside} fen are in the world, but {self.held} were found")
        return found


def trial_balance(folder: Folder, make: EngineMaker, progress: Progress = no_progress) -> TrialBalance:
    """Count all money of a network.

    Args:
        folder: the data folder.
        make: the engine that judges the shards; tier 1 is judged by the statute.
        progress: hears (ledger, frames done, frames in all).

    Raises:
        Damaged: a ledger is not what was written.
    """
    order = sorted(folder.read_genesis().ledgers(), key=lambda ledger: (ledger != TIER1, ledger))
    ledgers = [_balance(Replay(folder, ledger, make, progress, may_begin_later=True).run(), ledger) for ledger in order]
    return TrialBalance(ledgers=tuple(ledgers), crossings=tuple(_crossings(ledgers)))


def _balance(replay: Replay, ledger: LedgerId) -> LedgerBalance:
    accounts = list(_accounts(replay.engine))
    return LedgerBalance(
        ledger=ledger,
        seq=replay.seq,
        head=replay.head,
        standing=replay.engine.standing(),
        sums=replay.engine.sums(),
        vaults=_purses(account for account in accounts if account.wallet_class == WalletClass.VAULT),
        wallets=_purses(account for account in accounts if account.wallet_class in CUSTOMERS),
    )


def _accounts(engine: Engine) -> Iterator[AccountView]:
    for wallet, _ in engine.balances():
        account = engine.account(wallet)
        assert account is not None, "an engine knows the accounts that it lists"
        yield account


def _purses(accounts: Iterable[AccountView]) -> tuple[Purse, ...]:
    counts: Counter[tuple[OperatorId, WalletClass]] = Counter()
    held: Counter[tuple[OperatorId, WalletClass]] = Counter()
    for account in accounts:
        purse = operator_of(account.wallet), WalletClass(account.wallet_class)
        counts[purse] += 1
        held[purse] += account.balance
    return tuple(Purse(*purse, counts[purse], held[purse]) for purse in sorted(counts))


def _crossings(ledgers: Sequence[LedgerBalance]) -> Iterator[Crossing]:
    flows = {(entry.ledger, flow.peer): flow for entry in ledgers for flow in entry.standing.flows}
    for (source, destination), flow in flows.items():
        back = flows[destination, source]
        yield Crossing(source, destination, flow.sent_fen, back.received_fen)
