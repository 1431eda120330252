"""Holders of wallets: they buy, repeat, cancel, change keys, lose devices, are put back, leave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.ids import CommandId, LedgerId, OperatorId, WalletId, operator_of
from dcep.messages.commands.payments import Cancel, Pay
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.commands.vaults import Redeem
from dcep.messages.commands.wallets import Close
from dcep.messages.layout import Epoch
from dcep.messages.outcomes import Outcome, Status
from dcep.messages.signatory import single_key
from dcep.money import Fen
from dcep.simulation.model.cast import Guard, nobody_at, signer, vault_at, wallet_at
from dcep.simulation.model.holders.recovery import Recovery
from dcep.simulation.model.judgement.situations import Situation
from dcep.simulation.model.senders import Desk, Purchases
from dcep.simulation.model.world import World

_PRICES: Final = (1, 5, 20, 60, 150, 250)
# The first device and a second one, on a lane of its own.
_DEVICES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy of what a device keeps: the bytes that wait for an answer on its lane."""

    lane: int
    pending: dict[CommandId, Any]


class Holder:
    """One person with one wallet, and a device or two."""

    def __init__(self, world: World, wallet: WalletId, home: LedgerId) -> None:
        self.world, self.wallet, self.home = world, wallet, home
        key = signer("holder", wallet, 1)
        self.guard = Guard(policy=single_key(key), signers=(key,))
        self.desks = [Desk(world.known, wallet, home, self.guard, lane) for lane in range(_DEVICES)]
        self.purchases = Purchases(world.known)
        # Somebody who loses devices again and again; somebody who changes keys all the time.
        self.is_clumsy = self.is_restless = False
        self._backups: list[Backup] = []
        self._recovery: Recovery | None = None

    @property
    def is_recovering(self) -> bool:
        """Return whether a device is being replaced, so that nothing else is signed."""
        return self._recovery is not None

    @property
    def current(self) -> list[Desk]:
        """The desks that speak for the wallet now: while a device is replaced, the new ones."""
        return self.desks if self._recovery is None else self._recovery.desks

    @property
    def desk(self) -> Desk:
        """The first device."""
        return self.current[0]

    def act(self, others: list[WalletId]) -> None:
        """Do one thing."""
        if self._recovery is not None:
            self._recover(self._recovery)
            return
        self.purchases.see_returns()
        desk = self.desks[0] if self.world.chance.random() < 0.8 else self.desks[1]
        self._choose(desk, others)
        self._resign_on_timeout(desk)
        for device in self.desks:
            self.world.send(device)

    def _choose(self, desk: Desk, others: list[WalletId]) -> None:
        what, chance = self.world.chance.random(), self.world.chance
        if what < 0.52:
            self.buy(desk, others)
        elif what < 0.60 and desk.pending:
            self._cancel(desk)
        elif what < (0.80 if self.is_restless else 0.65) and not desk.is_busy:
            self._change_key(desk)
        elif what < 0.70 and not desk.is_busy:
            vault = vault_at(operator_of(self.wallet), self.home, self.world.shards)
            desk.give(Redeem(vault=vault, amount=Fen(chance.randrange(1, 200))), self.world.soon())
        elif what < 0.73:
            self._backups.append(Backup(lane=desk.lane, pending=dict(desk.pending)))
        elif what < (0.95 if self.is_clumsy else 0.755):
            self._lose_device()
        elif what > 0.97:
            self._let_all_expire(desk)

    def buy(self, desk: Desk, others: list[WalletId]) -> None:
        """Buy something, or pay what was refused, expired or returned; several things at once, perhaps."""
        world, chance = self.world, self.world.chance
        for _ in range(chance.choice((1, 1, 2))):
            if desk.is_busy:
                return
            if self.purchases.again and chance.random() < 0.7:
                order, memo = self.purchases.again.pop()
                world.known.saw(Situation.SIGNED_ANEW)
            else:
                order, memo = self.payment(others), world.new_purchase()
            if desk.lane:
                world.known.saw(Situation.OTHER_LANE)
            self.purchases.buy(desk, order, memo, world.soon())

    def payment(self, others: list[WalletId]) -> Pay:
        """Return a payment to somebody."""
        chance = self.world.chance
        return Pay(receiver=chance.choice(others), amount=Fen(chance.choice(_PRICES)))

    def _resign_on_timeout(self, desk: Desk) -> None:
        """Sign a purchase anew although nothing is known of it: the variant `resign-on-timeout`."""
        chance = self.world.chance
        if self.world.variant == "resign-on-timeout" and self.purchases.open and chance.random() < 0.3:
            self.purchases.buy(desk, *chance.choice(list(self.purchases.open.values())), self.world.soon())

    def _cancel(self, desk: Desk) -> None:
        """Stop a pending body: the cancel takes its number, or comes too late."""
        pending = self.world.chance.choice(list(desk.pending.values()))
        desk.give(Cancel(), self.world.soon(), number=pending.body.number)

    def _change_key(self, desk: Desk) -> None:
        """Rotate the key; until the answer comes both are kept."""
        key = signer("holder", self.wallet, 1 + (self.guard.epoch + 1) % 3)
        epoch, policy = self.guard.epoch, single_key(key)

        def done(outcome: Outcome) -> None:
            if outcome.status is Status.SETTLED:
                self.guard.policy, self.guard.signers, self.guard.epoch = policy, (key,), epoch + 1

        desk.give(SetPolicy(replaces=Epoch(epoch), policy=policy), self.world.soon(), done=done)

    def _let_all_expire(self, desk: Desk) -> None:
        """Let a device that is offline sign all that its window takes: it comes too late."""
        if desk.pending:
            return
        self.world.known.saw(Situation.ALL_EXPIRED)
        while desk.next_number <= desk.known_high + 64:
            desk.give(Cancel(), UnixMs(self.world.now + 1))

    # Devices.

    @property
    def _is_changing_key(self) -> bool:
        """Return whether it is not known which key guards the wallet: then its guardian, not its holder, recovers."""
        return any(type(pending.body.order) is SetPolicy for desk in self.desks for pending in desk.pending.values())

    def _lose_device(self) -> None:
        """Lose everything, or all that is newer than a backup; whatever was signed may still be on its way."""
        world = self.world
        if self._is_changing_key:
            return
        backup = world.chance.choice(self._backups) if self._backups and world.chance.random() < 0.6 else None
        world.known.saw(Situation.DEVICE_LOST if backup is None else Situation.STORE_PUT_BACK)
        if world.known.is_told:
            what = "loses the device" if backup is None else "puts back an older copy of the device"
            world.known.note(f"{world.known.name(self.wallet)} {what}, and recovers", self.wallet)
        self._recovery = Recovery(world, self.wallet, self.home, self.guard, world.places[self.home].reading.place)
        if backup is not None:
            self._put_back(backup, self._recovery)

    def _put_back(self, backup: Backup, recovery: Recovery) -> None:
        """Let the copy send the same bytes again; what became of purchases after it, it does not know."""
        desk = recovery.desks[backup.lane]
        for identity, pending in backup.pending.items():
            desk.pending[identity] = replace(pending, done=None)

    def _recover(self, recovery: Recovery) -> None:
        if recovery.go_on():
            known = self.world.known
            known.saw(Situation.RECOVERED)
            if known.is_told:
                known.note(f"{known.name(self.wallet)} has recovered: all that was signed before is dead", self.wallet)
            signed = {identity for desk in self.desks for identity in desk.signed}
            known.dead |= {identity for identity in signed if identity not in known.consumed}
            self._recovery, self.desks = None, recovery.desks[:_DEVICES]
            self.purchases = Purchases(known)
            self._backups.clear()
            return
        for desk in recovery.desks:
            self.world.send(desk)

    def go_on_recovering(self) -> None:
        """Take the next step of a recovery that is under way."""
        if self._recovery is not None:
            self._recover(self._recovery)

    # Leaving.

    def leave(self) -> None:
        """Pay everything away, perhaps to nobody, and close at once; the money may still come back."""
        world, chance = self.world, self.world.chance
        if self._recovery is not None:
            self._recover(self._recovery)
            return
        desk, view = self.desk, world.view(self.home, self.wallet)
        if view is None or view.closed:
            return
        if view.balance and not desk.is_busy:
            abroad = [shard for shard in world.retail if shard != self.home]
            # Most of them to a number that nobody has, on another ledger: it comes back.
            somebody = nobody_at(chance.choice(abroad), world.shards)
            if chance.random() < 0.3:
                somebody = wallet_at(OperatorId(1), chance.choice(world.retail), 2, world.shards)
            amount = Fen(min(view.balance, 200))
            self.purchases.buy(desk, Pay(receiver=somebody, amount=amount), world.new_purchase(), world.soon())
        if not desk.is_busy and view.balance <= 200:
            desk.give(Close(wallet=self.wallet), world.soon())
        for device in self.desks:
            world.send(device)
