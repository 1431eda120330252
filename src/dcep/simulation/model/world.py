"""The place where everything happens: ledgers with their logs, two workers each, virtual time, one source of chance."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random  # noqa: TID251  the simulation's chance comes from its seed
from typing import Final

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.ids import TIER1, LedgerId, WalletId
from dcep.ledger.engine.standing import AccountView, Engine, EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.messages.layout import Hash, Key
from dcep.simulation.model.cast import MAX_LIFE, START, genesis_bytes, signer
from dcep.simulation.model.disk import SimulatedLog
from dcep.simulation.model.judgement.books import Money
from dcep.simulation.model.judgement.knowledge import Knowledge
from dcep.simulation.model.judgement.reading import Reading
from dcep.simulation.model.senders import Desk
from dcep.simulation.model.workers import Asker, Worker

_WORKERS: Final = 2
_SLOW: Final = 0.4
# How often a sender repeats what is pending when it does something.
_HURRY: Final = 0.6
_STEPS_OF_A_SEED: Final = 1 << 20
# Steps that stand before the first and after the last.
OPENING: Final = 0
ENDING: Final = _STEPS_OF_A_SEED - 1
# What happens around deposits at a step has a chance of its own.
DEPOSITS: Final = _STEPS_OF_A_SEED // 2


class Place:
    """One ledger: its log, the reading that knows what is true, and its workers."""

    def __init__(self, ledger: LedgerId, shards: int, make: EngineMaker, known: Knowledge, money: Money) -> None:
        genesis, _ = genesis_bytes(shards)

        def engine(chunks: Sequence[bytes] | None = None) -> Engine:
            return make(genesis, ledger, chunks)

        self.ledger, self.log = ledger, SimulatedLog(known)
        # Every key that this ledger's workers have ever had, newest last.
        self.keys = [signer("worker", ledger, 0)]
        self.reading = Reading(ledger, engine(), known, money)
        self.workers = [Worker(self.reading, self.log, engine, self.keys[0], which) for which in range(_WORKERS)]

    def catch_up(self) -> None:
        """Let the reading judge every frame that has come into the log."""
        while self.reading.place < len(self.log.frames):
            self.reading.fold(self.log.frames[self.reading.place])

    def key_in_force(self) -> Signer:
        """Return the newest key whose frames count at the end of the log."""
        return next(key for key in reversed(self.keys) if self.reading.engine.is_worker(Key(key.public)))


class World:
    """Everything that the actors of one run share."""

    def __init__(self, seed: int, make: EngineMaker, variant: str, *, is_told: bool) -> None:
        self.seed = seed
        self.chance, self.variant = self.chance_of(OPENING), variant
        self.shards = self.chance.choice((2, 2, 3))
        self.known = Knowledge(network=genesis_bytes(self.shards)[1], variant=variant, is_told=is_told)
        self.faults = False
        self.set_time(START)
        self.retail = [LedgerId(shard) for shard in range(self.shards)]
        self.money = Money(self.known)
        self.places = {
            ledger: Place(ledger, self.shards, PythonEngine if ledger == TIER1 else make, self.known, self.money)
            for ledger in (*self.retail, TIER1)
        }
        self.known.traffic = {ledger: place.reading.traffic for ledger, place in self.places.items()}
        # Routes on which messages wait long, while acknowledgements and everything else go on.
        self.slow = {
            (source, peer)
            for source in self.places
            for peer in self.places
            if source != peer and self.chance.random() < _SLOW
        }
        # In one run of three somebody has stolen a key of tier 1's workers.
        self.has_thief = self.chance.random() < 0.33
        self._purchases = 0

    def chance_of(self, step: int) -> Random:
        """Return the chance of one step: leaving a step out leaves the chances of the others as they are."""
        return Random(self.seed * _STEPS_OF_A_SEED + step)

    @property
    def ledgers(self) -> list[LedgerId]:
        return list(self.places)

    @property
    def now(self) -> UnixMs:
        """The true time."""
        return self.known.now

    def set_time(self, now: UnixMs) -> None:
        """Let time go on."""
        self.known.now = now

    def worker(self, ledger: LedgerId) -> Worker:
        """Return one of a ledger's workers."""
        return self.chance.choice(self.places[ledger].workers)

    def post(self, ledger: LedgerId, wire: bytes, asker: Asker = None) -> None:
        """Send a command to a worker; it may be lost, or come twice."""
        fate = self.chance.random() if self.faults else 0.5
        if fate < 0.1:
            return
        for _ in range(2 if fate > 0.9 else 1):
            self.worker(ledger).inbox.append((wire, asker))

    def send(self, desk: Desk) -> None:
        """Send what has no final answer yet, the same bytes again."""
        if self.variant == "wallet-clock":
            desk.give_up_by_own_clock()
        for pending in list(desk.pending.values()):
            if not self.faults or self.chance.random() < _HURRY:
                self.post(desk.home, pending.wire, desk.hear)

    def view(self, home: LedgerId, wallet: WalletId) -> AccountView | None:
        """Return an account as one of its ledger's workers has folded it."""
        return self.worker(home).engine.account(wallet)

    def soon(self) -> UnixMs:
        """Return an expiry: mostly within minutes."""
        return UnixMs(self.now + self.chance.choice((20_000, 60_000, 200_000, 500_000)))

    def far(self) -> UnixMs:
        """Return an expiry further away than the rules allow."""
        return UnixMs(self.now + 2 * MAX_LIFE)

    def new_purchase(self) -> Hash:
        """Return the name of a purchase."""
        self._purchases += 1
        return Hash(self._purchases.to_bytes(32))

    def catch_up(self) -> None:
        """Let every ledger's reading judge what has come."""
        for place in self.places.values():
            place.catch_up()
