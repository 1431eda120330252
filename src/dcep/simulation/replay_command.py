"""Set a replay up: read the files, open the folder and its two ledgers, run, and gather the result."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dcep.clock import Day, UnixMs, day_of_date
from dcep.errors import BadInput
from dcep.ids import TIER1
from dcep.issuance.rules import caps_of, read_rules
from dcep.ledger.client import Line, open_line
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.ledger.native import RustEngine
from dcep.messages.commands.payments import Pay
from dcep.messages.frames import split
from dcep.messages.genesis import encode_genesis, network_of
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Seq
from dcep.messages.signed import kind_of
from dcep.simulation.economy import SHARD, Economy, Keys, genesis_of
from dcep.simulation.outcomes_file import OutcomesFile
from dcep.simulation.payments_file import CLASSES, Accounts, Payments, read_accounts, read_payments
from dcep.simulation.replay import Progress, Replay, Script
from dcep.simulation.run_folder import RunFolder

ENGINES: dict[str, EngineMaker] = {"rust": RustEngine, "python": PythonEngine}
_LAST_DAY = day_of_date("2100-12-31")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asked for."""

    accounts: Path
    payments: Path
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
    folder = RunFolder(data)
    seed = folder.begin(digest)
    keys = Keys(seed)
    genesis = genesis_of(keys, read_rules(asked.rules))
    started = time.perf_counter()
    with _lines(data, encode_genesis(genesis), keys, ENGINES[asked.engine]) as (tier1, shard):
        economy = Economy(keys, genesis, tier1, shard)
        with OutcomesFile(asked.outcomes) as outcomes:
            replay = Replay(economy, script, folder, outcomes, progress)
            result = replay.run()
        notes = folder.progress()
        if "timing" not in notes:
            tier1.checkpoint()
            shard.checkpoint()
            notes["timing"] = {"elapsed_s": round(time.perf_counter() - started, 3), **replay.timing()}
            folder.note(notes)
        return {
            "network": network_of(encode_genesis(genesis)).hex(),
            **result,
            **notes["timing"],
            "log_bytes_per_payment": _log_bytes_per_payment(shard),
            "root": shard.ledger.engine.root().hex(),
            "head": shard.ledger.head.hex(),
        }


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


@contextmanager
def _lines(data: Path, genesis: bytes, keys: Keys, make: EngineMaker) -> Iterator[tuple[Line, Line]]:
    with Folder.open(data, genesis) as folder:
        tier1 = open_line(folder, TIER1, PythonEngine, keys.signer("worker", "tier1"), _no_clock)
        try:
            shard = open_line(folder, SHARD, make, keys.signer("worker", "shard", 0), _no_clock)
            try:
                yield tier1, shard
            finally:
                shard.close()
        finally:
            tier1.close()


def _no_clock() -> UnixMs:
    """Refuse to tell the time: in a replay every frame's time is told by the script."""
    raise AssertionError("a replay reads no clock")


def _log_bytes_per_payment(shard: Line) -> float:
    """Return the bytes of the frames that hold payments, for each payment."""
    pay = KIND_OF[Pay].number
    size = count = 0
    for stored in shard.ledger.log.read(Seq(1)):
        payments = sum(1 for record in split(stored.frame.body) if kind_of(record) == pay)
        if payments:
            size += stored.size
            count += payments
    return round(size / count, 2) if count else 0.0
