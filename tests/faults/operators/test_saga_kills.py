"""A real process, killed by SIGKILL at random moments of 1,000 exchanges, starts again until all have ended."""

from __future__ import annotations

import os
import random  # noqa: TID251  when the process is killed is drawn from a seed that the test prints
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from dcep.operators.exchange.orders import State
from dcep.operators.store import open_store
from tests.faults.operators.bank_process import ACCOUNT, FUNDS, ORDERS, REDEMPTIONS, Process, amount_of, opened
from tests.faults.operators.books import require_law
from tests.repo.tracked import ROOT
from tests.town import BANK, STOCK

_FEWEST_KILLS: Final = 10


def _require_law(folder: Path, process: Process) -> int:
    onlooker = open_store(f"sqlite:///{folder / 'bank.db'}")
    try:
        vault = process.town.seal(BANK, vault=True).account
        return require_law(process.town.line, vault, process.core, onlooker, stock=STOCK)
    finally:
        onlooker.dispose()


def _live(folder: Path, seconds: float) -> bool:
    """Let the process live so long after it came up; return whether it had done everything by then."""
    command = [sys.executable, "-m", "tests.faults.operators.bank_process", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
        process.kill()
        return process.stdout.read() == "done\n"


@pytest.mark.long
def test_a_thousand_exchanges_survive_sigkill(tmp_path: Path) -> None:
    """At each of its ends the law holds to the fen, and in the end every customer has what he asked for, once."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # noqa: T201  whoever finds a break wants to see it again
    chance, kills = random.Random(seed), 0
    with opened(tmp_path) as process:
        process.prepare()

    while not _live(tmp_path, chance.uniform(0.0, 2.0) if kills < _FEWEST_KILLS else 30):
        kills += 1
        with opened(tmp_path) as process:
            _require_law(tmp_path, process)

    with opened(tmp_path) as process:
        ended = process.run()
        wallet = process.town.line.account(process.wallet)
        paid = sum(map(amount_of, range(ORDERS))) - sum(range(1, REDEMPTIONS + 1))
        assert {order.state for order in ended} == {State.SETTLED}
        assert len({order.id for order in ended}) == ORDERS + REDEMPTIONS
        assert wallet is not None
        assert (wallet.balance, process.core.balance(ACCOUNT)) == (paid, FUNDS - paid)
        assert _require_law(tmp_path, process) == 0
    assert kills >= _FEWEST_KILLS
