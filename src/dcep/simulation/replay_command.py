"""Set a replay up: read the files, open the folder and its two ledgers, run, and gather the result."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dcep.clock import Day, day_of_date
from dcep.errors import BadInput
from dcep.issuance.rules import caps_of, read_rules
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.native import RustEngine
from dcep.ledger.worker.opening import OpenLedger
from dcep.messages.commands.payments import Pay
from dcep.messages.frames import split
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Seq
from dcep.messages.signed import kind_of
from dcep.simulation.economy import Economy
from dcep.simulation.opening import open_economy
from dcep.simulation.outcomes_file import OutcomesFile
from dcep.simulation.payments_file import CLASSES, Accounts, Payments, read_accounts, read_payments
from dcep.simulation.replay import Progress, Replay, Script
from dcep.simulation.run_folder import RunFolder

ENGINES: dict[str, EngineMaker] = {"rust": RustEngine, "python": PythonEngine}
_LAST_DAY = day_of_date("2100-12-31")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asked for; the files are named as the user named them."""

    accounts: str
    payments: str
    engine: str
    rules: str
    wallet_class: str
    start_date: str
    days: str
    opening_factor: int
    outcomes: Path | None


def run_replay(asked: Asked, data: Path, progress: Progress) -> dict[str, Any]:
    """Replay into a data folder, or go on with a replay there.

    Returns:
        The keys of INTERFACES, `dcep replay`.

    Raises:
        BadInput: the files or options are wrong; no money has moved.
        Unavailable: run the same line again.
    """
    script, digest = _read(asked)
    notes = RunFolder(data)
    started = time.perf_counter()
    with open_economy(data, read_rules(asked.rules), ENGINES[asked.engine], lambda: notes.begin(digest)) as economy:
        with OutcomesFile(asked.outcomes) as outcomes:
            replay = Replay(economy, script, notes, outcomes, progress)
            result = replay.run()
        timing = _finish(economy, replay, notes, started)
        ledger = economy.shard.line.ledger
        return {
            "network": economy.network.hex(),
            **result,
            **timing,
            "log_bytes_per_payment": _log_bytes_per_payment(ledger),
            "root": ledger.engine.root().hex(),
            "head": ledger.head.hex(),
        }


def _finish(economy: Economy, replay: Replay, notes: RunFolder, started: float) -> dict[str, Any]:
    """Let both logs name the roots of the states, once, and note how fast the run was that came to the end."""
    progress = notes.progress()
    if "timing" not in progress:
        economy.checkpoint()
        progress["timing"] = {"elapsed_s": round(time.perf_counter() - started, 3), **replay.timing()}
        notes.note(progress)
    timing: dict[str, Any] = progress["timing"]
    return timing


def _read(asked: Asked) -> tuple[Script, dict[str, Any]]:
    first_day = _first_day(asked.start_date)
    if asked.opening_factor < 1:
        raise BadInput("bad_number", "--opening-factor is an integer from 1")
    caps = caps_of(read_rules(asked.rules))
    accounts = read_accounts(
        asked.accounts,
        default_class=CLASSES[asked.wallet_class],
        opening_factor=asked.opening_factor,
        caps=caps,
    )
    payments = read_payments(asked.payments, accounts)
    is_one_day = asked.days == "one"
    script = Script(accounts=accounts, payments=payments, first_day=first_day, is_one_day=is_one_day)
    digest = {
        "rules": asked.rules,
        "engine": asked.engine,
        "start_date": asked.start_date,
        "days": asked.days,
        "files_sha256": _digest(accounts, payments),
    }
    return script, digest


def _first_day(text: str) -> Day:
    try:
        day = day_of_date(text)
    except ValueError as error:
        raise BadInput("bad_date", f"--start-date {text} is no date like 2021-01-01") from error
    if day > _LAST_DAY:
        raise BadInput("bad_date", "--start-date lies after 2100")
    return day


def _digest(accounts: Accounts, payments: Payments) -> str:
    """Return what makes two runs the same: everything that was read, openings and classes as they were resolved."""
    columns = (
        accounts.node_ids,
        accounts.openings_fen,
        accounts.classes,
        payments.payers,
        payments.receivers,
        payments.amounts_fen,
        payments.days,
    )
    digest = hashlib.sha256()
    for column in columns:
        digest.update(len(column).to_bytes(8) + column.tobytes())
    return digest.hexdigest()


def _log_bytes_per_payment(ledger: OpenLedger) -> float:
    """Return the bytes of the frames that hold payments, for each payment."""
    pay = KIND_OF[Pay].number
    size = count = 0
    for stored in ledger.log.read(Seq(1)):
        payments = sum(1 for record in split(stored.frame.body) if kind_of(record) == pay)
        if payments:
            size += stored.size
            count += payments
    return round(size / count, 2) if count else 0.0
