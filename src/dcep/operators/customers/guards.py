"""Who signs for a wallet: the keys of its policy, as far as the operator knows it, and only while it is in force.

1. A wallet is opened with a policy, which the operator keeps from the order.
2. Its holder may put another one in its place, and tells the ledger alone. From then on the ledger names a later
   version than the operator knows, and no key opens anything here: the old ones may have been stolen.
3. The operator hears of it with all else that happens to its wallets; or anybody brings the command that changed it,
   for which that it has settled is the proof. The version says whether it is newer than what is known.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, select, update

from dcep.errors import DcepError
from dcep.ids import NetworkId, WalletId
from dcep.ledger.client import Line
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.layout import Reader
from dcep.messages.outcomes import Status
from dcep.messages.policies import Policy, encode_policy, read_policy
from dcep.operators.brought import read_brought
from dcep.operators.store import guards, transaction


class Guard(NamedTuple):
    """The bytes of the policy that guards a wallet, and its version."""

    policy: bytes
    epoch: int


class Guards:
    """The policies of the wallets of one operator."""

    def __init__(self, store: Engine, line: Line, network: NetworkId) -> None:
        self._store, self._line, self._network = store, line, network

    def policy_in_force(self, wallet: WalletId) -> Policy:
        """Return the policy that guards a wallet now; raises as `in_force`."""
        return read_policy(Reader(self.in_force(wallet).policy))

    def in_force(self, wallet: WalletId) -> Guard:
        """Return the policy that guards a wallet now, as its bytes, with its version.

        Raises:
            DcepError: `not_your_customer`; or `policy_changed`: it is another than the operator knows of.
            Unavailable: the ledger cannot be reached.
        """
        row = self._known(wallet)
        account = self._line.account(wallet)
        # 2.
        if account is None or account.epoch != row.epoch:
            step = "bring the command that changed the policy to the wallet's operator"
            raise DcepError("policy_changed", "the wallet has another policy than its operator knows", next_step=step)
        return Guard(row.policy, row.epoch)

    def learn(self, wire: bytes) -> WalletId:
        """Take in the command that has changed a wallet's policy; an older one than is known changes nothing.

        Raises:
            BadInput: `other_command`, `bad_signature`.
            DcepError: `not_your_customer`; or `policy_not_settled`: the ledger has not settled this command.
        """
        # 3.
        command = read_brought(wire, self._network, SetPolicy, now=None)
        wallet, order = command.body.account, command.body.order
        self._known(wallet)
        if self._line.history(wire).outcome.status is not Status.SETTLED:
            raise DcepError("policy_not_settled", "the ledger has not settled this change of the policy")
        with transaction(self._store) as connection:
            note_policy(connection, wallet, order.replaces + 1, encode_policy(order.policy))
        return wallet

    def _known(self, wallet: WalletId) -> Row[Any]:
        with transaction(self._store) as connection:
            row = connection.execute(select(guards).where(guards.c.wallet == wallet)).one_or_none()
        if row is None:
            raise DcepError("not_your_customer", "the wallet belongs to no customer of this operator")
        return row


def note_policy(connection: Connection, wallet: WalletId, epoch: int, policy: bytes) -> None:
    """Keep the policy that has settled as this version of a wallet's, unless a newer one is known."""
    older = guards.c.wallet == wallet, guards.c.epoch < epoch
    connection.execute(update(guards).where(*older).values(epoch=epoch, policy=policy))
