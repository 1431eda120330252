"""`dcep replay`: real payments through the whole currency."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from dcep.cli.output import DONE, NO, print_json, say, warn
from dcep.cli.progress import progress_bar
from dcep.money import Fen, yuan


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a replay is asked for."""

    accounts: Annotated[str, Parameter(help="CSV with nodeid, init_balance (yuan) and optionally class.")]
    payments: Annotated[str, Parameter(help="CSV with sourceNodeId, targetNodeId, value (yuan) and time (day).")]
    data: Annotated[
        Path | None,
        Parameter(help="Keep the currency in this folder; a run that was killed goes on when the line is run again."),
    ] = None
    engine: Annotated[Literal["rust", "python"], Parameter(help="The Rust engine, or the statute in Python.")] = "rust"
    rules: Annotated[
        Literal["ecny-2021", "ccb-test-2020"], Parameter(help="The dated rule set that gives the limits.")
    ] = "ecny-2021"
    wallet_class: Annotated[
        Literal["I", "II", "III", "IV"],
        Parameter(name="--class", help="Class of the wallets whose row names none."),
    ] = "II"
    start_date: Annotated[str, Parameter(help="Shanghai date of day 1.")] = "2021-01-01"
    days: Annotated[Literal["file", "one"], Parameter(help="Play the days of the file, or everything on one day.")] = (
        "file"
    )
    opening_factor: Annotated[int, Parameter(help="Multiply every opening balance.")] = 1
    outcomes: Annotated[Path | None, Parameter(help="Append a line `row,code` for each payment.")] = None
    json: Annotated[bool, Parameter(help="Print one JSON document.")] = False


def replay(options: Options) -> int:
    """Replay a file of payments: issue, allocate, exchange, pay every row, and take everything back."""
    from dcep.simulation.replay_command import Asked, run_replay

    asked = Asked(
        accounts=options.accounts,
        payments=options.payments,
        engine=options.engine,
        rules=options.rules,
        wallet_class=options.wallet_class,
        start_date=options.start_date,
        days=options.days,
        opening_factor=options.opening_factor,
        outcomes=options.outcomes,
    )
    if options.data is not None:
        result = run_replay(asked, options.data, progress_bar())
    else:
        with tempfile.TemporaryDirectory(prefix="dcep-replay-") as folder:
            result = run_replay(asked, Path(folder), progress_bar())
    if options.json:
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
