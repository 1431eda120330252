"""Replay a file of payments through the whole currency: from the reserves, through 20,000 wallets, and back.

1. start        the officers' board stands, seven operators are admitted
2. issued       each operator's reserves are locked, exactly its openings are issued
3. allocated    to the bank vaults, over the channel
4. exchanged    every wallet is opened, and filled from its operator's vault
5. paid         every payment, one command each, in file order
6. redeemed     every wallet is emptied into its operator's vault
7. returned     every vault into the issuing vault, over the channel
8. withdrawn    nothing is left over

The money law is asked at each stage. A run that was killed goes on where it stopped: the same seed makes the same
bytes, and the log's prefix tells the next step.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from dcep.clock import Day
from dcep.ids import OperatorId
from dcep.ledger.worker.answers import Answer, outcomes_of
from dcep.messages.commands.payments import Pay
from dcep.messages.outcomes import Status
from dcep.messages.signatory import sign_bodies, single_key
from dcep.messages.signed import command_id
from dcep.money import Fen
from dcep.simulation.economy import Economy, Surprise, require_settled
from dcep.simulation.outcomes_file import OutcomesFile
from dcep.simulation.payments_file import Accounts, Payments
from dcep.simulation.run_folder import RunFolder
from dcep.wallet.payments import Wallet

OPERATORS: Final = 7
STAGES: Final = ("start", "issued", "allocated", "exchanged", "paid", "redeemed", "returned", "withdrawn")
# Payments a batch: about 256 KiB; and how many batches are under way, so that signing and verifying overlap.
BATCH: Final = 1_400
BATCHES_UNDER_WAY: Final = 6

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What is replayed: `first_day` is the Shanghai day of day 1, `is_one_day` puts every payment on it."""

    accounts: Accounts
    payments: Payments
    first_day: Day
    is_one_day: bool


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the payments; latencies in seconds, from submission to the final answer."""

    settled: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    moved_fen: int = 0
    latencies: list[float] = field(default_factory=list)
    sign_s: float = 0.0
    pay_s: float = 0.0
    sent: int = 0


class Replay:
    """One run of a script over an economy."""

    def __init__(
        self, economy: Economy, script: Script, folder: RunFolder, outcomes: OutcomesFile, progress: Progress
    ) -> None:
        self._economy, self._script, self._folder = economy, script, folder
        self._outcomes, self._progress = outcomes, progress
        self._wallets: list[Wallet] = []
        # What each wallet has by the answers: the ledger must say the same when all is paid.
        self._balances = list(script.accounts.openings_fen)
        self._notes: dict[str, Any] = {"supply": [], **folder.progress()}
        self._tally = Tally()

    def run(self) -> dict[str, Any]:
        """Play every stage and return the notes: supply by stage, balances, counts and times.

        Raises:
            Unavailable: the ledger stopped; run the same line again.
            Surprise: a fault of the ledger or of the script.
        """
        economy, script = self._economy, self._script
        openings = self._openings()
        economy.begin_day(script.first_day)
        economy.admit(map(OperatorId, range(1, OPERATORS + 1)))
        self._pass("start")
        economy.issue(openings)
        self._pass("issued")
        economy.allocate(openings)
        self._pass("allocated")
        self._open_wallets()
        self._exchange()
        self._pass("exchanged")
        self._pay()
        self._note_balances()
        self._pass("paid")
        self._redeem()
        self._pass("redeemed")
        vaults = self._vault_balances()
        economy.return_all(vaults)
        self._pass("returned")
        economy.withdraw(vaults)
        self._pass("withdrawn")
        return self._result(openings)

    # Stages.

    def _openings(self) -> dict[OperatorId, Fen]:
        sums = {OperatorId(number): 0 for number in range(1, OPERATORS + 1)}
        for node, opening in zip(self._script.accounts.node_ids, self._script.accounts.openings_fen, strict=True):
            sums[_operator_of_node(node)] += opening
        return {operator: Fen(amount) for operator, amount in sums.items() if amount}

    def _open_wallets(self) -> None:
        economy, accounts = self._economy, self._script.accounts
        self._wallets = [economy.new_wallet(_operator_of_node(node), node) for node in accounts.node_ids]
        wires = (
            economy.operators[_operator_of_node(node)].registrar.open(
                wallet.id, wallet_class, single_key(wallet.signatory.signer), expires_at=economy.midnight
            )
            for node, wallet, wallet_class in zip(accounts.node_ids, self._wallets, accounts.classes, strict=True)
        )
        self._settle_all("open wallets", len(accounts), wires)

    def _exchange(self) -> None:
        economy, accounts = self._economy, self._script.accounts
        filled = [
            (node, wallet, opening)
            for node, wallet, opening in zip(accounts.node_ids, self._wallets, accounts.openings_fen, strict=True)
            if opening
        ]
        wires = (
            economy.operators[_operator_of_node(node)].vault.exchange(
                wallet.id, Fen(opening), expires_at=economy.midnight
            )
            for node, wallet, opening in filled
        )
        self._settle_all("exchange", len(filled), wires)

    def _redeem(self) -> None:
        economy, node_ids = self._economy, self._script.accounts.node_ids
        holders = [
            (wallet, economy.operators[_operator_of_node(node)].vault.wallet, balance)
            for node, wallet, balance in zip(node_ids, self._wallets, self._balances, strict=True)
            if balance
        ]
        wires = (wallet.redeem(vault, Fen(balance), expires_at=economy.midnight) for wallet, vault, balance in holders)
        self._settle_all("redeem", len(holders), wires)

    def _settle_all(self, what: str, count: int, wires: Iterator[bytes]) -> None:
        """Send many commands, all of which settle, in batches."""
        done = 0
        while batch := [wire for _, wire in zip(range(BATCH), wires, strict=False)]:
            self._economy.settle(self._economy.shard, batch)
            done += len(batch)
            self._progress(what, done, count)

    # Payments.

    def _pay(self) -> None:
        started = time.perf_counter()
        under_way: deque[_Batch] = deque()
        done, total = 0, len(self._script.payments)
        for day, first, last in self._days():
            ticks = self._economy.announce_day(day) if day != self._script.first_day else []
            for start in range(first, last, BATCH):
                under_way.append(self._send(start, min(start + BATCH, last), ticks))
                ticks = []
                if len(under_way) >= BATCHES_UNDER_WAY:
                    done += self._take(under_way.popleft())
                    self._progress("pay", done, total)
        while under_way:
            done += self._take(under_way.popleft())
            self._progress("pay", done, total)
        self._tally.pay_s = time.perf_counter() - started

    def _days(self) -> Iterator[tuple[Day, int, int]]:
        """Return each day that has payments, with the rows [first, last) that stand on it."""
        days, first = self._script.payments.days, 0
        for row in range(1, len(days) + 1):
            if row < len(days) and (self._script.is_one_day or days[row] == days[first]):
                continue
            offset = 0 if self._script.is_one_day else days[first] - 1
            yield Day(self._script.first_day + offset), first, row
            first = row

    def _send(self, first: int, last: int, ticks: list[Future[Sequence[Answer]]]) -> _Batch:
        """Sign rows [first, last) and send them behind these ticks; what the log holds is neither signed nor sent."""
        payments, wallets, economy = self._script.payments, self._wallets, self._economy
        started = time.perf_counter()
        rows = range(first, last)
        signatories = [wallets[payments.payers[row]].signatory for row in rows]
        bodies = [
            signatory.body(
                Pay(receiver=wallets[payments.receivers[row]].id, amount=Fen(payments.amounts_fen[row])),
                economy.midnight,
            )
            for row, signatory in zip(rows, signatories, strict=True)
        ]
        recalled: list[Answer] = []
        if not economy.shard.is_live:
            recalled = economy.shard.recall([command_id(body) for body in bodies])
        wires = sign_bodies(signatories[len(recalled) :], bodies[len(recalled) :])
        now = time.perf_counter()
        self._tally.sign_s += now - started
        self._tally.sent += len(wires)
        future = economy.shard.line.submit_later(wires, at=economy.now) if wires else None
        return _Batch(first=first, ticks=ticks, recalled=recalled, future=future, sent_at=now)

    def _take(self, batch: _Batch) -> int:
        """Take the answers of a batch: count them, keep the books, write them down."""
        for tick in batch.ticks:
            require_settled(tick.result())
        outcomes = [*outcomes_of(batch.recalled)]
        if batch.future is not None:
            outcomes += outcomes_of(batch.future.result())
            self._tally.latencies.append(time.perf_counter() - batch.sent_at)
        payments, balances, tally = self._script.payments, self._balances, self._tally
        codes = []
        for row, outcome in enumerate(outcomes, batch.first):
            codes.append(outcome.code)
            if outcome.status is Status.SETTLED:
                amount = payments.amounts_fen[row]
                balances[payments.payers[row]] -= amount
                balances[payments.receivers[row]] += amount
                tally.moved_fen += amount
                tally.settled += 1
            elif outcome.status is Status.REFUSED:
                tally.refused[outcome.code] += 1
            else:
                raise Surprise("surprise", f"row {row + 1} was answered {outcome.code}")
        self._outcomes.add(codes)
        return len(outcomes)

    def _note_balances(self) -> None:
        """Let the ledger say what each wallet has, and hold it to the answers that it gave."""
        if "balances_sha256" in self._notes:
            return
        stands = dict(self._economy.shard.line.balances())
        held = [stands[wallet.id] for wallet in self._wallets]
        if held != self._balances:
            raise Surprise("surprise", "the balances of the ledger are not those of its answers")
        lines = sorted(zip(self._script.accounts.node_ids, held, strict=True))
        text = "".join(f"{node},{balance}\n" for node, balance in lines)
        self._notes["balances_sha256"] = hashlib.sha256(text.encode()).hexdigest()

    def _vault_balances(self) -> dict[OperatorId, Fen]:
        sums: Counter[OperatorId] = Counter()
        for node, balance in zip(self._script.accounts.node_ids, self._balances, strict=True):
            sums[_operator_of_node(node)] += balance
        return {operator: Fen(amount) for operator, amount in sorted(sums.items()) if amount}

    # Notes.

    def _pass(self, stage: str) -> None:
        """Ask the money law, and note the stage before the next one begins."""
        self._progress(stage, 0, 0)
        if any(entry["stage"] == stage for entry in self._notes["supply"]):
            return
        supply = self._economy.supply()
        self._notes["supply"].append({"stage": stage, **asdict(supply), "law_holds": supply.law_holds})
        self._folder.note(self._notes)

    def _result(self, openings: dict[OperatorId, Fen]) -> dict[str, Any]:
        last, tally = self._notes["supply"][-1], self._tally
        rows = len(self._script.payments)
        return {
            "rows": rows,
            "settled": tally.settled,
            "refused": dict(sorted(tally.refused.items())),
            "moved_fen": tally.moved_fen,
            "opening_fen": sum(openings.values()),
            "issued_fen": last["issued_fen"],
            "withdrawn_fen": last["withdrawn_fen"],
            "left_over_fen": last["issued_fen"] - last["withdrawn_fen"],
            "balances_sha256": self._notes["balances_sha256"],
            "supply": self._notes["supply"],
        }

    def timing(self) -> dict[str, Any]:
        """Return how fast this run was: payments a second, and latency from submission to the final answer."""
        tally = self._tally
        latencies = sorted(tally.latencies)
        return {
            "payments_per_second": {"sign": _rate(tally.sent, tally.sign_s), "ledger": _rate(tally.sent, tally.pay_s)},
            "latency_ms": {"p50": _quantile_ms(latencies, 0.50), "p99": _quantile_ms(latencies, 0.99)},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Rows from `first` on: the ticks before them, the answers that the log held, and the future of the others."""

    first: int
    ticks: list[Future[Sequence[Answer]]]
    recalled: list[Answer]
    future: Future[Sequence[Answer]] | None
    sent_at: float


def _operator_of_node(node: int) -> OperatorId:
    """Return the operator of an account: node id mod 7, where 0 is operator 001."""
    return OperatorId(node % OPERATORS + 1)


def _rate(count: int, seconds: float) -> float:
    return round(count / seconds, 1) if seconds > 0 else 0.0


def _quantile_ms(ordered: Sequence[float], share: float) -> float:
    """Return the smallest latency that this share of the payments did not exceed."""
    return round(1_000 * ordered[math.ceil(share * len(ordered)) - 1], 3) if ordered else 0.0
