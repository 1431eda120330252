"""A signed command: body ‖ policy ‖ signatures.

Body = "dcmd" ‖ version ‖ network ‖ account ‖ lane and number ‖ expires_at ‖ policy epoch ‖ kind ‖ fields ‖ memo hash.
The command id is the SHA-256 of the body alone: a second signature never makes a second command. A frame does not
repeat what its header says: a *record* is the wire without its first 21 bytes (tag, version, network).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.crypto.suites import SignedMessage, Suite, bad_signatures
from dcep.ids import CommandId, NetworkId, WalletId
from dcep.messages import layout
from dcep.messages.kinds import KIND_OF, KINDS, Kind
from dcep.messages.layout import Epoch, Hash, Lane, Malformed, Number, Reader
from dcep.messages.policies import NOBODY, Policy, read_policy

TAG: Final = b"dcmd"
VERSION: Final = 1
PREFIX_SIZE: Final = 4 + 1 + 16
# The shortest command: head, no fields, memo hash, an empty policy, no signature.
MIN_RECORD: Final = 29 + 32 + 2
MIN_WIRE: Final = PREFIX_SIZE + MIN_RECORD
MAX_WIRE: Final = 16_384
_KIND_AT: Final = 28
MAX_NUMBER: Final = 2**48 - 1
NO_MEMO: Final = Hash(bytes(32))
_HEAD: Final = struct.Struct(">QQQIB")
_NUMBER_BITS: Final = 48
_SIGNATURE_SIZE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is signed, apart from tag, version and network.

    Account, lane, number, expires_at and epoch are all zero in commands that carry no account.
    """

    account: WalletId
    lane: Lane
    number: Number
    expires_at: UnixMs
    epoch: Epoch
    order: Any
    memo: Hash = NO_MEMO


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A decoded command; `signatures` are (number of the key in the policy, signature), ascending."""

    body: Body
    kind: Kind
    policy: Policy
    signatures: tuple[tuple[int, bytes], ...]
    record: bytes
    body_bytes: bytes

    @property
    def id(self) -> CommandId:
        """The command's identity: SHA-256 of its body."""
        return CommandId(hashlib.sha256(self.body_bytes).digest())

    @property
    def wire(self) -> bytes:
        """The command as it travels on its own."""
        return self.body_bytes[:PREFIX_SIZE] + self.record


def prefix(network: NetworkId) -> bytes:
    """Return what every body of a network begins with."""
    return TAG + bytes((VERSION,)) + network


def encode_body(network: NetworkId, body: Body) -> bytes:
    """Return the bytes that are signed."""
    if not 0 <= body.number <= MAX_NUMBER:
        raise Malformed("number out of range")
    kind = KIND_OF[type(body.order)]
    lane_and_number = body.lane << _NUMBER_BITS | body.number
    head = _HEAD.pack(body.account, lane_and_number, body.expires_at, body.epoch, kind.number)
    return prefix(network) + head + layout.encode(body.order) + body.memo


def command_id(body_bytes: bytes) -> CommandId:
    """Return the identity of the command with this body."""
    return CommandId(hashlib.sha256(body_bytes).digest())


def command_id_of_record(record: bytes, network_prefix: bytes) -> CommandId:
    """Return the identity of the command of which a frame holds this record; of an illegible one its hash."""
    try:
        return decode_record(record, network_prefix).id
    except Malformed:
        return illegible_id(record, network_prefix)


def illegible_id(record: bytes, network_prefix: bytes) -> CommandId:
    """Return what stands in the place of a command id for a record that is no command."""
    return CommandId(hashlib.sha256(network_prefix + record).digest())


def attach(body_bytes: bytes, policy: Policy, signatures: Mapping[int, bytes]) -> bytes:
    """Return the wire of a command: its body, the policy in full, and the signatures by key number."""
    signed = b"".join(bytes((number,)) + signatures[number] for number in sorted(signatures))
    return body_bytes + policy.encode() + bytes((len(signatures),)) + signed


