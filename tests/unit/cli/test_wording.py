"""Every command, every refusal and every instant has words."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_type_hints

import pytest

from dcep.cli.reasons import REFUSALS, UNHEARD, reason_for
from dcep.cli.wording import command_in_words, shanghai
from dcep.clock import Day, UnixMs, start_of
from dcep.ids import NetworkId, WalletId
from dcep.messages import layout
from dcep.messages.kinds import KINDS, Kind
from dcep.messages.layout import Epoch, Lane, Number
from dcep.messages.outcomes import FINAL, Outcome, Status
from dcep.messages.policies import NOBODY, Policy, SingleKey
from dcep.messages.refusals import NotProcessed, Refusal
from dcep.messages.signed import Body, Command

_POLICY = SingleKey(suite=3, key=layout.Key(bytes(32)))


def _blank(hint: Any) -> Any:
    """Return the plainest value of a field's type."""
    if hint in layout.SIZES:
        return bytes(layout.SIZES[hint])
    if hint in layout.WIDTHS:
        return 255
    if hint is layout.Blob:
        return b""
    return _POLICY if hint == Policy else ()


def _command(kind: Kind) -> Command:
    hints = get_type_hints(kind.record)
    order = kind.record(**{field.name: _blank(hints[field.name]) for field in fields(kind.record)})
    body = Body(account=WalletId(5), lane=Lane(0), number=Number(1), expires_at=UnixMs(0), epoch=Epoch(1), order=order)
    return Command(body=body, kind=kind, policy=NOBODY, signatures=(), record=b"", body_bytes=NetworkId(b""))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_command_is_told_in_a_sentence(kind: Kind) -> None:
    """Whatever stands in its fields: numbers that mean nothing are told as numbers."""
    assert " " in command_in_words(_command(kind))


def test_every_refusal_has_its_sentence_in_their_order() -> None:
    """The table is read beside the enum."""
    assert list(REFUSALS) == list(Refusal)
    assert list(UNHEARD) == list(NotProcessed)


def test_no_two_reasons_are_told_alike() -> None:
    """Two refusals never share a code, nor a sentence."""
    sentences = [*REFUSALS.values(), *UNHEARD.values()]

    assert len(set(sentences)) == len(sentences)


def test_a_final_answer_without_a_reason_is_told_too() -> None:
    """What stands in a frame has words."""
    statuses = FINAL - {Status.REFUSED}

    assert all(reason_for(Outcome(status=status)) for status in statuses if status <= Status.SUPERSEDED)


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (1_609_430_400_000, "2021-01-01 00:00:00.000"),
        (1_609_464_659_999, "2021-01-01 09:30:59.999"),
        (start_of(Day(0)), "2000-01-01 00:00:00.000"),
        (start_of(Day(0)) - 1, "946655999999 ms since 1970"),
        (0, "0 ms since 1970"),
        (2**64 - 1, "18446744073709551615 ms since 1970"),
    ],
)
def test_an_instant_is_written_as_in_shanghai_or_as_a_number(ms: int, text: str) -> None:
    """A hostile expiry lies beyond every calendar."""
    assert shanghai(UnixMs(ms)) == text
