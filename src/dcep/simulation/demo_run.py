"""Run the demonstration: the story in one folder, a byte of it tampered with, and a generated economy in another."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from dcep.clock import day_of_date
from dcep.ids import NetworkId
from dcep.issuance.rules import read_rules
from dcep.issuance.supply import Supply
from dcep.ledger.audit import audit
from dcep.ledger.audit.report import Report
from dcep.ledger.engine.standing import EngineMaker
from dcep.messages.genesis import Genesis
from dcep.messages.receipts import BadReceipt, Receipt, decode_receipt, encode_receipt, verify
from dcep.simulation.demo import Story, Teller
from dcep.simulation.generated import generate_economy
from dcep.simulation.opening import open_economy
from dcep.simulation.outcomes_file import OutcomesFile
from dcep.simulation.replay import Progress, Replay, Script
from dcep.simulation.replay_command import ENGINES
from dcep.simulation.run_folder import RunFolder

_RULES: Final = "ecny-2021"
# The day on which the pilot's lottery in Luohu, Shenzhen, was drawn.
_FIRST_DAY: Final = day_of_date("2020-10-12")
_DAYS: Final = 5
# The least share of the generated payments that must settle: about one in fifty asks for too much.
_SETTLED_SHARE: Final = 0.95


def run_demo(
    folder: Path, teller: Teller, progress: Progress, *, engine: str, wallets: int, payments: int
) -> dict[str, Any]:
    """Run every part and return its figures; `ok` says whether everything held."""
    make = ENGINES[engine]
    supplies, receipt, genesis, network = _tell_story(folder / "story", teller, make)
    result: dict[str, Any] = {
        "supply": [asdict(supply) | {"law_holds": supply.law_holds} for supply in supplies],
        "receipt_holds": _check_receipt(receipt, genesis, network, teller),
        "tampering_found": _tamper(folder / "story", make, teller),
        "economy": _run_economy(folder / "economy", teller, progress, make, wallets=wallets, payments=payments),
    }
    result["ok"] = (
        all(entry["law_holds"] for entry in (*result["supply"], *result["economy"]["supply"]))
        and result["receipt_holds"]
        and result["tampering_found"]
        and result["economy"]["settled_share"] >= _SETTLED_SHARE
    )
    return result


def _tell_story(folder: Path, teller: Teller, make: EngineMaker) -> tuple[list[Supply], Receipt, Genesis, NetworkId]:
    with open_economy(folder, read_rules(_RULES), make, lambda: secrets.token_bytes(32)) as economy:
        story = Story(economy, teller, _FIRST_DAY)
        supplies = story.play()
        economy.checkpoint()
        return supplies, story.receipt(), economy.genesis, economy.network


def _check_receipt(receipt: Receipt, genesis: Genesis, network: NetworkId, teller: Teller) -> bool:
    """Check a receipt as a wallet does, with nothing but the genesis; then one with a changed byte."""
    teller.chapter("A receipt, checked by the wallet alone")
    data = encode_receipt(receipt)
    proven = verify(decode_receipt(data), network, genesis.shard_workers)
    header = proven.header.header
    teller.line(f"command {proven.command.id.hex()[:16]}… was {proven.outcome.code} in frame {header.seq}:")
    teller.line(
        f"{len(receipt.path)} hashes lead from it to the root that the worker signed ({len(data)} bytes in all)."
    )
    forged = bytearray(receipt.command)
    forged[_AMOUNT_AT] ^= 1
    try:
        verify(decode_receipt(data.replace(receipt.command, bytes(forged))), network, genesis.shard_workers)
    except BadReceipt as error:
        teller.line(f"The same receipt with another amount proves nothing: {error}.")
        return True
    return False


# The last byte of the amount in the wire of a payment: 21 bytes of prefix, 29 of head, receiver, amount.
_AMOUNT_AT: Final = 21 + 29 + 8 + 7


def _tamper(folder: Path, make: EngineMaker, teller: Teller) -> bool:
    """Audit the story's folder, then a copy in which one bit of the log is flipped."""
    teller.chapter("An audit, and a byte that somebody has tampered with")
    whole = audit(folder, make)
    frames, commands = (sum(getattr(ledger, what) for ledger in whole.ledgers) for what in ("frames", "commands"))
    teller.line(f"{frames} frames, {commands} commands: every signature, outcome and fen holds.")
    copy = folder.with_name("tampered")
    shutil.copytree(folder, copy)
    victim = next((copy / "ledger" / "shard-000" / "log").iterdir())
    data = bytearray(victim.read_bytes())
    at = len(data) // 2
    data[at] ^= 1
    victim.write_bytes(data)
    teller.line(f"One bit of byte {at} of {victim.name} is flipped in a copy. The audit says:")
    report = audit(copy, make)
    for problem in report.problems[:1]:
        teller.line(f"{problem.file} at byte {problem.offset}, frame {problem.frame}: {problem.code}")
    return whole.ok and _names(report, victim)


def _names(report: Report, victim: Path) -> bool:
    return not report.ok and any(problem.file.endswith(victim.name) for problem in report.problems)


def _run_economy(
    folder: Path, teller: Teller, progress: Progress, make: EngineMaker, *, wallets: int, payments: int
) -> dict[str, Any]:
    teller.chapter(f"A generated economy: {wallets:,} wallets, {payments:,} signed payments")
    accounts, rows = generate_economy(2020, wallets=wallets, payments=payments, days=_DAYS)
    script = Script(accounts=accounts, payments=rows, first_day=_FIRST_DAY, is_one_day=False)
    notes = RunFolder(folder)
    with (
        open_economy(folder, read_rules(_RULES), make, lambda: notes.begin({"demo": payments})) as economy,
        OutcomesFile(None) as outcomes,
    ):
        replay = Replay(economy, script, notes, outcomes, progress)
        result = replay.run() | replay.timing()
    result["settled_share"] = result["settled"] / max(1, result["rows"])
    teller.line(
        f"{result['settled']:,} settled ({result['settled_share']:.1%}), "
        f"{sum(result['refused'].values()):,} refused by the rules."
    )
    rate, latency = result["payments_per_second"]["ledger"], result["latency_ms"]
    teller.line(
        f"{rate:,.0f} payments a second: signed, verified, durable, applied, answered "
        f"(p50 {latency['p50']:.0f} ms, p99 {latency['p99']:.0f} ms a full batch)."
    )
    stages = result["supply"]
    held = sum(entry["law_holds"] for entry in stages)
    teller.line(f"The supply law held at {held} of {len(stages)} stages; left over: {result['left_over_fen']} fen.")
    return result
