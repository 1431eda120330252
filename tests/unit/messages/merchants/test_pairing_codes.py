"""A pairing code is made of the key alone, and is read however somebody types it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.messages.layout import Key
from dcep.messages.merchants.pairing_codes import LETTERS, BadPairingCode, pairing_code, read_pairing_code

_TABLE: Final = Path(__file__).parents[4] / "vectors" / "merchants" / "pairing_codes.tsv"


def _rows() -> list[list[str]]:
    return [row.split("\t") for row in _TABLE.read_text(encoding="utf-8").splitlines()[1:]]


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0])
def test_a_key_has_the_code_of_the_table(row: list[str]) -> None:
    """The page of a till makes the same code of the same key, or no new till is let in."""
    _, suite, key, code, typed = row

    made = pairing_code(int(suite), Key(bytes.fromhex(key)))

    assert made == code
    assert read_pairing_code(typed) == code


@given(st.binary(min_size=33, max_size=33))
def test_a_code_has_twelve_letters_and_is_read_as_it_is(key: bytes) -> None:
    """Whoever reads it aloud needs no more than these."""
    code = pairing_code(2, Key(key))

    assert len(code) == LETTERS
    assert read_pairing_code(code) == code


@pytest.mark.parametrize("typed", ["", "0123", "0123456789ABC", "U23456789ABC", "0123456789A中", "0123456789A\u0660"])
def test_what_is_no_code_is_said_to_be_none(typed: str) -> None:
    """Too short, too long, a letter that no code has."""
    with pytest.raises(BadPairingCode):
        read_pairing_code(typed)
