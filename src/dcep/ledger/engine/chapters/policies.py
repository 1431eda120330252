"""Change who may act for an account: key rotation, a second device, k of n."""

from __future__ import annotations

from dcep.ledger.engine.accounts import Account
from dcep.ledger.engine.book import Book
from dcep.ledger.engine.keys import has_bad_key
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.layout import Epoch
from dcep.messages.policies import policy_hash
from dcep.messages.refusals import Refusal, refuse_if


def set_policy(book: Book, signer: Account, order: SetPolicy) -> None:
    """Put a policy in the place of the one in force. The epoch only grows, also when an old policy comes back.

    Raises:
        Refused: the first rule that says no; nothing has changed.
    """
    refuse_if(order.replaces != signer.epoch, Refusal.STALE)
    refuse_if(has_bad_key(order.policy), Refusal.BAD_KEY)

    # From here on the new policy guards the account.
    signer.policy = policy_hash(order.policy)
    signer.epoch = Epoch(signer.epoch + 1)
