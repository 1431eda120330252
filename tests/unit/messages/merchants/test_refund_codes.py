"""Refund codes are written in one way, and whatever was read badly or altered is none."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.ids import CommandId, NetworkId, OperatorId, wallet_id
from dcep.messages.layout import Seq
from dcep.messages.merchants.refund_codes import BadRefundCode, RefundCode, decode_refund_code, encode_refund_code

_TABLE: Final = Path(__file__).parents[4] / "vectors" / "merchants" / "refund_codes.tsv"
_CODES = st.builds(
    RefundCode,
    network=st.binary(min_size=16, max_size=16).map(NetworkId),
    merchant=st.integers(0, 10**12 - 1).map(lambda serial: wallet_id(OperatorId(7), serial)),
    seq=st.integers(0, 10**15 - 1).map(Seq),
    place=st.integers(0, 10**9 - 1),
    payment=st.binary(min_size=32, max_size=32).map(CommandId),
)


def _rows() -> list[list[str]]:
    return [row.split("\t") for row in _TABLE.read_text(encoding="utf-8").splitlines()[1:]]


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0])
def test_a_code_says_what_the_table_says(row: list[str]) -> None:
    """The wallet's page writes the codes that a till reads, in other languages than this one."""
    _, text, network, merchant, seq, place, payment = row

    if network == "bad":
        with pytest.raises(BadRefundCode):
            decode_refund_code(text)
        return
    code = decode_refund_code(text)

    assert (code.network.hex(), f"{code.merchant:016}", code.payment.hex()) == (network, merchant, payment)
    assert (code.seq, code.place) == (int(seq), int(place))
    assert encode_refund_code(code) == text


@given(_CODES)
def test_what_is_written_is_read(code: RefundCode) -> None:
    """Nothing is lost on the way over a camera."""
    assert decode_refund_code(encode_refund_code(code)) == code


@given(_CODES, st.data())
def test_another_letter_anywhere_makes_it_none(code: RefundCode, data: st.DataObject) -> None:
    """A code that was read badly must not point at another payment."""
    text = encode_refund_code(code)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="ascii", exclude_categories=["Cc", "Zs"]).filter(lambda c: c != text[at]))

    with pytest.raises(BadRefundCode):
        decode_refund_code(text[:at] + other + text[at + 1 :])
