"""The officers of the central bank: issue and allocate, change board, workers, rules and seats, and send again.

1. An allocation is signed after its issue has settled, under the same lock; if it did not happen, anew.
2. What tier 1 sent up to where a shard has come, and does not stand there, goes again: boards first, by version, then
   the rest, signed anew by the board in force.
3. A shard that has come further than tier 1 has sent was brought messages by a thief: an order to all lets tier 1 pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from dcep.ids import TIER1, LedgerId, OperatorId
from dcep.messages.classes import OperatorStatus
from dcep.messages.commands.channel import Resend
from dcep.messages.commands.governance import SetBoard, SetOperator, Workers
from dcep.messages.commands.issuance import Allocate, Issue, Withdraw, lane_to
from dcep.messages.genesis import ISSUING_VAULT
from dcep.messages.layout import Blob, Code, Epoch, Key, LockId, Number, Version
from dcep.messages.outcomes import Outcome, Status
from dcep.messages.signatory import single_key
from dcep.messages.signed import Body, Command, record_of, unsigned
from dcep.money import Fen
from dcep.simulation.model.cast import (
    LARGEST_SMALL_CAP,
    OPERATORS,
    Guard,
    board,
    registrar_at,
    rules,
    signed_by,
    signer,
    vault_at,
)
from dcep.simulation.model.judgement.situations import Situation
from dcep.simulation.model.senders import Desk, is_lost
from dcep.simulation.model.world import World

_ANEW: Final = " (signed anew)"
# Of three officers at two sites these pairs may sign.
_PAIRS: Final = ((0, 1), (1, 2))


class CentralBank:
    """A desk for each lane of the issuing vault, all under the board in force."""

    def __init__(self, world: World) -> None:
        self.world = world
        policy, signers = board(1)
        self.guard = Guard(policy=policy, signers=signers)
        lanes = [0, *(lane_to(shard) for shard in world.retail)]
        self.desks = {lane: Desk(world.known, ISSUING_VAULT, TIER1, self.guard, lane) for lane in lanes}
        world.known.names[ISSUING_VAULT] = "the central bank"
        self.rules = 1
        self.workers = dict.fromkeys(world.ledgers, 1)
        self.seats = {(operator, shard): 0 for operator in OPERATORS for shard in world.retail}
        self._is_changing: set[str] = set()
        self._locks = 0

    @property
    def lane(self) -> Desk:
        """The lane for orders that stay on tier 1."""
        return self.desks[0]

    def act(self) -> None:
        """Do one thing."""
        world, chance = self.world, self.world.chance
        what = chance.random()
        operator, shard = chance.choice(OPERATORS), chance.choice(world.retail)
        if what < 0.30 and not self.lane.is_busy:
            self.issue(operator, shard, Fen(chance.randrange(100, 900)))
        elif what < 0.38 and not self.lane.is_busy:
            self.lane.give(Withdraw(operator=operator, amount=Fen(chance.randrange(1, 300))), world.soon())
        elif what < 0.48:
            self._change_board()
        elif what < 0.58:
            self._change_workers(chance.choice(world.ledgers))
        elif what < 0.66:
            self.change_rules()
        elif what < 0.74:
            self.seat(operator, shard, chance.choice((OperatorStatus.ADMITTED, OperatorStatus.SUSPENDED)))
        elif what < 0.90:
            self.send_again(shard)
        elif what < 0.95:
            self._replace_carelessly(shard)
        self._show_other_signers()
        self.send()

    def send(self) -> None:
        """Send what is pending on every lane."""
        for desk in self.desks.values():
            self.world.send(desk)

    def _show_other_signers(self) -> None:
        """Bring a pending order once more, with another valid set of signatures: it is the same command."""
        chance, pending = self.world.chance, list(self.lane.pending.values())
        if pending and chance.random() < 0.2:
            entry = chance.choice(pending)
            if entry.body.epoch == self.guard.epoch:
                self.world.known.saw(Situation.OTHER_SIGNERS)
                wire = signed_by(self.world.known.network, entry.body, self.guard, _PAIRS[1])
                self.world.post(TIER1, wire, self.lane.hear)

    # 1.

    def issue(self, operator: OperatorId, shard: LedgerId, amount: Fen) -> None:
        """Issue against a new lock; when that has settled, allocate under the same lock."""
        self._locks += 1
        lock = LockId(self._locks.to_bytes(16))
        self.world.known.reserves[lock] = amount
        allocation = Allocate(shard=shard, operator=operator, amount=amount, lock=lock)

        def issued(outcome: Outcome) -> None:
            if outcome.status is Status.SETTLED:
                self.desks[lane_to(shard)].give(allocation, self.world.soon(), done=allocated)

        def allocated(outcome: Outcome) -> None:
            if is_lost(outcome) and self.world.faults:
                self.desks[lane_to(shard)].give(allocation, self.world.soon(), done=allocated)

        self.lane.give(Issue(operator=operator, amount=amount, lock=lock), self.world.soon(), done=issued)

    # 2.

    def send_again(self, shard: LedgerId) -> None:
        """Let tier 1 send again what does not stand on a shard: the oldest board, or else the oldest of the rest."""
        if self.world.variant == "no-resend":
            return
        missing = self.world.places[shard].reading.traffic.missing(self.world.places[TIER1].reading.traffic)
        boards = [command for command in missing if type(command.body.order) is SetBoard]
        for command in boards[:1] or missing[:4]:
            wire = command.wire if boards else self._sign_anew(command)
            self._resend(shard, wire)

    def _sign_anew(self, command: Command) -> bytes:
        """Sign an order again, under its own lane and number, by the board in force."""
        if type(command.body.order) is Allocate:
            self.world.known.saw(Situation.REPLACED)
        known, wire = self.world.known, self._sign(command.body.order, command.body.lane, command.body.number)
        anew = known.command(record_of(wire)).id
        if anew != command.id:
            known.labels[anew] = f"{known.label(command.id).removesuffix(_ANEW)}{_ANEW}"
        return wire

    def _sign(self, order: Any, lane: int, number: int) -> bytes:
        body = Body(
            account=ISSUING_VAULT,
            lane=lane,  # type: ignore[arg-type]
            number=Number(number),
            expires_at=self.world.soon(),
            epoch=Epoch(self.guard.epoch),
            order=order,
        )
        return signed_by(self.world.known.network, body, self.guard)

    def _resend(self, shard: LedgerId, wire: bytes) -> None:
        self.world.post(TIER1, unsigned(self.world.known.network, Resend(shard=shard, order=Blob(wire))))

    def _replace_carelessly(self, shard: LedgerId) -> None:
        """Sign an allocation that is on its way once more under another number and lock: tier 1 must not send it."""
        chance, lane = self.world.chance, lane_to(shard)
        sent = [
            command
            for command in map(self._command_of, self.world.places[TIER1].reading.traffic.sent.values())
            if type(command.body.order) is Allocate and command.body.lane == lane
        ]
        if sent:
            order: Allocate = chance.choice(sent[-3:]).body.order
            self._locks += 1
            other = Allocate(
                shard=shard, operator=order.operator, amount=order.amount, lock=LockId(self._locks.to_bytes(16))
            )
            self._resend(shard, self._sign(other, lane, self.desks[lane].next_number + 8))

    def _command_of(self, sending: Any) -> Command:
        known = self.world.known
        return known.command(known.message(sending.message).content.order[21:])

    # 3.

    def let_tier1_pass(self) -> None:
        """Give an order to all shards where one has been brought more messages than tier 1 has sent."""
        places = self.world.places
        sent = places[TIER1].reading.traffic.sent_count
        if any(places[shard].reading.traffic.taken[TIER1] > sent[shard] for shard in self.world.retail):
            self.change_rules()

    # Orders that overwrite.

    def seat(self, operator: OperatorId, shard: LedgerId, status: OperatorStatus) -> None:
        """Admit, suspend or lift a suspension."""
        shards, key = self.world.shards, (operator, shard)
        registrar, vault = registrar_at(operator, shard, shards), vault_at(operator, shard, shards)
        order = SetOperator(
            operator=operator,
            shard=shard,
            replaces=Version(self.seats[key]),
            status=Code(status),
            registrar=registrar,
            registrar_policy=single_key(signer("registrar", registrar)),
            vault=vault,
            vault_policy=single_key(signer("vault", vault)),
        )

        def settled() -> None:
            self.seats[key] += 1

        self._change(f"seat {operator} {shard}", order, settled)

    def _change_board(self) -> None:
        generation = self.guard.epoch + 1
        policy, signers = board(generation)

        def settled() -> None:
            self.guard.policy, self.guard.signers, self.guard.epoch = policy, signers, generation

        self._change("board", SetBoard(replaces=Version(self.guard.epoch), board=policy), settled)

    def _change_workers(self, ledger: LedgerId) -> None:
        """Let a new key come beside the newest one; the one before it goes."""
        place, version = self.world.places[ledger], self.workers[ledger]
        new = signer("worker", ledger, version)
        keys = tuple(Key(key.public) for key in (place.keys[-1], new))

        def settled() -> None:
            self.workers[ledger] += 1
            place.keys.append(new)

        self._change(f"workers {ledger}", Workers(ledger=ledger, replaces=Version(version), keys=keys), settled)

    def change_rules(self) -> None:
        """Give another rule set."""

        def settled() -> None:
            self.rules += 1
            self.world.known.saw(Situation.RULES_CHANGED)

        cap = Fen(self.world.chance.choice((100, 200, LARGEST_SMALL_CAP)))
        self._change("rules", rules(self.rules, cap), settled)

    def _change(self, what: str, order: Any, settled: Callable[[], None]) -> None:
        """Give one overwriting order of a sort at a time."""
        if what in self._is_changing or self.lane.is_busy:
            return
        self._is_changing.add(what)

        def done(outcome: Outcome) -> None:
            self._is_changing.discard(what)
            if outcome.status is Status.SETTLED:
                settled()

        self.lane.give(order, self.world.soon(), done=done)
