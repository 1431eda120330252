"""Policies: who may act for an account. A key, k of n policies, or an officers' board of k of n from several sites.

A policy is written in full in each command; the account keeps its hash. Keys are numbered in the order in which they
stand in the tree; a signature names the number of its key. Numbers ascend, so a set of signatures has one encoding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from dcep.crypto.suites import UnsupportedSuite, sizes, supported
from dcep.ids import PolicyHash
from dcep.messages.layout import Key, Malformed, Reader, SuiteUnsupported, declare

TAG: Final = b"dpol"
MAX_DEPTH: Final = 8
MAX_KEYS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Nobody:
    """No policy: the command carries its proof itself (credit, ack) or its frame does (checkpoint)."""

    def encode(self) -> bytes:
        return b"\0"

    def keys(self) -> Iterator[tuple[int, Key]]:
        return iter(())

    def satisfied_by(self, signed: Collection[int], start: int = 0) -> bool:
        return not signed


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleKey:
    """One key of one suite."""

    suite: int
    key: Key

    def encode(self) -> bytes:
        return bytes((1, self.suite)) + self.key

    def keys(self) -> Iterator[tuple[int, Key]]:
        yield self.suite, self.key

    def satisfied_by(self, signed: Collection[int], start: int = 0) -> bool:
        return start in signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """At least `needed` of the policies below; any = 1, all = their count."""

    needed: int
    of: tuple[Policy, ...]

    def encode(self) -> bytes:
        return bytes((2, self.needed, len(self.of))) + b"".join(part.encode() for part in self.of)

    def keys(self) -> Iterator[tuple[int, Key]]:
        for part in self.of:
            yield from part.keys()

    def satisfied_by(self, signed: Collection[int], start: int = 0) -> bool:
        satisfied = 0
        for part in self.of:
            satisfied += part.satisfied_by(signed, start)
            start += sum(1 for _ in part.keys())
        return satisfied >= self.needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An officer's key and the site where it is kept."""

    site: int
    suite: int
    key: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """At least `needed` officers, from at least `sites` different sites."""

    needed: int
    sites: int
    seats: tuple[Seat, ...]

    def encode(self) -> bytes:
        seats = b"".join(bytes((seat.site, seat.suite)) + seat.key for seat in self.seats)
        return bytes((3, self.needed, self.sites, len(self.seats))) + seats

    def keys(self) -> Iterator[tuple[int, Key]]:
        for seat in self.seats:
            yield seat.suite, seat.key

    def satisfied_by(self, signed: Collection[int], start: int = 0) -> bool:
        present = [seat for number, seat in enumerate(self.seats, start) if number in signed]
        return len(present) >= self.needed and len({seat.site for seat in present}) >= self.sites


Policy = Nobody | SingleKey | Threshold | Board
NOBODY: Final = Nobody()


def encode_policy(policy: Policy) -> bytes:
    """Return the policy's own, self-delimiting bytes."""
    return policy.encode()


def read_policy(reader: Reader) -> Policy:
    """Take one policy off the reader.

    Raises:
        SuiteUnsupported: a key of a suite that is not built.
        Malformed: deeper than MAX_DEPTH, more than MAX_KEYS keys, a count that no set of signatures can meet.
    """
    policy = _read_tree(reader, MAX_DEPTH)
    if sum(1 for _ in policy.keys()) > MAX_KEYS:
        raise Malformed("too many keys")
    return policy


def policy_hash(policy: Policy) -> PolicyHash:
    """Return what an account keeps of its policy."""
    return PolicyHash(hashlib.sha256(TAG + policy.encode()).digest())


def _read_tree(reader: Reader, depth: int) -> Policy:
    if depth == 0:
        raise Malformed("policy too deep")
    kind = reader.integer(1)
    if kind == 0 and depth == MAX_DEPTH:
        return NOBODY
    if kind == 1:
        suite, key = _read_key(reader)
        return SingleKey(suite=suite, key=key)
    if kind == 2:
        needed, count = reader.integer(1), reader.integer(1)
        _reachable(needed, count)
        return Threshold(needed=needed, of=tuple([_read_tree(reader, depth - 1) for _ in range(count)]))
    if kind == 3:
        needed, sites, count = reader.integer(1), reader.integer(1), reader.integer(1)
        _reachable(needed, count)
        seats = tuple([_read_seat(reader) for _ in range(count)])
        _reachable(sites, len({seat.site for seat in seats}))
        return Board(needed=needed, sites=sites, seats=seats)
    raise Malformed("no such policy")


def _reachable(needed: int, count: int) -> None:
    if not 1 <= needed <= count <= MAX_KEYS:
        raise Malformed("a threshold nobody can meet")


def _read_seat(reader: Reader) -> Seat:
    site = reader.integer(1)
    suite, key = _read_key(reader)
    return Seat(site=site, suite=suite, key=key)


def _read_key(reader: Reader) -> tuple[int, Key]:
    try:
        suite = supported(reader.integer(1))
    except UnsupportedSuite as error:
        raise SuiteUnsupported(str(error)) from error
    return suite, Key(reader.take(sizes(suite).key))


declare("Policy", Policy, encode_policy, read_policy)
