"""Canonical bytes: every value has one encoding, and no bytes mean two things."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.ids import WalletId
from dcep.messages.commands.conditions import NO_EVIDENCE, Condition, Evidence
from dcep.messages.commands.payments import Cancel, Pay
from dcep.messages.kinds import KINDS
from dcep.messages.layout import SIZES, WIDTHS, Blob, Malformed, decode, encode
from dcep.messages.policies import Policy
from dcep.money import Fen
from tests.conditions import condition, cosignature, secret
from tests.names import policy

RECORDS = [kind.record for kind in KINDS.values()]


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Return values of a field's type."""
    if hint in WIDTHS:
        return st.integers(0, 256 ** WIDTHS[hint] - 1)
    if hint in SIZES:
        return st.binary(min_size=SIZES[hint], max_size=SIZES[hint])
    if hint is Blob:
        return st.binary(max_size=60)
    if hint is Policy:
        return st.sampled_from([policy(text)[0] for text in ("li", "2of(a,b,c)", "2of3at2(a/1,b/2,c/2)")])
    if hint is Condition:
        return st.sampled_from(
            [condition(text, lambda _: WalletId(7)) for text in ("li", "2of(key(a),any(b,after(0)),secret(c))")]
        )
    if hint is Evidence:
        co_signed = tuple(cosignature(guard, b"message") for guard in ("li", "2of(a,b,c)!0+2"))
        return st.sampled_from([NO_EVIDENCE, Evidence(cosignatures=co_signed, preimages=(secret("bread"),))])
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=4).map(tuple)
    return records(hint)


def records(kind: type) -> st.SearchStrategy[Any]:
    """Return records of a kind."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values(hints[field.name]) for field in fields(kind)})


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_a_record_is_read_back_and_nothing_shorter_or_longer(kind: type, data: st.DataObject) -> None:
    """A byte that may be left out or added would give one command two ids."""
    record = data.draw(records(kind))
    encoded = encode(record)

    assert decode(kind, encoded) == record
    with pytest.raises(Malformed):
        decode(kind, encoded + b"\0")
    if encoded:
        with pytest.raises(Malformed):
            decode(kind, encoded[:-1])


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
@given(data=st.binary(max_size=200))
def test_bytes_that_are_accepted_come_back_the_same(kind: type, data: bytes) -> None:
    """Every accepted encoding is the encoding of what was read."""
    try:
        record: object = decode(kind, data)
    except Malformed:
        return

    assert encode(record) == data


def test_a_number_that_does_not_fit_is_never_cut() -> None:
    """An amount that lost its high byte would be a smaller payment under a good signature."""
    for amount in (2**64, -1):
        with pytest.raises(Malformed):
            encode(Pay(receiver=WalletId(1), amount=Fen(amount)))


def test_a_command_without_fields_has_no_bytes() -> None:
    """Its kind says it all."""
    assert encode(Cancel()) == b""
