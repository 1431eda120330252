"""Wallet ids against the table that Rust, Python and the web share."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcep.ids import (
    TIER1,
    BadWalletId,
    LedgerId,
    OperatorId,
    WalletId,
    format_wallet_id,
    home_of,
    is_wallet_id,
    ledger_name,
    operator_of,
    parse_wallet_id,
    wallet_id,
)

TABLE = Path(__file__).parents[2] / "vectors" / "wallet_ids.tsv"


def rows(*, good: bool) -> list[list[str]]:
    """Read the table's rows that hold a wallet id, or those that hold none."""
    lines = TABLE.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    cells = [line.split("\t") for line in lines if not line.startswith("#")][1:]
    return [row for row in cells if (row[1] != "bad_wallet_id") == good]


@pytest.mark.parametrize("row", rows(good=True), ids=lambda row: row[6])
def test_a_wallet_id_means_what_the_table_says(row: list[str]) -> None:
    """The check digits of the table were filled by an implementation that is not ours."""
    typed, number, operator, serial, home, shown, _ = row

    wallet = parse_wallet_id(typed)

    assert wallet == int(number) == wallet_id(OperatorId(int(operator)), int(serial))
    assert is_wallet_id(wallet)
    assert operator_of(wallet) == int(operator)
    assert home_of(wallet, 7) == int(home)
    assert format_wallet_id(wallet) == shown


@pytest.mark.parametrize("row", rows(good=False), ids=lambda row: row[6])
def test_what_is_no_wallet_id_is_refused(row: list[str]) -> None:
    """A mistyped id must not become somebody else's wallet."""
    with pytest.raises(BadWalletId):
        parse_wallet_id(row[0])


def test_every_single_wrong_digit_is_found() -> None:
    """That is what MOD 11,10 promises."""
    right = wallet_id(OperatorId(1), 234567890123)

    wrong = [right + (digit - right // 10**place % 10) * 10**place for place in range(16) for digit in range(10)]

    assert {number for number in wrong if is_wallet_id(number)} == {right}


@pytest.mark.parametrize("number", [-12345678901231, 0, 421, 10**16, 2**64])
def test_a_number_outside_sixteen_digits_or_without_operator_is_no_wallet_id(number: int) -> None:
    """Numbers come from the wire too; 421 has a right check digit and no operator."""
    assert not is_wallet_id(number)


@pytest.mark.parametrize(("operator", "serial"), [(0, 1), (1000, 1), (-1, 1), (1, -1), (1, 10**12)])
def test_no_wallet_id_is_made_from_numbers_out_of_range(operator: int, serial: int) -> None:
    """A serial of 13 digits would run into the operator's number."""
    with pytest.raises(BadWalletId):
        wallet_id(OperatorId(operator), serial)


def test_the_check_digit_takes_no_part_in_choosing_the_shard() -> None:
    """It is a function of the other digits: with it, some shards would get more wallets than others."""
    assert home_of(WalletId(10_000_000_000_002), 10) == home_of(WalletId(10_000_000_000_009), 10) == 0


def test_a_ledger_is_named_like_its_folder() -> None:
    """Auditors find `DIR/ledger/tier1` and `DIR/ledger/shard-000` by these names."""
    assert [ledger_name(ledger) for ledger in (TIER1, LedgerId(0), LedgerId(12))] == ["tier1", "shard-000", "shard-012"]
