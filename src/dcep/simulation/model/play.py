"""One run of the model: a cast is opened without faults, everybody acts by chance, in the end all must be settled."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from dcep.clock import DAY_MS, UnixMs
from dcep.ids import WalletId
from dcep.ledger.engine.standing import EngineMaker
from dcep.messages.classes import OperatorStatus, WalletClass
from dcep.messages.commands.vaults import Exchange
from dcep.messages.frames import Frame
from dcep.money import Fen
from dcep.simulation.model import ending, relays, thieves
from dcep.simulation.model.banks import Bank
from dcep.simulation.model.broken import left_out
from dcep.simulation.model.broken.proofs import believe_unread
from dcep.simulation.model.cast import BOUND, MAX_LIFE, OPERATORS, PEOPLE, nobody_at, tick, wallet_at
from dcep.simulation.model.holders import Holder
from dcep.simulation.model.holders.deposits import Depositors
from dcep.simulation.model.judgement.knowledge import Note
from dcep.simulation.model.judgement.laws import Violation
from dcep.simulation.model.judgement.situations import Situation
from dcep.simulation.model.officers import CentralBank
from dcep.simulation.model.workers import Worker
from dcep.simulation.model.world import DEPOSITS, ENDING, Place, World

_CLASSES: Final = (WalletClass.IV, WalletClass.III, WalletClass.CORPORATE)
_STOCK: Final = Fen(5_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What became of one seed; without a violation `law` is empty.

    `step` is the step at which the law broke; one more than there are, in the end. `about` is what it speaks of.
    """

    seed: int
    step: int
    frames: int
    commands: int
    digest: bytes
    law: str = ""
    explanation: str = ""
    about: frozenset[object] = frozenset()
    story: tuple[Note, ...] = ()
    outcomes: Counter[str] = field(default_factory=Counter)
    situations: Counter[Situation] = field(default_factory=Counter)


