"""The plain bookkeeping that judges the ledger, judged by hand and by published figures."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.bookkeeping import LIMITS, Books, keep_books

EXCERPT = Path(__file__).parents[2] / "vectors" / "payments"
FIRST_NODE_OF_THE_EXCERPT = 18_900
ROWS_OF_THE_EXCERPT = 2_000


def test_money_that_was_received_can_be_spent_in_the_next_row(tmp_path: Path) -> None:
    """File order decides: the same payment is refused before the money comes, and settles after."""
    books = booked(tmp_path, accounts=["1,5", "2,0"], payments=["2,1,5,1", "1,2,5,1", "2,1,5,1"])

    assert books.codes == ["insufficient_funds", "settled", "settled"]
    assert (books.balances, books.opening_fen, books.moved_fen) == ({1: 500, 2: 0}, 500, 1_000)
    assert books.balances_sha256 == hashlib.sha256(b"1,500\n2,0\n").hexdigest()


def test_the_first_rule_in_order_answers(tmp_path: Path) -> None:
    """Class IV: a refused row breaks its rule and every later one that it can."""
    told = [
        ("1,1,0,1", "amount_zero"),
        ("1,1,60000,1", "payer_is_receiver"),
        ("1,2,60000,1", "over_single_limit"),
        ("1,2,2000,1", "receiver_cannot_accept"),
        ("2,1,2000,1", "settled"),
        ("2,1,2000,1", "settled"),
        ("2,1,1000.01,1", "over_daily_limit"),
        ("2,1,1000,1", "settled"),
        ("3,2,0.02,2", "insufficient_funds"),
        ("1,2,2000,2", "settled"),
        ("1,2,2000,2", "settled"),
        ("1,2,1000,2", "settled"),
        ("3,2,0.02,2", "insufficient_funds"),
        ("3,2,0.01,2", "settled"),
        ("1,2,0.01,3", "receiver_cannot_accept"),
    ]

    books = booked(
        tmp_path,
        accounts=["1,3000", "2,9999.99", "3,0.01"],
        payments=[payment for payment, _ in told],
        wallet_class="IV",
    )

    assert books.codes == [code for _, code in told]


def test_the_day_begins_anew_and_the_year_on_new_years_day(tmp_path: Path) -> None:
    """`ccb-test-2020` IV: 1,000 a day, 10,000 a year; what was refused is not counted, and day 11 is 1 January."""
    there_and_back = [f"{payer},500,{day}" for day in range(1, 13) for payer in ("1,2", "2,1", "1,2", "2,1", "1,2")]

    books = booked(
        tmp_path,
        accounts=["1,500", "2,500"],
        payments=there_and_back,
        rules="ccb-test-2020",
        wallet_class="IV",
        start_date="2020-12-22",
    )

    assert books.codes == (["settled"] * 4 + ["over_daily_limit"]) * 12


def test_a_year_that_is_used_up_refuses_until_it_ends(tmp_path: Path) -> None:
    """Ten days of 1,000 make 10,000: the eleventh day of the same year has nothing left."""
    there_and_back = [f"{payer},500,{day}" for day in range(1, 12) for payer in ("1,2", "2,1", "1,2", "2,1")]

    books = booked(
        tmp_path, accounts=["1,500", "2,500"], payments=there_and_back, rules="ccb-test-2020", wallet_class="IV"
    )

    assert books.codes == ["settled"] * 40 + ["over_annual_limit"] * 4


def test_the_class_of_an_account_goes_before_the_default(tmp_path: Path) -> None:
    """An empty class means the default."""
    (tmp_path / "nodes.csv").write_text("nodeid,init_balance,class\n1,9000,III\n2,9000,\n3,0,I\n")
    (tmp_path / "transactions.csv").write_text("sourceNodeId,targetNodeId,value,time\n1,3,5000,1\n2,3,5000,1\n")

    books = keep_books(tmp_path / "nodes.csv", tmp_path / "transactions.csv", wallet_class="IV")

    assert books.codes == ["settled", "over_single_limit"]


@pytest.mark.parametrize("row", (EXCERPT / "expected.tsv").read_text().splitlines()[1:])
def test_the_excerpt_gives_what_its_table_says(row: str) -> None:
    """The table is for readers in other languages; it must not go stale."""
    rules, wallet_class, days, factor, settled, refused, moved_fen, digest = row.split("\t")

    books = keep_books(
        EXCERPT / "nodes.csv",
        EXCERPT / "transactions.csv",
        rules=rules,
        wallet_class=wallet_class,
        days=days,
        opening_factor=int(factor),
    )

    assert (books.settled, books.moved_fen, books.balances_sha256) == (int(settled), int(moved_fen), digest)
    assert books.refused == {code: int(n) for code, n in (pair.split("=") for pair in refused.split(" "))}


def test_the_excerpt_is_what_its_rule_takes_out_of_the_sample(payments_data: Path) -> None:
    """Nobody has to believe that the rows were not chosen to please."""

    def ends(row: bytes) -> list[int]:
        return [int(node) for node in row.split(b",")[:2]]

    header, *rows = (payments_data / "transactions.csv").read_bytes().splitlines(keepends=True)
    kept = [row for row in rows if min(ends(row)) >= FIRST_NODE_OF_THE_EXCERPT][:ROWS_OF_THE_EXCERPT]
    named = {node for row in kept for node in ends(row)}
    first, *nodes = (payments_data / "nodes.csv").read_bytes().splitlines(keepends=True)
    needed = [node for node in nodes if int(node.split(b",")[0]) in named]

    assert (EXCERPT / "transactions.csv").read_bytes() == header + b"".join(kept)
    assert (EXCERPT / "nodes.csv").read_bytes() == first + b"".join(needed)


@pytest.mark.parametrize(
    ("wallet_class", "days", "factor", "settled", "digest"),
    [
        ("II", "file", 1, 46_538, "6912dae81ca3f9c9dfbde6480553188db9ece0a43033a04cf5bd71fc593327f0"),
        ("IV", "one", 1, 45_500, "89a046eb2f2db56ebbbf81d49c72ccefc7169339552e0e99676deea34a0338d4"),
        ("II", "file", 10, 119_485, "ee43f723b36aa56b3ee6a9f253240e82f5613a2084b1fc8824bbfdc2f18ad017"),
    ],
)
def test_the_whole_sample_gives_the_known_balances(
    payments_data: Path, *, wallet_class: str, days: str, factor: int, settled: int, digest: str
) -> None:
    """The figures were found before this project had a ledger."""
    books = keep_books(
        payments_data / "nodes.csv",
        payments_data / "transactions.csv",
        wallet_class=wallet_class,
        days=days,
        opening_factor=factor,
    )

    assert (books.settled, books.balances_sha256) == (settled, digest)


def test_limits_never_grow_from_a_class_to_the_weaker_one() -> None:
    """A slip in the table would show here: less identification never allows more."""
    for classes in LIMITS.values():
        columns = zip(*classes.values(), strict=True)
        for column in columns:
            known = [limit for limit in column if limit is not None]
            assert known == sorted(known, reverse=True)


def booked(
    folder: Path,
    *,
    accounts: list[str],
    payments: list[str],
    rules: str = "ecny-2021",
    wallet_class: str = "II",
    start_date: str = "2021-01-01",
) -> Books:
    """Write the two files and keep their books."""
    (folder / "nodes.csv").write_text("\n".join(["nodeid,init_balance", *accounts, ""]))
    (folder / "transactions.csv").write_text("\n".join(["sourceNodeId,targetNodeId,value,time", *payments, ""]))
    return keep_books(
        folder / "nodes.csv",
        folder / "transactions.csv",
        rules=rules,
        wallet_class=wallet_class,
        start_date=start_date,
    )
