"""Deposits: people hold money for one another, and let it be captured or released, well and badly.

In one run of four, so that the others are what they were before anybody held anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from dcep.clock import UnixMs
from dcep.ids import CommandId, LedgerId, WalletId
from dcep.messages.commands.conditions import (
    NO_EVIDENCE,
    After,
    AtLeast,
    Before,
    Condition,
    Cosignature,
    Evidence,
    SignedByAccount,
    SignedByPolicy,
    Verb,
    cosigned_message,
)
from dcep.messages.commands.holds import Capture, Hold, Release
from dcep.messages.outcomes import Outcome, Status
from dcep.messages.policies import policy_hash
from dcep.messages.signatory import single_key
from dcep.money import Fen
from dcep.simulation.model.cast import signer
from dcep.simulation.model.judgement.situations import Situation
from dcep.simulation.model.world import World

if TYPE_CHECKING:
    from dcep.simulation.model.holders import Holder

_COURIER: Final = signer("courier")
_COURIERS_POLICY: Final = single_key(_COURIER)
_BY_COURIER: Final = SignedByPolicy(policy=policy_hash(_COURIERS_POLICY))
_RUNS: Final = 4
# How often something happens around a deposit at a step.
_OFTEN: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A hold of which its payer knows that it settled."""

    hold: CommandId
    home: LedgerId
    receiver: WalletId
    amount: Fen


class Depositors:
    """Those who hold, capture and release, and the courier who co-signs."""

    def __init__(self, world: World, holders: list[Holder], receivers: list[WalletId]) -> None:
        self._world, self._holders, self._receivers = world, holders, receivers
        self._promises: list[Promise] = []
        self._evidence: list[Evidence] = []

    def act(self) -> None:
        """Do one thing, perhaps."""
        world = self._world
        if world.seed % _RUNS or world.chance.random() > _OFTEN:
            return
        what = world.chance.random()
        if what < 0.35 or not self._promises:
            self._hold()
        elif what < 0.8:
            self._capture()
        else:
            self._release()

    def _hold(self) -> None:
        world, chance = self._world, self._world.chance
        holder = chance.choice(self._holders)
        desk = holder.desks[0]
        if holder.is_recovering or desk.is_busy:
            return
        order = self._order(holder, chance.choice(self._receivers))

        def done(outcome: Outcome) -> None:
            if outcome.status is Status.SETTLED:
                promise = Promise(hold=identity, home=holder.home, receiver=order.receiver, amount=order.amount)
                self._promises.append(promise)

        identity = desk.give(order, world.soon(), done=done)
        world.send(desk)

    def _order(self, payer: Holder, receiver: WalletId) -> Hold:
        world, chance = self._world, self._world.chance
        word, soon = SignedByAccount(account=receiver), UnixMs(world.now + 30_000)
        conditions: list[Condition] = [
            *(word, _BY_COURIER, AtLeast(needed=1, of=(word, _BY_COURIER)), After(time=UnixMs(0))),
            AtLeast(needed=2, of=(After(time=soon), AtLeast(needed=1, of=(word, _BY_COURIER)))),
            AtLeast(needed=1, of=(Before(time=soon), word)),
        ]
        return Hold(
            receiver=receiver,
            amount=Fen(chance.choice((1, 20, 60, 150))),
            until=UnixMs(world.now + chance.choice((20_000, 60_000, 300_000))),
            capture_if=chance.choice(conditions),
            release_if=chance.choice((word, _BY_COURIER, SignedByAccount(account=payer.wallet))),
        )

    def _capture(self) -> None:
        promise = self._world.chance.choice(self._promises)
        left, captured = self._stands(promise)
        amount = Fen(self._world.chance.choice((1, promise.amount // 3, left, left, promise.amount)))
        evidence = self._bring(promise, Verb.CAPTURE, amount, captured)
        self._give(promise, Capture(hold=promise.hold, amount=amount, evidence=evidence))

    def _release(self) -> None:
        promise = self._world.chance.choice(self._promises)
        left, captured = self._stands(promise)
        evidence = self._bring(promise, Verb.RELEASE, left, captured)
        self._give(promise, Release(hold=promise.hold, evidence=evidence))

    def _stands(self, promise: Promise) -> tuple[Fen, Fen]:
        """Return what is left and what was captured, as one worker has folded it."""
        view = self._world.worker(promise.home).engine.hold(promise.hold)
        return (Fen(0), promise.amount) if view is None else (Fen(view.amount - view.captured), view.captured)

    def _bring(self, promise: Promise, verb: Verb, amount: Fen, captured: Fen) -> Evidence:
        """Let the courier sign, bring what was brought before, or nothing."""
        chance, known = self._world.chance, self._world.known
        what = chance.random()
        if what < 0.2:
            return NO_EVIDENCE
        if what < 0.4 and self._evidence:
            return chance.choice(self._evidence)
        known.saw(Situation.CO_SIGNED)
        known.agreed.add((promise.hold, verb, amount, captured))
        message = cosigned_message(known.network, promise.hold, verb, amount, captured)
        signed = Cosignature(policy=_COURIERS_POLICY, signatures=((0, _COURIER.sign(message)),))
        self._evidence.append(replace(NO_EVIDENCE, cosignatures=(signed,)))
        return self._evidence[-1]

    def release_what_expired(self) -> None:
        """Let somebody release every hold that has expired, and that nobody is about to release."""
        world = self._world
        pending = {
            getattr(body.body.order, "hold", None)
            for holder in self._holders
            for desk in holder.current
            for body in desk.pending.values()
        }
        for hold, deposit in world.money.deposits.open().items():
            desks = [holder.desks[0] for holder in self._neighbours(deposit.ledger) if not holder.desks[0].is_busy]
            if desks and hold not in pending and deposit.order.until <= world.now:
                desks[0].give(Release(hold=hold, evidence=NO_EVIDENCE), world.soon())

    def _neighbours(self, home: LedgerId) -> list[Holder]:
        return [holder for holder in self._holders if holder.home == home and not holder.is_recovering]

    def _give(self, promise: Promise, order: Capture | Release) -> None:
        """Let the receiver give it, if it lives there, or anybody else who does."""
        world, chance = self._world, self._world.chance
        neighbours = self._neighbours(promise.home)
        receivers = [holder for holder in neighbours if holder.wallet == promise.receiver]
        if not neighbours:
            return
        giver = receivers[0] if receivers and chance.random() < 0.6 else chance.choice(neighbours)
        desk = giver.desks[0]
        if not desk.is_busy:
            desk.give(order, world.soon())
            world.send(desk)
