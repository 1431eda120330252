"""Change who may act for an account."""

from __future__ import annotations

from dataclasses import dataclass

from dcep.messages.layout import Epoch
from dcep.messages.policies import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPolicy:
    """Put a policy in the place of the one with epoch `replaces`; the epoch grows by one."""

    replaces: Epoch
    policy: Policy
