"""Policies: who may act, judged by a reader and a judge that are written here and know nothing of ours.

The oracle reads the tree from its bytes, numbers the keys as they come, and asks of a set of signers whether it is
enough. The Rust core is asked through intake: a command with these signatures is let in, or it is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from typing import Final

from hypothesis import strategies as st

from dcep.clock import UnixMs
from dcep.ids import NetworkId, WalletId
from dcep.ledger.native import verify_records
from dcep.messages import signed
from dcep.messages.commands.payments import Cancel
from dcep.messages.frames import join
from dcep.messages.layout import Epoch, Lane, Malformed, Number, Reader
from dcep.messages.policies import policy_hash, read_policy
from dcep.messages.refusals import NotProcessed
from tests.conformance.twins.verdict import verdict
from tests.fuzz.hostile import mutated
from tests.fuzz.real import NETWORK, POLICIES
from tests.fuzz.target import Target, seeds_of
from tests.fuzz.trees import SIGNERS, trees

_ED25519: Final = 3
_DEEPEST: Final = 8
_MOST_KEYS: Final = 32
# Of a policy with few keys every set of signers is tried, of one with many these.
_FEW_KEYS: Final = 5


class _NoPolicy(Exception):
    """The oracle reads no policy in the bytes."""


@dataclass(slots=True)
class _Oracle:
    """Read a policy: a node is ("key", number), ("of", needed, parts) or ("board", needed, sites, [(site, number)])."""

    rest: bytes
    keys: list[bytes]

    def take(self, size: int) -> bytes:
        if len(self.rest) < size:
            raise _NoPolicy
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def key(self) -> int:
        if self.take(1)[0] != _ED25519:
            raise _NoPolicy
        self.keys.append(self.take(32))
        return len(self.keys) - 1

    def node(self, depth: int) -> tuple[object, ...]:
        if depth > _DEEPEST:
            raise _NoPolicy
        match self.take(1)[0]:
            case 1:
                return "key", self.key()
            case 2:
                needed, count = self.take(2)
                self.require(1 <= needed <= count <= _MOST_KEYS)
                return "of", needed, [self.node(depth + 1) for _ in range(count)]
            case 3:
                needed, sites, count = self.take(3)
                self.require(1 <= needed <= count <= _MOST_KEYS)
                seats = [(self.take(1)[0], self.key()) for _ in range(count)]
                self.require(1 <= sites <= len({site for site, _ in seats}))
                return "board", needed, sites, seats
        raise _NoPolicy

    def require(self, holds: bool) -> None:
        if not holds:
            raise _NoPolicy


def _read(data: bytes) -> tuple[tuple[object, ...], list[bytes]] | None:
    """Return the tree and its keys; None if there is no policy, or nobody stands there."""
    oracle = _Oracle(data, [])
    try:
        tree = oracle.node(1)
        oracle.require(not oracle.rest and len(oracle.keys) <= _MOST_KEYS)
    except _NoPolicy:
        return None
    return tree, oracle.keys


def _is_enough(node: object, signers: frozenset[int]) -> bool:
    match node:
        case ("key", number):
            return number in signers
        case ("of", int(needed), list(parts)):
            return [_is_enough(part, signers) for part in parts].count(True) >= needed
        case ("board", int(needed), int(sites), list(seats)):
            present = [site for site, number in seats if number in signers]
            return len(present) >= needed and len(set(present)) >= sites
    raise AssertionError(node)


def _sets(count: int, salt: bytes) -> list[frozenset[int]]:
    if count <= _FEW_KEYS:
        return [frozenset(some) for n in range(count + 1) for some in combinations(range(count), n)]
    drawn = int.from_bytes(sha256(salt).digest())
    return [frozenset(n for n in range(count) if drawn >> (32 * turn + n) & 1) for turn in range(6)]


def _check(data: bytes) -> None:
    reader = Reader(data)
    try:
        policy = read_policy(reader)
        reader.finish()
    except Malformed:
        assert _read(data) is None or data == b"\0"
        return
    if data == b"\0":
        return
    known = _read(data)
    assert known is not None
    tree, keys = known
    assert policy.encode() == data
    assert [key for _, key in policy.keys()] == keys
    assert policy_hash(policy) == sha256(b"dpol" + data).digest()
    for signers in _sets(len(keys), data):
        assert policy.satisfied_by(signers) == _is_enough(tree, signers)


def _check_signed(data: bytes) -> None:
    """Sign a command with some of the keys, and ask Rust; then let one of them be another's."""
    known = _read(data)
    unsigned = _record(data, {})
    assert verify_records(NetworkId(NETWORK), join([unsigned])) == [verdict(NetworkId(NETWORK), unsigned)]
    if known is None:
        return
    tree, keys = known
    if not all(key in SIGNERS for key in keys):
        return
    body = _body()
    for signers in _sets(len(keys), data)[:8]:
        signatures = {number: SIGNERS[keys[number]].sign(body) for number in signers}
        good = verify_records(NetworkId(NETWORK), join([_record(data, signatures)]))
        assert good == [None if _is_enough(tree, signers) else NotProcessed.BAD_SIGNATURE]
        for number in list(signers)[:1]:
            spoiled = {**signatures, number: bytes(64)}
            assert verify_records(NetworkId(NETWORK), join([_record(data, spoiled)])) == [NotProcessed.BAD_SIGNATURE]


def _body() -> bytes:
    return signed.encode_body(
        NetworkId(NETWORK),
        signed.Body(
            account=WalletId(1), lane=Lane(0), number=Number(1), expires_at=UnixMs(1), epoch=Epoch(1), order=Cancel()
        ),
    )


def _record(policy: bytes, signatures: dict[int, bytes]) -> bytes:
    signed_by = b"".join(bytes((number,)) + signatures[number] for number in sorted(signatures))
    return signed.record_of(_body() + policy + bytes((len(signatures),)) + signed_by)


_INPUTS: Final[st.SearchStrategy[bytes]] = mutated(seeds_of("policy", POLICIES)) | trees.map(lambda tree: tree.encode())

TARGETS: Final = [
    Target(name="policy", group="policies", inputs=_INPUTS, check=_check),
    Target(name="policy-signed", group="policies", inputs=_INPUTS, check=_check_signed),
]
