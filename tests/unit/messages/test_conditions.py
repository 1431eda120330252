"""Conditions and evidence: every value has one encoding, and nobody makes the ledger work for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from dcep.clock import UnixMs
from dcep.ids import CommandId, LedgerId, WalletId
from dcep.ledger.native import verify_records
from dcep.messages import signed
from dcep.messages.commands.conditions import (
    NO_EVIDENCE,
    After,
    AtLeast,
    Before,
    Condition,
    Cosignature,
    Evidence,
    Preimage,
    SignedByAccount,
    SignedByPolicy,
    is_met,
    read_condition,
    read_evidence,
)
from dcep.messages.commands.holds import Capture, Hold
from dcep.messages.frames import join
from dcep.messages.layout import Hash, Malformed, Reader, SuiteUnsupported
from dcep.messages.policies import policy_hash
from dcep.money import Fen
from tests.names import hashed, policy, wallet
from tests.network import Network

LEAVES: list[Condition] = [
    SignedByAccount(account=wallet("li", 2)),
    SignedByPolicy(policy=policy_hash(policy("phone")[0])),
    Before(time=UnixMs(0)),
    After(time=UnixMs(2**64 - 1)),
    Preimage(hash=hashed("bread")),
]
LEAF = LEAVES[0].encode()
HASH = LEAVES[-1].encode()
ONE = b"\x02\x01\x01"
SIGNED = Cosignature(policy=policy("2of(a,b,c)")[0], signatures=((0, bytes(64)), (2, bytes(64))))
KEY_AT_A_TIME = policy("a")[0].encode() + b"\x01\x00" + bytes(64)


def nested(depth: int) -> bytes:
    """Return a condition of so many levels."""
    return ONE * (depth - 1) + LEAF


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: type(leaf).__name__)
def test_a_condition_is_read_back_from_its_bytes(leaf: Condition) -> None:
    """What stands in the log says again what was agreed."""
    tree = AtLeast(needed=1, of=(leaf, AtLeast(needed=2, of=(*LEAVES, leaf))))

    for condition in (leaf, tree):
        reader = Reader(condition.encode())
        assert read_condition(reader) == condition
        assert reader.is_empty


@pytest.mark.parametrize(
    ("data", "is_good"),
    [
        (nested(8), True),
        (nested(9), False),
        (b"", False),
        (LEAF[:-1], False),
        (b"\x00", False),
        (b"\x07" + bytes(32), False),
        (b"\x02\x00\x01" + LEAF, False),
        (b"\x02\x02\x01" + LEAF, False),
        (b"\x02\x01\x00", False),
        (b"\x02\x01\x20" + LEAF * 32, True),
        (b"\x02\x01\x21" + LEAF * 33, False),
        # 510 bytes, and 513: none has 512.
        (b"\x02\x01\x15" + HASH * 13 + LEAF * 6 + (ONE + LEAF) * 2, True),
        (b"\x02\x01\x16" + HASH * 13 + LEAF * 9, False),
    ],
)
def test_a_condition_is_bounded_in_both_engines(data: bytes, is_good: bool) -> None:
    """It stands in the state of every copy of the ledger until the hold is over."""
    network = Network()
    order = Hold(
        receiver=WalletId(1),
        amount=Fen(1),
        until=UnixMs(1),
        capture_if=LEAVES[0],
        release_if=_Bytes(data),  # type: ignore[arg-type]  # bytes of no condition
    )

    assert _is_read(network, order) == is_good


@pytest.mark.parametrize(
    ("data", "is_good"),
    [
        (NO_EVIDENCE.encode(), True),
        (b"\x01" + SIGNED.encode() + b"\x00", True),
        (b"\x08" + KEY_AT_A_TIME * 8 + b"\x08" + bytes(32 * 8), True),
        (b"\x09" + KEY_AT_A_TIME * 9 + b"\x00", False),
        (b"\x00\x09" + bytes(32 * 9), False),
        (b"\x05" + SIGNED.encode() * 5 + b"\x00", False),
        (b"\x01\x00\x00\x00", False),
        (b"\x01" + policy("a")[0].encode() + b"\x01\x01" + bytes(64) + b"\x00", False),
        (b"\x01" + policy("2of(a,b)")[0].encode() + b"\x02\x01" + bytes(64) + b"\x00" + bytes(64) + b"\x00", False),
        (b"\x01" + policy("2of(a,b)")[0].encode() + b"\x02\x01" + bytes(64) + b"\x01" + bytes(64) + b"\x00", False),
        (b"\x01" + SIGNED.encode(), False),
    ],
)
def test_evidence_is_bounded_in_both_engines(data: bytes, is_good: bool) -> None:
    """The ledger verifies what is brought while everybody waits: eight signatures are enough for any agreement."""
    network = Network()
    order = Capture(hold=CommandId(bytes(32)), amount=Fen(1), evidence=_Bytes(data))  # type: ignore[arg-type]  # bytes of no evidence

    assert _is_read(network, order) == is_good


def test_a_suite_that_is_not_built_is_named() -> None:
    """The sender learns that the key is at fault, and not the bytes."""
    data = b"\x01\x01\x02" + bytes(32) + b"\x00\x00"

    with pytest.raises(SuiteUnsupported):
        read_evidence(Reader(data))


def test_evidence_is_read_back_from_its_bytes() -> None:
    """An auditor sees years later what was brought."""
    evidence = Evidence(cosignatures=(SIGNED, SIGNED), preimages=(Hash(bytes(32)), hashed("salt")))

    assert read_evidence(Reader(evidence.encode())) == evidence


@pytest.mark.parametrize(("met", "expected"), [(0, False), (1, False), (2, True), (3, True)])
def test_some_of_many_are_counted(met: int, expected: bool) -> None:
    """Any is one of them, all is every one; between lies what two of three may do."""
    leaves = LEAVES[:3]
    true = leaves[:met]

    assert is_met(AtLeast(needed=2, of=tuple(leaves)), lambda leaf: leaf in true) == expected


class _Bytes:
    """Bytes in the place of a condition or of evidence."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def encode(self) -> bytes:
        return self._data


def _is_read(network: Network, order: Any) -> bool:
    """Return whether both engines read a command with this order, or neither does."""
    wire = network.order(wallet("li", 2), order, "li")
    record = signed.record_of(wire)
    try:
        command = signed.decode(wire, network.id)
    except Malformed:
        is_read = False
    else:
        is_read = command.record == record
    (verdict,) = verify_records(network.id, join([record]))
    (heard,) = network.ledgers[LedgerId(0)].engine.hear(join([record]))
    assert heard is not None
    assert (verdict is None, heard.code == "unknown_wallet") == (is_read, is_read)
    return is_read
