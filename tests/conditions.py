"""Conditions of holds and their evidence, in the language of the ledger.

shop                     the account `shop` gives the command or has co-signed
key(phone)               the policy `phone` has co-signed; also `key(2of(a,b,c))`
2of(shop,key(phone),…)   two of them; `all(…)`, `any(…)`
before(2021-01-02)       the time has not come; `after(…)`
secret(bread)            the secret named `bread` is shown
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Final

from dcep.ids import WalletId
from dcep.messages.commands.conditions import (
    After,
    AtLeast,
    Before,
    Condition,
    Cosignature,
    Preimage,
    SignedByAccount,
    SignedByPolicy,
)
from dcep.messages.layout import Hash
from dcep.messages.policies import policy_hash
from tests.lines import read_moment
from tests.names import hashed, policy, signer

_CALL: Final = re.compile(r"([a-z]+|[0-9]+of)\((.*)\)")


def condition(text: str, wallet: Callable[[str], WalletId]) -> Condition:
    """Return the condition that is written so; `wallet` says the number of a name."""
    called = _CALL.fullmatch(text)
    if called is None:
        return SignedByAccount(account=wallet(text))
    match called[1]:
        case "key":
            return SignedByPolicy(policy=policy_hash(policy(called[2])[0]))
        case "before":
            return Before(time=read_moment(called[2]))
        case "after":
            return After(time=read_moment(called[2]))
        case "secret":
            return Preimage(hash=Hash(hashlib.sha256(secret(called[2])).digest()))
    parts = tuple(condition(part, wallet) for part in split(called[2]))
    needed = {"all": len(parts), "any": 1}.get(called[1]) or int(called[1].removesuffix("of"))
    return AtLeast(needed=needed, of=parts)


def secret(name: str) -> Hash:
    """Return the secret of a name: 32 bytes."""
    return hashed(f"secret {name}")


def cosignature(text: str, message: bytes) -> Cosignature:
    """Return what the keys of a policy say to a message: `phone`, `2of(a,b,c)!0+2` by these keys alone."""
    written, _, numbers = text.partition("!")
    guard, names = policy(written)
    signing = [int(number) for number in numbers.split("+")] if numbers else range(len(names))
    return Cosignature(
        policy=guard, signatures=tuple((number, signer(names[number]).sign(message)) for number in signing)
    )


def split(text: str) -> list[str]:
    """Return the parts between the commas that stand in no brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in parts if part]