class Play:
    """The actors of one seed."""

    def __init__(self, seed: int, make: EngineMaker, variant: str, *, is_told: bool) -> None:
        self.world = world = World(seed, make, variant, is_told=is_told)
        self.central_bank = CentralBank(world)
        self.banks = {
            (operator, shard): Bank(world, operator, shard) for operator in OPERATORS for shard in world.retail
        }
        self.holders = [
            Holder(world, wallet_at(OPERATORS[place % 2], shard, 2 + place, world.shards), shard)
            for shard in world.retail
            for place in range(len(_CLASSES))
        ]
        for person, holder in zip(PEOPLE, self.holders, strict=False):
            world.known.names[holder.wallet] = person
        nobody = [nobody_at(shard, world.shards) for shard in world.retail]
        world.known.names.update(dict.fromkeys(nobody, "nobody"))
        # Two who want to pay everything away and close.
        self.leavers = self.holders[-2:]
        self.receivers: list[WalletId] = [holder.wallet for holder in self.holders[:-2]] * 2 + nobody
        # Two who make trouble for themselves, and act more often than others.
        self.troubled = world.chance.sample(self.holders[:-2], 2)
        self.troubled[0].is_clumsy = self.troubled[1].is_restless = True
        self.depositors = Depositors(world, [*self.holders, *self.leavers * 2], self.receivers)
        self._acts = self._list_acts()
        self._weights = [weight for weight, _ in self._acts]
        if variant == "unread-append":
            for place in world.places.values():
                for worker in place.workers:
                    worker.believe = believe_unread(world)

    def _list_acts(self) -> list[tuple[int, Callable[[], None]]]:
        """Return what may happen at a step, each with its weight."""
        world = self.world
        return [
            (18, self._holder),
            (10, lambda: world.chance.choice(self.troubled).act(self.receivers)),
            (10, lambda: world.chance.choice(self.leavers).leave()),
            (4, lambda: thieves.cheat(world, world.chance.choice(self.holders), self.receivers)),
            (9, self._bank),
            (6, self.central_bank.act),
            (34, self._work),
            (20, self._fold),
            (20, lambda: relays.carry_something(world)),
            (8, lambda: relays.carry_time(world)),
            (4, lambda: thieves.bring_old_bytes(world)),
            (3, lambda: thieves.forge(world)),
            (3, self._arrive),
            (2, self._copy),
            (3, lambda: self._worker().crash(world.chance)),
            (4, lambda: self._worker().checkpoint(world.chance, world.now)),
            (1, lambda: self._worker().spoil_a_snapshot(world.chance)),
            (2, self._cut_off),
            (4, self._reconnect),
            (3, self._set_clock),
            (2, self._take_key),
            (14, self._let_time_pass),
        ]

    # The cast.

    def open(self) -> None:
        """Admit the operators, bring money into their vaults and open the wallets, without a fault.

        Raises:
            Violation: a law does not hold.
        """
        world = self.world
        for ledger in world.ledgers:
            world.post(ledger, tick(world.known.network, world.now))
        for operator, shard in self.banks:
            self.central_bank.seat(operator, shard, OperatorStatus.ADMITTED)
        self._settle()
        for operator, shard in self.banks:
            self.central_bank.issue(operator, shard, _STOCK)
        self._settle()
        # What was issued is allocated now.
        self._settle()
        for holder, wallet_class in zip(self.holders, _CLASSES * world.shards, strict=True):
            self._bank_of(holder).open(holder.wallet, wallet_class)
        self._settle()
        for holder in self.holders:
            self._bank_of(holder).vault.give(Exchange(receiver=holder.wallet, amount=Fen(250)), world.soon())
        self._settle()

    def _bank_of(self, holder: Holder) -> Bank:
        return self.banks[OPERATORS[self.holders.index(holder) % len(_CLASSES) % 2], holder.home]

    def _settle(self) -> None:
        ending.send_everything(self)
        ending.let_everybody_work(self.world)
        ending.carry_everything(self.world)

    # The steps.

    def step(self, number: int) -> None:
        """Let somebody act, and let every ledger's reading judge what came of it.

        Raises:
            Violation: a law does not hold.
        """
        chance = self.world.chance = self.world.chance_of(number)
        chance.choices(self._acts, self._weights)[0][1]()
        self.world.chance = self.world.chance_of(DEPOSITS + number)
        self.depositors.act()
        self.world.catch_up()

    def _place(self) -> Place:
        return self.world.places[self.world.chance.choice(self.world.ledgers)]

    def _worker(self) -> Worker:
        return self.world.worker(self.world.chance.choice(self.world.ledgers))

    def _holder(self) -> None:
        self.world.chance.choice(self.holders).act(self.receivers)

    def _bank(self) -> None:
        bank = self.world.chance.choice(list(self.banks.values()))
        customers = [holder.wallet for holder in self.holders if self._bank_of(holder) is bank]
        bank.act(customers or self.receivers, [holder.wallet for holder in self.leavers])

    def _work(self) -> None:
        worker, chance = self._worker(), self.world.chance
        worker.work(chance, self.world.now, faults=True)
        if chance.random() < 0.6:
            self._read_on(worker)

    def _fold(self) -> None:
        self._read_on(self._worker())

    def _read_on(self, worker: Worker) -> None:
        self.world.catch_up()
        chance = self.world.chance
        worker.fold(chance.choice((1, 3, 10, 100)))
        if chance.random() < 0.5 and worker.history_read < worker.seq:
            worker.read_history(chance.randint(worker.history_read, worker.seq))

    def _arrive(self) -> None:
        place = self._place()
        self._tell(place, "a late frame comes", place.log.arrive(self.world.chance))

    def _copy(self) -> None:
        place = self._place()
        source = place if self.world.chance.random() < 0.8 else self._place()
        self._tell(place, "an old frame is appended again", place.log.copy(source.log.frames, self.world.chance))

    def _tell(self, place: Place, what: str, frame: Frame | None) -> None:
        known = self.world.known
        if frame is not None and known.is_told:
            known.note_frame(f"{place.reading.name}: {what}, with {{commands}}", frame.body)

    def _cut_off(self) -> None:
        self.world.known.saw(Situation.CUT_OFF)
        self._worker().is_cut_off = True

    def _reconnect(self) -> None:
        cut_off = [worker for place in self.world.places.values() for worker in place.workers if worker.is_cut_off]
        if cut_off:
            self.world.chance.choice(cut_off).is_cut_off = False

    def _set_clock(self) -> None:
        self._worker().clock_error = self.world.chance.choice(
            (0, 0, 0, -5_000, 5_000, 50_000, -10 * BOUND, 3 * BOUND, MAX_LIFE)
        )

    def _take_key(self) -> None:
        place = self._place()
        self.world.chance.choice(place.workers).signer = self.world.chance.choice(place.keys[-2:])

    def _let_time_pass(self) -> None:
        world, chance = self.world, self.world.chance
        jump = chance.choice((1_000, 5_000, 10_000, 20_000)) if chance.random() < 0.98 else DAY_MS
        world.set_time(UnixMs(world.now + jump))
        if chance.random() < 0.7:
            for ledger in world.ledgers:
                world.post(ledger, tick(world.known.network, world.now))


def run_seed(
    seed: int,
    make: EngineMaker,
    variant: str = "",
    *,
    steps: int,
    without: Collection[int] = (),
    is_told: bool = False,
) -> Run:
    """Run one seed to its end, or to the first law that does not hold.

    Args:
        without: steps that are left out; the chances of the others stay as they are.
        is_told: keep the story.
    """
    with left_out(variant):
        return _run(Play(seed, make, variant, is_told=is_told), steps, without)


def _run(play: Play, steps: int, without: Collection[int]) -> Run:
    at, known = 0, play.world.known
    law, explanation, about = "", "", frozenset[object]()
    try:
        play.open()
        play.world.faults = True
        for at in range(1, steps + 1):
            if at not in without:
                play.step(at)
        at, play.world.faults, play.world.chance = steps + 1, False, play.world.chance_of(ENDING)
        ending.heal(play)
    except Violation as violation:
        law, explanation, about = violation.law.value, violation.explanation, violation.about
    places = play.world.places.values()
    heads = b"".join(place.reading.head for place in places)
    told = b"".join(identity + bytes((status,)) for identity, status in sorted(known.told.items()))
    return Run(
        seed=play.world.seed,
        step=at,
        frames=sum(place.reading.seq for place in places),
        commands=known.judged,
        digest=hashlib.sha256(heads + told + law.encode()).digest(),
        law=law,
        explanation=explanation,
        about=about,
        story=tuple(known.story),
        outcomes=known.outcomes,
        situations=known.situations,
    )
