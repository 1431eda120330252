"""A replay of payments arrives at the fen and the counts of plain bookkeeping, on both engines, under every option."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from dcep.simulation.replay_command import Asked, run_replay
from tests.bookkeeping import Books, keep_books

_EXCERPT = Path(__file__).parents[2] / "vectors" / "payments"
_CLASSES = ("I", "II", "III", "IV")
_RULES = ("ecny-2021", "ccb-test-2020")
_STAGES = ["start", "issued", "allocated", "exchanged", "paid", "redeemed", "returned", "withdrawn"]


def asked_for(data: Path, *, engine: str = "rust", outcomes: Path | None = None, **options: Any) -> Asked:
    """Return a question about the two files in a folder."""
    options = {
        "rules": "ecny-2021",
        "wallet_class": "II",
        "start_date": "2021-01-01",
        "days": "file",
        "opening_factor": 1,
        **options,
    }
    return Asked(
        accounts=str(data / "nodes.csv"),
        payments=str(data / "transactions.csv"),
        engine=engine,
        outcomes=outcomes,
        **options,
    )


def run(asked: Asked, folder: Path) -> dict[str, Any]:
    """Replay without a progress bar."""
    return run_replay(asked, folder, lambda what, done, total: None)


def books_of(asked: Asked) -> Books:
    """Keep plain books of the same files under the same options."""
    return keep_books(
        Path(asked.accounts),
        Path(asked.payments),
        rules=asked.rules,
        wallet_class=asked.wallet_class,
        start_date=asked.start_date,
        days=asked.days,
        opening_factor=asked.opening_factor,
    )


def require_same(result: dict[str, Any], books: Books, outcomes: Path) -> None:
    """Require the counts, the fen and every row of plain bookkeeping, and the law at every stage."""
    assert [line.split(",")[1] for line in outcomes.read_text().splitlines()] == books.codes
    assert result["settled"] == books.settled
    assert result["refused"] == books.refused
    assert result["moved_fen"] == books.moved_fen
    assert result["balances_sha256"] == books.balances_sha256
    assert result["opening_fen"] == result["issued_fen"] == result["withdrawn_fen"] == books.opening_fen
    assert result["left_over_fen"] == 0
    assert [entry["stage"] for entry in result["supply"]] == _STAGES
    assert all(entry["law_holds"] for entry in result["supply"])


@pytest.mark.parametrize(("wallet_class", "rules", "days"), list(product(_CLASSES, _RULES, ("file", "one"))))
def test_the_excerpt_settles_as_in_plain_bookkeeping(wallet_class: str, rules: str, days: str, tmp_path: Path) -> None:
    """Two thousand real rows under each class, rule set and spread of days, on the Rust engine."""
    outcomes = tmp_path / "outcomes.csv"
    asked = asked_for(_EXCERPT, wallet_class=wallet_class, rules=rules, days=days, outcomes=outcomes)

    result = run(asked, tmp_path / "data")

    require_same(result, books_of(asked), outcomes)


@pytest.mark.parametrize("options", [{"wallet_class": "II"}, {"wallet_class": "IV", "days": "one"}])
def test_the_python_engine_settles_the_same(options: dict[str, Any], tmp_path: Path) -> None:
    """The statute is an engine too: same rows, same fen, same root."""
    by_engine = {}
    for engine in ("rust", "python"):
        outcomes = tmp_path / f"{engine}.csv"
        asked = asked_for(_EXCERPT, engine=engine, outcomes=outcomes, **options)
        by_engine[engine] = run(asked, tmp_path / engine)
        require_same(by_engine[engine], books_of(asked), outcomes)

    assert by_engine["rust"]["balances_sha256"] == by_engine["python"]["balances_sha256"]


@pytest.mark.parametrize(
    "options",
    [
        {"opening_factor": 10},
        {"start_date": "2019-12-30", "opening_factor": 3},
        {"start_date": "2020-02-28", "wallet_class": "IV", "rules": "ccb-test-2020"},
    ],
)
def test_start_date_and_opening_factor_change_days_and_openings_alone(options: dict[str, Any], tmp_path: Path) -> None:
    """Years turn and leap days come where the calendar has them."""
    outcomes = tmp_path / "outcomes.csv"
    asked = asked_for(_EXCERPT, outcomes=outcomes, **options)

    result = run(asked, tmp_path / "data")

    require_same(result, books_of(asked), outcomes)


@pytest.mark.parametrize(
    ("engine", "options", "sha256"),
    [
        ("rust", {"wallet_class": "IV", "days": "one"}, "89a046eb"),
        pytest.param("rust", {"wallet_class": "II"}, "6912dae8", marks=pytest.mark.long),
        pytest.param("rust", {"opening_factor": 10}, "ee43f723", marks=pytest.mark.long),
        pytest.param("python", {"wallet_class": "IV", "days": "one"}, "89a046eb", marks=pytest.mark.long),
    ],
)
def test_the_whole_file_settles_as_in_plain_bookkeeping(
    payments_data: Path, engine: str, options: dict[str, Any], sha256: str, tmp_path: Path
) -> None:
    """Twenty thousand wallets and 120,558 payments, to the fen."""
    outcomes = tmp_path / "outcomes.csv"
    asked = asked_for(payments_data, engine=engine, outcomes=outcomes, **options)

    result = run(asked, tmp_path / "data")

    require_same(result, books_of(asked), outcomes)
    assert result["balances_sha256"].startswith(sha256)


@pytest.mark.long
@pytest.mark.parametrize(("wallet_class", "rules", "days"), list(product(_CLASSES, _RULES, ("file", "one"))))
def test_the_whole_file_settles_under_every_option(
    payments_data: Path, wallet_class: str, rules: str, days: str, tmp_path: Path
) -> None:
    """Every class, rule set and spread of days over the whole file."""
    outcomes = tmp_path / "outcomes.csv"
    asked = asked_for(payments_data, wallet_class=wallet_class, rules=rules, days=days, outcomes=outcomes)

    result = run(asked, tmp_path / "data")

    require_same(result, books_of(asked), outcomes)


def test_a_finished_replay_run_again_gives_the_same_result(tmp_path: Path) -> None:
    """The folder is not touched: not a byte is appended."""
    asked = asked_for(_EXCERPT, outcomes=tmp_path / "outcomes.csv")
    first = run(asked, tmp_path / "data")
    log = tmp_path / "data" / "ledger" / "shard-000" / "log" / "000000000001.log"
    size = log.stat().st_size

    second = run(asked, tmp_path / "data")

    assert second == first
    assert log.stat().st_size == size
