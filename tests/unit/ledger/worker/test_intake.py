"""Intake sends back what must not be appended, each command for itself, and remembers a flood of forgeries."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dcep.ids import LedgerId
from dcep.ledger.worker.intake import Admitted, take_in
from dcep.messages.commands.timekeeping import Checkpoint
from dcep.messages.frames import join
from dcep.messages.layout import Hash, Seq
from dcep.messages.signed import MAX_WIRE, record_of, unsigned
from tests.language import play

_SCENE = play("""
    open  li      T  1_000
    open  bakery  T
    sign  pay  li  bakery  1  as=first
    sign  pay  li  bakery  2  as=second
    sign  pay  li  bakery  3  as=third
""")
_NETWORK = _SCENE.network
_SHARD = LedgerId(0)
_GOOD = [_SCENE.wires()[name] for name in ("first", "second", "third")]


def _forged(wire: bytes) -> bytes:
    return wire[:-1] + bytes((wire[-1] ^ 1,))


def _take_in(wires: Sequence[bytes], *, is_suspect: bool = False) -> Admitted:
    return take_in(_NETWORK.id, wires, _NETWORK.ledgers[_SHARD].engine.hear, is_suspect=is_suspect)


def _codes(admitted: Admitted) -> list[str | None]:
    return [None if answer is None else answer.code for answer in admitted.answers]


@pytest.mark.parametrize("is_suspect", [False, True])
def test_each_command_is_answered_for_itself(is_suspect: bool) -> None:
    """What is wrong with one says nothing of its neighbours; those without an answer are the frame's body, in order."""
    other = bytearray(_GOOD[0])
    other[5] ^= 1
    checkpoint = unsigned(_NETWORK.id, Checkpoint(seq=Seq(1), head=Hash(bytes(32)), root=Hash(bytes(32))))
    wires = [b"", _GOOD[0], bytes(other), checkpoint, _forged(_GOOD[1]), b"dcmd", _GOOD[1], bytes(MAX_WIRE + 1)]

    admitted = _take_in(wires, is_suspect=is_suspect)

    assert _codes(admitted) == [
        "malformed",
        None,
        "wrong_network",
        "not_authorised",
        "bad_signature",
        "malformed",
        None,
        "malformed",
    ]
    assert admitted.body == join(map(record_of, _GOOD[:2]))


def test_one_forgery_is_no_flood() -> None:
    """A broken wallet sends one; the batch behind it is not searched in the dearer way."""
    assert not _take_in([_GOOD[0], _forged(_GOOD[1])]).is_forged


def test_two_forgeries_make_the_next_batch_suspect() -> None:
    """Whoever floods a ledger with them does not stop at one."""
    assert _take_in([_forged(_GOOD[0]), _GOOD[1], _forged(_GOOD[2])]).is_forged


def test_what_is_only_malformed_is_no_flood_of_forgeries() -> None:
    """It never came as far as the signatures, and costs nothing to send back."""
    assert not _take_in([b"nonsense"] * 5).is_forged


def test_nothing_in_gives_nothing_back() -> None:
    """An empty batch asks nobody."""
    admitted = _take_in([])

    assert (admitted.answers, admitted.body, admitted.is_forged) == ([], b"", False)
