"""Registrars and vaults of the operators: senders whose orders name what they replace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from dcep.ids import LedgerId, OperatorId, WalletId
from dcep.messages.classes import Scope, WalletClass
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.commands.vaults import Exchange, Return
from dcep.messages.commands.wallets import Open, SetClass
from dcep.messages.layout import Code, Hash, Version
from dcep.messages.policies import Policy
from dcep.messages.signatory import single_key
from dcep.money import Fen
from dcep.simulation.model.cast import Guard, registrar_at, signer, vault_at
from dcep.simulation.model.senders import Desk
from dcep.simulation.model.world import World

_BASIS: Final = Hash(bytes(32))


class Bank:
    """An operator's two desks on one shard."""

    def __init__(self, world: World, operator: OperatorId, shard: LedgerId) -> None:
        self.world, self.operator, self.shard = world, operator, shard
        self.registrar = self._desk("registrar", registrar_at(operator, shard, world.shards))
        self.vault = self._desk("vault", vault_at(operator, shard, world.shards))
        # Of each wallet: how many overwriting orders were given, and the version that the newest named.
        self._given: dict[WalletId, int] = {}
        self._named: dict[WalletId, int] = {}

    def _desk(self, role: str, account: WalletId) -> Desk:
        key = signer(role, account)
        self.world.known.names[account] = f"bank {self.operator}'s {role} on shard {self.shard}"
        return Desk(self.world.known, account, self.shard, Guard(policy=single_key(key), signers=(key,)))

    def act(self, customers: Sequence[WalletId], leavers: Sequence[WalletId]) -> None:
        """Do one thing for a customer; who wants to leave gets no money any more."""
        world, chance = self.world, self.world.chance
        what, wallet = chance.random(), chance.choice(customers)
        if what < 0.4 and not self.registrar.is_busy:
            self.overwrite(wallet)
        elif what < 0.8 and not self.vault.is_busy and wallet not in leavers:
            self.vault.give(Exchange(receiver=wallet, amount=Fen(chance.choice((50, 100, 250)))), world.soon())
        elif what < 0.9 and not self.vault.is_busy:
            self.vault.give(Return(amount=Fen(chance.randrange(1, 400))), world.soon())
        self.send()

    def send(self) -> None:
        """Send what is pending on both desks."""
        self.world.send(self.registrar)
        self.world.send(self.vault)

    def open(self, wallet: WalletId, wallet_class: WalletClass) -> None:
        """Open a wallet for its holder's first key."""
        policy: Policy = single_key(signer("holder", wallet, 1))
        order = Open(wallet=wallet, wallet_class=Code(wallet_class), policy=policy)
        self.registrar.give(order, self.world.soon())

    def overwrite(self, wallet: WalletId) -> None:
        """Freeze and lift it again without waiting, or set the class; each names the version that it replaces."""
        world, chance = self.world, self.world.chance
        view = world.view(self.shard, wallet)
        if view is None:
            return
        version = max(view.standing, self._named.get(wallet, 0))
        if chance.random() < 0.3:
            wallet_class = chance.choice((WalletClass.III, WalletClass.IV))
            self._order(
                wallet, version, SetClass(wallet=wallet, replaces=Version(version), wallet_class=Code(wallet_class))
            )
            return
        scope = Code(chance.choice((Scope.PAY, Scope.RECEIVE, Scope.PAY | Scope.RECEIVE)))
        self._order(wallet, version, Freeze(wallet=wallet, replaces=Version(version), scope=scope, basis=_BASIS))
        if chance.random() < 0.7:
            self._order(wallet, version + 1, Unfreeze(wallet=wallet, replaces=Version(version + 1), basis=_BASIS))

    def lift(self, wallet: WalletId) -> None:
        """Lift a freeze that is still there."""
        view = self.world.view(self.shard, wallet)
        if view is not None and (view.frozen_to_pay or view.frozen_to_receive) and not self.registrar.is_busy:
            version = view.standing
            self._order(wallet, version, Unfreeze(wallet=wallet, replaces=Version(version), basis=_BASIS))

    def _order(self, wallet: WalletId, version: int, order: Any) -> None:
        self._named[wallet] = version
        self._given[wallet] = self._given.get(wallet, 0) + 1
        identity = self.registrar.give(order, self.world.soon(), done=lambda outcome: self._reread(wallet))
        who = f"bank {self.operator} for {self.world.known.name(wallet)}"
        self.world.known.intentions[identity] = (who, self._given[wallet])

    def _reread(self, wallet: WalletId) -> None:
        """Forget what was hoped for, once nothing more about the wallet is on its way."""
        if not any(getattr(entry.body.order, "wallet", None) == wallet for entry in self.registrar.pending.values()):
            self._named.pop(wallet, None)
