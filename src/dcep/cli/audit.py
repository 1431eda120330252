"""`dcep verify`: audit a data folder, with no server running."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dcep.cli.options import Archives
from dcep.cli.output import DONE, NO, print_json, say
from dcep.cli.progress import progress_bar
from dcep.errors import BadInput

if TYPE_CHECKING:
    from dcep.ledger.audit.report import Report
    from dcep.ledger.log import Problem


def verify(
    folder: Path,
    /,
    *,
    engine: Literal["rust", "python"] = "rust",
    network: str | None = None,
    head: str | None = None,
    archive: Archives = None,
    json: bool = False,
) -> int:
    """Audit a data folder: every frame, signature, outcome, header and fen. Nothing is written.

    Parameters
    ----------
    folder
        The data folder, the one that holds `ledger/`.
    engine
        Judge the shards with the Rust engine, or with the statute in Python; tier 1 always with the statute.
    network
        The network that must be kept there: 32 hex digits.
    head
        A head that must stand in the chain of one of its ledgers, from a receipt or an anchor: 64 hex digits.
    archive
        An archive into which its old files were moved, to be audited with it; once for each archive.
    json
        Print one JSON document.
    """
    from dcep.ids import NetworkId
    from dcep.ledger.audit import audit
    from dcep.ledger.engine.statute import PythonEngine
    from dcep.ledger.native import RustEngine
    from dcep.messages.layout import Hash

    pinned_network = None if network is None else NetworkId(_hex("--network", network, 16))
    pinned_head = None if head is None else Hash(_hex("--head", head, 32))
    report = audit(
        folder,
        RustEngine if engine == "rust" else PythonEngine,
        network=pinned_network,
        head=pinned_head,
        archives=archive or (),
        progress=progress_bar(),
    )
    if json:
        print_json(report.document())
    else:
        _tell(report)
    return DONE if report.ok else NO


def _hex(option: str, text: str, size: int) -> bytes:
    """Return the bytes of a hash that was typed."""
    if not re.fullmatch(f"[0-9a-fA-F]{{{2 * size}}}", text):
        raise BadInput("bad_hash", f"{option} is {2 * size} hex digits")
    return bytes.fromhex(text)


def _tell(report: Report) -> None:
    for entry in report.document()["ledgers"]:
        say(f"{entry['name']:<10} {entry['frames']:>9,} frames {entry['commands']:>12,} commands")
        say(f"{'':<10} head {entry['head']}")
        say(f"{'':<10} root {entry['root']}")
    for warning in report.warnings:
        say(f"! {_line(warning)}")
    for problem in report.problems:
        say(f"✗ {_line(problem)}")
    if report.ok:
        say("✓ frames, chain, signatures, outcomes, headers, snapshots and every fen are right")
        return
    count = len(report.problems)
    say(f"{count} problem{'' if count == 1 else 's'}; what each code means: docs/reference/verify.md")


def _line(problem: Problem) -> str:
    frame = f", frame {problem.frame}" if problem.frame else ""
    return f"{problem.file} at byte {problem.offset}{frame}: {problem.code}: {problem.explanation}"
