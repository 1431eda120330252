"""Which keys may guard an account: none of small order, none in a second encoding, none twice, and at least one."""

from __future__ import annotations

from dcep.crypto.suites import Suite, acceptable_key
from dcep.messages.layout import Key
from dcep.messages.policies import Policy


def has_bad_key(policy: Policy) -> bool:
    """Return whether a policy has no key, a repeated one, or one that its suite does not accept."""
    keys = list(policy.keys())
    if not keys or len(set(keys)) < len(keys):
        return True
    return not all(acceptable_key(Suite(suite), key) for suite, key in keys)


def is_bad_worker_key(key: Key) -> bool:
    """Return whether a worker's key, always Ed25519, is one that its suite does not accept."""
    return not acceptable_key(Suite.ED25519, key)
