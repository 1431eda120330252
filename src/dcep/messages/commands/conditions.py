"""Conditions: when held money may move. They are trees like policies, and as canonical.

Evidence is what a capture or a release brings along to meet one: signatures of others, and secrets. A co-signature is
over network, hold, verb, amount and what was captured before, so it counts once, there, and for nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final

from dcep.clock import UnixMs
from dcep.crypto.suites import SignedMessage, Suite, bad_signatures
from dcep.ids import CommandId, NetworkId, PolicyHash, WalletId
from dcep.messages.layout import Hash, Malformed, Reader, declare
from dcep.messages.policies import NOBODY, Policy, read_policy
from dcep.money import Fen

TAG: Final = b"dhld"
MAX_DEPTH: Final = 8
# Both conditions of a hold stand in the state for as long as it is open.
MAX_SIZE: Final = 512
_MAX_PARTS: Final = 32
# The ledger verifies them at the command's place, one command after the other.
MAX_COSIGNATURES: Final = 8
MAX_PREIMAGES: Final = 8
_SIGNATURE_SIZE: Final = 64


class Verb(IntEnum):
    """What a co-signature agrees to."""

    CAPTURE = 1
    RELEASE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedByAccount:
    """An account of this ledger gives the command, or has co-signed under the policy that guards it now."""

    account: WalletId

    def encode(self) -> bytes:
        return b"\1" + self.account.to_bytes(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """At least `needed` of the conditions below; any = 1, all = their count."""

    needed: int
    of: tuple[Condition, ...]

    def encode(self) -> bytes:
        return bytes((2, self.needed, len(self.of))) + b"".join(part.encode() for part in self.of)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedByPolicy:
    """The policy with this hash has co-signed; a key is the policy of one key."""

    policy: PolicyHash

    def encode(self) -> bytes:
        return b"\3" + self.policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The ledger's folded time has not reached this one."""

    time: UnixMs

    def encode(self) -> bytes:
        return b"\4" + self.time.to_bytes(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """The ledger's folded time has reached this one."""

    time: UnixMs

    def encode(self) -> bytes:
        return b"\5" + self.time.to_bytes(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preimage:
    """32 bytes are shown of which this is the SHA-256: no tag, for other systems hash their secrets so as well."""

    hash: Hash

    def encode(self) -> bytes:
        return b"\6" + self.hash


Leaf = SignedByAccount | SignedByPolicy | Before | After | Preimage
Condition = Leaf | AtLeast


def is_met(condition: Condition, holds: Callable[[Leaf], bool]) -> bool:
    """Return whether a condition is met, if `holds` says it of each leaf."""
    if isinstance(condition, AtLeast):
        return sum(is_met(part, holds) for part in condition.of) >= condition.needed
    return holds(condition)


def encode_condition(condition: Condition) -> bytes:
    """Return the condition's own, self-delimiting bytes."""
    return condition.encode()


def read_condition(reader: Reader) -> Condition:
    """Take one condition off the reader.

    Raises:
        Malformed: deeper than MAX_DEPTH, longer than MAX_SIZE, a count that can never be met.
    """
    start = reader.at
    condition = _read_tree(reader, MAX_DEPTH)
    if reader.at - start > MAX_SIZE:
        raise Malformed("condition too long")
    return condition


def _read_tree(reader: Reader, depth: int) -> Condition:
    if depth == 0:
        raise Malformed("condition too deep")
    match reader.integer(1):
        case 1:
            return SignedByAccount(account=WalletId(reader.integer(8)))
        case 2:
            needed, count = reader.integer(1), reader.integer(1)
            if not 1 <= needed <= count <= _MAX_PARTS:
                raise Malformed("a threshold that is never met")
            return AtLeast(needed=needed, of=tuple([_read_tree(reader, depth - 1) for _ in range(count)]))
        case 3:
            return SignedByPolicy(policy=PolicyHash(reader.take(32)))
        case 4:
            return Before(time=UnixMs(reader.integer(8)))
        case 5:
            return After(time=UnixMs(reader.integer(8)))
        case 6:
            return Preimage(hash=Hash(reader.take(32)))
    raise Malformed("no such condition")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A policy in full and what its keys have signed: (number of the key, signature), ascending."""

    policy: Policy
    signatures: tuple[tuple[int, bytes], ...]

    def encode(self) -> bytes:
        signed = b"".join(bytes((number,)) + signature for number, signature in self.signatures)
        return self.policy.encode() + bytes((len(self.signatures),)) + signed

    def holds(self, message: bytes) -> bool:
        """Return whether enough keys have signed the message, and each of their signatures holds."""
        keys = list(self.policy.keys())
        signed = [
            SignedMessage(suite=Suite(keys[number][0]), key=keys[number][1], message=message, signature=signature)
            for number, signature in self.signatures
        ]
        return self.policy.satisfied_by({number for number, _ in self.signatures}) and not bad_signatures(signed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is brought to meet a condition: co-signatures, and the secrets behind hashes."""

    cosignatures: tuple[Cosignature, ...] = ()
    preimages: tuple[Hash, ...] = ()

    def encode(self) -> bytes:
        cosignatures = b"".join(cosignature.encode() for cosignature in self.cosignatures)
        return (
            bytes((len(self.cosignatures),)) + cosignatures + bytes((len(self.preimages),)) + b"".join(self.preimages)
        )

    def hashes(self) -> set[Hash]:
        """Return the hashes whose secrets are shown."""
        return {Hash(hashlib.sha256(preimage).digest()) for preimage in self.preimages}


NO_EVIDENCE: Final = Evidence()


def cosigned_message(network: NetworkId, hold: CommandId, verb: Verb, amount: Fen, captured: Fen) -> bytes:
    """Return what a co-signer signs.

    Args:
        network: the network of the hold.
        hold: its id.
        verb: what may be done.
        amount: what a capture takes, or what a release gives back: all that is left.
        captured: what was captured before.
    """
    return TAG + network + hold + bytes((verb,)) + amount.to_bytes(8) + captured.to_bytes(8)


def encode_evidence(evidence: Evidence) -> bytes:
    """Return the evidence's own, self-delimiting bytes."""
    return evidence.encode()


def read_evidence(reader: Reader) -> Evidence:
    """Take one piece of evidence off the reader.

    Raises:
        SuiteUnsupported: a key of a suite that is not built.
        Malformed: more than anybody needs, signatures out of order or without their key.
    """
    cosignatures = tuple([_read_cosignature(reader) for _ in range(reader.integer(1))])
    preimages = tuple([Hash(reader.take(32)) for _ in range(reader.integer(1))])
    signatures = sum(len(cosignature.signatures) for cosignature in cosignatures)
    if max(len(cosignatures), signatures) > MAX_COSIGNATURES or len(preimages) > MAX_PREIMAGES:
        raise Malformed("too much evidence")
    return Evidence(cosignatures=cosignatures, preimages=preimages)


def _read_cosignature(reader: Reader) -> Cosignature:
    policy = read_policy(reader)
    signatures = tuple([(reader.integer(1), reader.take(_SIGNATURE_SIZE)) for _ in range(reader.integer(1))])
    numbers = [number for number, _ in signatures]
    if policy is NOBODY or (numbers and numbers[-1] >= sum(1 for _ in policy.keys())):
        raise Malformed("a signature without its key")
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise Malformed("signatures out of order")
    return Cosignature(policy=policy, signatures=signatures)


declare("Condition", Condition, encode_condition, read_condition)
declare("Evidence", Evidence, encode_evidence, read_evidence)
