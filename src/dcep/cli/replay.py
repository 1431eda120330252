"""`dcep replay`: real payments through the whole currency."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from dcep.cli.output import DONE, NO, print_json, say, warn
from dcep.cli.progress import progress_bar
from dcep.money import Fen, yuan


def replay(
    *,
    accounts: str,
    payments: str,
    data: Path | None = None,
    engine: Literal["rust", "python"] = "rust",
    rules: Literal["ecny-2021", "ccb-test-2020"] = "ecny-2021",
    wallet_class: Annotated[Literal["I", "II", "III", "IV"], Parameter(name="--class")] = "II",
    start_date: str = "2021-01-01",
    days: Literal["file", "one"] = "file",
    opening_factor: int = 1,
    outcomes: Path | None = None,
    json: bool = False,
) -> int:
    """Replay a file of payments: issue, allocate, exchange, pay every row, and take everything back.

    Parameters
    ----------
    accounts
        CSV with nodeid, init_balance (yuan) and optionally class.
    payments
        CSV with sourceNodeId, targetNodeId, value (yuan) and time (day).
    data
        Keep the currency in this folder; a run that was killed goes on when the same line is run again.
    engine
        The Rust engine, or the statute in Python.
    rules
        The dated rule set that gives the limits.
    wallet_class
        Class of the wallets whose row names none.
    start_date
        Shanghai date of day 1.
    days
        Play the days of the file, or everything on one day.
    opening_factor
        Multiply every opening balance.
    outcomes
        Append a line `row,code` for each payment.
    json
        Print one JSON document.
    """
    from dcep.simulation.replay_command import Asked, run_replay

    asked = Asked(
        accounts=accounts,
        payments=payments,
        engine=engine,
        rules=rules,
        wallet_class=wallet_class,
        start_date=start_date,
        days=days,
        opening_factor=opening_factor,
        outcomes=outcomes,
    )
    if data is not None:
        result = run_replay(asked, data, progress_bar())
    else:
        with tempfile.TemporaryDirectory(prefix="dcep-replay-") as folder:
            result = run_replay(asked, Path(folder), progress_bar())
    if json:
        print_json(result)
    else:
        _tell(result)
    return DONE if all(entry["law_holds"] for entry in result["supply"]) else NO


def _tell(result: dict[str, Any]) -> None:
    say(f"{result['rows']:,} payments: {result['settled']:,} settled, {sum(result['refused'].values()):,} refused")
    for code, count in result["refused"].items():
        say(f"  {code:<24}{count:>9,}")
    say(f"moved          {yuan(Fen(result['moved_fen'])):>22} yuan")
    say(f"issued         {yuan(Fen(result['issued_fen'])):>22} yuan")
    say(f"withdrawn      {yuan(Fen(result['withdrawn_fen'])):>22} yuan")
    say(f"left over      {yuan(Fen(result['left_over_fen'])):>22} yuan")
    rate, latency = result["payments_per_second"], result["latency_ms"]
    say(f"{rate['ledger']:,.0f} payments/s, p50 {latency['p50']} ms, p99 {latency['p99']} ms, {result['elapsed_s']} s")
    say(f"balances sha256 {result['balances_sha256']}")
    say(f"root            {result['root']}")
    broken = [entry["stage"] for entry in result["supply"] if not entry["law_holds"]]
    if broken:
        warn(f"the supply law is broken at: {', '.join(broken)}")
    else:
        say("the supply law held at every stage")