def unsigned(network: NetworkId, order: object) -> bytes:
    """Return the wire of a command that carries no account and no signature (credit, ack, resend, checkpoint)."""
    body = Body(account=WalletId(0), lane=Lane(0), number=Number(0), expires_at=UnixMs(0), epoch=Epoch(0), order=order)
    return attach(encode_body(network, body), NOBODY, {})


def record_of(wire: bytes) -> bytes:
    """Return what a frame holds of a command."""
    return wire[PREFIX_SIZE:]


def kind_of(record: bytes) -> int:
    """Return the number of a record's kind; the record is at least as long as the shortest command's."""
    return record[_KIND_AT]


def decode(wire: bytes, network: NetworkId) -> Command:
    """Return the command with this wire.

    Raises:
        WrongNetwork: its body belongs to another network.
        SuiteUnsupported: a key of a suite that this version does not speak.
        Malformed: anything else that no sender of this version writes.
    """
    if wire[:5] != TAG + bytes((VERSION,)):
        raise Malformed("not a command of this version")
    if wire[5:PREFIX_SIZE] != network:
        raise WrongNetwork("it belongs to another network")
    return decode_record(wire[PREFIX_SIZE:], prefix(network))


class WrongNetwork(Malformed):
    """The command belongs to another network."""


def decode_record(record: bytes, network_prefix: bytes) -> Command:
    """Return the command of which a frame holds this record."""
    if len(record) + PREFIX_SIZE > MAX_WIRE:
        raise Malformed("a command is too long")
    reader = Reader(record)
    account, lane_and_number, expires_at, epoch, number = _HEAD.unpack(reader.take(_HEAD.size))
    kind = KINDS.get(number)
    if kind is None:
        raise Malformed("no such kind")
    order: Any = layout.read(kind.record, reader)
    memo = Hash(reader.take(32))
    body_bytes = network_prefix + record[: reader.at]
    policy = read_policy(reader)
    signatures = _read_signatures(reader)
    reader.finish()
    lane, number = Lane(lane_and_number >> _NUMBER_BITS), Number(lane_and_number & MAX_NUMBER)
    body = Body(account=account, lane=lane, number=number, expires_at=expires_at, epoch=epoch, order=order, memo=memo)
    _check_shape(kind, body, policy, signatures)
    return Command(body=body, kind=kind, policy=policy, signatures=signatures, record=record, body_bytes=body_bytes)


def _read_signatures(reader: Reader) -> tuple[tuple[int, bytes], ...]:
    return tuple([(reader.integer(1), reader.take(_SIGNATURE_SIZE)) for _ in range(reader.integer(1))])


def _check_shape(kind: Kind, body: Body, policy: Policy, signatures: tuple[tuple[int, bytes], ...]) -> None:
    numbers = [number for number, _ in signatures]
    if numbers and numbers[-1] >= sum(1 for _ in policy.keys()):
        raise Malformed("a signature without its key")
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise Malformed("signatures out of order")
    if kind.is_numbered:
        if policy is NOBODY:
            raise Malformed("nobody signs")
        return
    if body.account or body.lane or body.number or body.expires_at or body.epoch:
        raise Malformed("this command carries no account")
    if (policy is NOBODY) != (kind.name != "tick"):
        raise Malformed("a tick is signed, a proof is not")


def signed_messages(command: Command) -> Iterable[SignedMessage]:
    """Return the signatures that stand on the command itself, each with its key and message."""
    keys = list(command.policy.keys())
    for number, signature in command.signatures:
        suite, key = keys[number]
        yield SignedMessage(suite=Suite(suite), key=key, message=command.body_bytes, signature=signature)


def is_satisfied(command: Command) -> bool:
    """Return whether enough keys have signed, if each of their signatures holds."""
    return command.policy.satisfied_by({number for number, _ in command.signatures})


def signatures_hold(command: Command) -> bool:
    """Return whether enough keys have signed and each of their signatures holds."""
    return is_satisfied(command) and not bad_signatures(list(signed_messages(command)))
