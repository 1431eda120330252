"""The audit of a data folder, with no server running. It reads, and believes nothing that it has not computed.

1. The folder is locked, its genesis is the network that the frames belong to, and its archives, where they are named,
   hold what left it (archives.py).
2. The files are gone through: frames, chain, workers' signatures, headers in their places (frames.py).
3. Each ledger is replayed: signatures, outcomes, headers, money, checkpoints, snapshots (replay.py).
4. The ledgers are held to each other (tiers.py).

Damage does not stop it: a ledger is judged up to its first break, and the others to their end.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from dcep.errors import Damaged
from dcep.ids import TIER1, NetworkId
from dcep.ledger.archived import read_note
from dcep.ledger.audit.archives import judge_archives
from dcep.ledger.audit.frames import Survey, network_in_frames, survey
from dcep.ledger.audit.replay import Progress, Replay, Replayed
from dcep.ledger.audit.report import Findings, Report, in_order
from dcep.ledger.audit.tiers import judge_tiers
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.messages.layout import Hash, Seq

_GENESIS: Final = "ledger/genesis"


def audit(
    root: Path,
    make: EngineMaker,
    *,
    network: NetworkId | None = None,
    head: Hash | None = None,
    archives: Sequence[Path] = (),
    progress: Progress = lambda what, done, total: None,
) -> Report:
    """Audit a data folder; nothing under it is written.

    Where frames were archived and the archives are not named, a ledger is judged from its oldest snapshot on.

    Args:
        root: the data folder.
        make: the engine that judges the shards; tier 1 is always judged by the statute.
        network: the network that is expected; None takes the one that is there.
        head: a head that must stand in the chain of one of the ledgers; None asks for none.
        archives: the folders into which its old files were moved, audited with it from the first frame on.
        progress: hears (ledger, frames done, frames in all).

    Raises:
        BadInput: `no_such_folder`, `not_an_archive`, or `other_network` of an archive.
        Unavailable: `folder_in_use`, or the folder cannot be read.
    """
    general = Findings()
    # 1.
    try:
        folder = Folder.open(root)
    except Damaged as damage:
        general.blame(damage.file, damage.offset, 0, damage.code, damage.message)
        return _report([], [general])
    with folder:
        if not _is_note_right(root, general) or not _is_genesis_right(folder, network, general):
            return _report([], [general])
        _name_strays(folder, general)
        judge_archives(root, archives, folder.network, general)
        folder.archives = tuple(archives)
        ledgers, findings = _audit_ledgers(folder, make, head, progress)
        # 4.
        judge_tiers(ledgers, general)
        if head is not None and not any(ledger.has_pinned_head for ledger in ledgers):
            general.blame("ledger", 0, 0, "head_not_found", f"no ledger had the head {head.hex()} after any frame")
        return _report(ledgers, [general, *findings])


def _audit_ledgers(
    folder: Folder, make: EngineMaker, head: Hash | None, progress: Progress
) -> tuple[list[Replayed], list[Findings]]:
    places = [folder.ledger(ledger) for ledger in in_order(folder.read_genesis().ledgers())]
    findings = [Findings() for _ in places]
    # 2.
    surveys = [survey(place, folder.network, found) for place, found in zip(places, findings, strict=True)]
    # 3.
    ledgers = [
        Replay(
            folder.genesis,
            surveyed,
            PythonEngine if surveyed.ledger == TIER1 else make,
            asked=_asked_of(surveyed, surveys),
            pinned=head,
            findings=found,
        ).run(progress)
        for surveyed, found in zip(surveys, findings, strict=True)
    ]
    return ledgers, findings


def _asked_of(subject: Survey, surveys: list[Survey]) -> set[Seq]:
    """Return the places of a ledger whose headers travelled to other ledgers."""
    return {
        testimony.header.seq
        for witness in surveys
        for testimony in witness.testimonies
        if testimony.header.ledger == subject.ledger
    }


def _is_note_right(root: Path, findings: Findings) -> bool:
    """Return whether the folder's note of what was archived can be read, if there is one."""
    try:
        read_note(root)
    except Damaged as damage:
        findings.blame(damage.file, damage.offset, 0, damage.code, damage.message)
        return False
    return True


def _is_genesis_right(folder: Folder, pinned: NetworkId | None, findings: Findings) -> bool:
    """Return whether the frames can be judged by this genesis."""
    places = [folder.ledger(ledger) for ledger in folder.read_genesis().ledgers()]
    found = {network for place in places if (network := network_in_frames(place, folder.network)) is not None}
    if len(found) == 1 and folder.network not in found:
        message = f"the genesis is of network {folder.network.hex()}, but the frames are of {found.pop().hex()}"
        findings.blame(_GENESIS, 0, 0, "genesis_differs", message)
        return False
    if pinned is not None and pinned != folder.network:
        message = f"the folder keeps network {folder.network.hex()}, not {pinned.hex()}"
        findings.blame(_GENESIS, 0, 0, "other_network", message)
    return True


def _name_strays(folder: Folder, findings: Findings) -> None:
    for name in folder.stray_files():
        # A name need not be text.
        file = os.fsencode(name).decode("utf-8", "backslashreplace")
        findings.blame(file, 0, 0, "stray_file", "no part of the ledger has written this file")


def _report(ledgers: list[Replayed], findings: list[Findings]) -> Report:
    for found in findings:
        found.close()
    return Report(
        ledgers=tuple(ledger.report() for ledger in ledgers),
        problems=tuple(problem for found in findings for problem in found.problems),
        warnings=tuple(warning for found in findings for warning in found.warnings),
    )
