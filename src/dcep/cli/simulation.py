"""`dcep demo`: the whole life of the money, told step by step, then at the machine's speed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Literal

from dcep.cli.output import DONE, NO, print_json, say
from dcep.cli.progress import progress_bar


def demo(
    *,
    engine: Literal["rust", "python"] = "rust",
    wallets: int = 20_000,
    payments: int = 100_000,
    json: bool = False,
) -> int:
    """Tell the whole life of the money, then run a generated economy at the machine's speed.

    Parameters
    ----------
    engine
        The Rust engine, or the statute in Python.
    wallets
        Wallets of the generated economy.
    payments
        Payments of the generated economy.
    json
        Print one JSON document instead of the story.
    """
    from dcep.cli.storyteller import SilentTeller, Storyteller
    from dcep.simulation.demo_run import run_demo

    teller = SilentTeller() if json else Storyteller()
    with tempfile.TemporaryDirectory(prefix="dcep-demo-") as folder:
        result = run_demo(Path(folder), teller, progress_bar(), engine=engine, wallets=wallets, payments=payments)
    if json:
        print_json(result)
    else:
        _say_next(result)
    return DONE if result["ok"] else NO


def _say_next(result: dict[str, Any]) -> None:
    say()
    say("Everything held." if result["ok"] else "Something did not hold: see above.")
    say()
    say("What to try next:")
    say("  .venv/bin/dcep up --open")
    say("                              a wallet page and the supply board in your browser: exchange, pay, be paid")
    say("  .venv/bin/dcep replay --accounts vectors/payments/nodes.csv \\")
    say("      --payments vectors/payments/transactions.csv --data economy")
    say("                              real payments through the same currency, kept in a folder")
    say("  .venv/bin/dcep verify economy")
    say("                              audit that folder: every frame, signature, outcome and fen")
    say("  .venv/bin/dcep ledger trial-balance economy")
    say("                              where the money is")
