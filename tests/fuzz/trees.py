"""Arbitrary policies and conditions that a reader accepts, over keys whose signatures can be made."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.ids import PolicyHash, WalletId
from dcep.messages.commands.conditions import (
    After,
    AtLeast,
    Before,
    Condition,
    Preimage,
    SignedByAccount,
    SignedByPolicy,
)
from dcep.messages.layout import Hash
from dcep.messages.policies import MAX_KEYS, Board, Policy, Seat, Threshold
from tests.names import signer, single_key

_NAMES: Final = [f"key {number}{suite}" for number in range(6) for suite in ("", "_p256")]
SIGNERS: Final[dict[bytes, Signer]] = {each.public: each for each in map(signer, _NAMES)}
_SINGLE: Final = st.sampled_from([single_key(name) for name in _NAMES])
_SEATS: Final = st.lists(
    st.builds(lambda site, of: Seat(site=site, suite=of.suite, key=of.key), st.integers(0, 3), _SINGLE),
    min_size=1,
    max_size=6,
)


@st.composite
def _boards(draw: st.DrawFn) -> Board:
    seats = draw(_SEATS)
    sites = draw(st.integers(1, len({seat.site for seat in seats})))
    return Board(needed=draw(st.integers(1, len(seats))), sites=sites, seats=tuple(seats))


def _above(part: st.SearchStrategy[Policy]) -> st.SearchStrategy[Policy]:
    return st.lists(part, min_size=1, max_size=4).flatmap(
        lambda of: st.builds(Threshold, needed=st.integers(1, len(of)), of=st.just(tuple(of)))
    )


def _depth(policy: Policy) -> int:
    return 1 + max(map(_depth, policy.of)) if isinstance(policy, Threshold) else 1


def _is_small(policy: Policy) -> bool:
    return sum(1 for _ in policy.keys()) <= MAX_KEYS and _depth(policy) <= 8


trees: Final[st.SearchStrategy[Policy]] = st.recursive(_SINGLE | _boards(), _above, max_leaves=8).filter(_is_small)


def _condition_above(part: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    return st.lists(part, min_size=1, max_size=4).flatmap(
        lambda of: st.builds(AtLeast, needed=st.integers(1, len(of)), of=st.just(tuple(of)))
    )


def _levels(condition: Condition) -> int:
    return 1 + max(map(_levels, condition.of)) if isinstance(condition, AtLeast) else 1


_U64 = st.integers(0, 2**64 - 1)
_HASHES = st.binary(min_size=32, max_size=32)
_LEAVES: st.SearchStrategy[Condition] = st.one_of(
    st.builds(SignedByAccount, account=_U64.map(WalletId)),
    st.builds(SignedByPolicy, policy=_HASHES.map(PolicyHash)),
    st.builds(Before, time=_U64.map(UnixMs)),
    st.builds(After, time=_U64.map(UnixMs)),
    st.builds(Preimage, hash=_HASHES.map(Hash)),
)
conditions: Final[st.SearchStrategy[Condition]] = st.recursive(_LEAVES, _condition_above, max_leaves=8).filter(
    lambda condition: _levels(condition) <= 8
)
