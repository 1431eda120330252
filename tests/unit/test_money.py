"""Fen, yuan and the one comparison that every limit makes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.money import MAX_FEN, BadAmount, Fen, over, parse_yuan, yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("1", 100),
        ("0.5", 50),
        ("0.50", 50),
        ("0.05", 5),
        ("007.10", 710),
        ("1234.50", 123_450),
        ("9999999999999.99", 999_999_999_999_999),
    ],
)
def test_yuan_text_is_read_to_the_fen(text: str, fen: int) -> None:
    """One decimal is ten fen, not one: `0.5` and `0.50` are the same money."""
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_number"),
        (".", "bad_number"),
        (".5", "bad_number"),
        ("5.", "bad_number"),
        ("1.2.3", "bad_number"),
        ("1,000", "bad_number"),
        ("1e3", "bad_number"),
        ("1_000", "bad_number"),
        ("+1", "bad_number"),
        ("--1", "bad_number"),
        ("-", "bad_number"),
        ("-x", "bad_number"),
        ("\N{MINUS SIGN}1", "bad_number"),
        ("nan", "bad_number"),
        (" 1", "bad_number"),
        ("1\n", "bad_number"),
        ("\N{FULLWIDTH DIGIT ONE}", "bad_number"),
        ("¥1", "bad_number"),
        ("10000000000000", "bad_number"),
        ("-1", "negative"),
        ("-0", "negative"),
        ("-1.234", "negative"),
        ("1.234", "too_many_decimals"),
        ("1.000", "too_many_decimals"),
    ],
)
def test_text_that_is_no_amount_says_why(text: str, code: str) -> None:
    """Python's `int` would read several of these; money is read by our grammar alone."""
    with pytest.raises(BadAmount) as caught:
        parse_yuan(text)

    assert caught.value.code == code


@given(st.integers(0, 10**15 - 1))
def test_what_is_written_can_be_read_again(fen: int) -> None:
    """Thousands are grouped for people; without the commas it is the grammar of the files."""
    written = yuan(Fen(fen))

    assert parse_yuan(written.replace(",", "")) == fen


def test_yuan_has_two_decimals_and_grouped_thousands() -> None:
    """An amount on a screen is checked by eye."""
    assert [yuan(Fen(fen)) for fen in (0, 5, 123_450)] == ["0.00", "0.05", "1,234.50"]


def test_exactly_the_limit_is_not_over_it() -> None:
    """The last fen that a class allows may be paid."""
    assert not over(Fen(100), Fen(60), Fen(40))
    assert over(Fen(100), Fen(60), Fen(41))


def test_nothing_is_over_no_limit() -> None:
    """Class I has none, and None is not zero."""
    assert not over(None, MAX_FEN, MAX_FEN)
    assert over(Fen(0), Fen(1))


def test_a_sum_above_64_bits_does_not_wrap() -> None:
    """A wrapped sum would be small, and slip under the limit."""
    assert over(MAX_FEN, MAX_FEN, Fen(1))
