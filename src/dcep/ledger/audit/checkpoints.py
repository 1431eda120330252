"""Checkpoints and snapshots: what is said of an earlier place, against what was computed there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dcep.errors import Damaged
from dcep.ids import NetworkId
from dcep.ledger.audit.frames import Survey
from dcep.ledger.audit.report import Findings
from dcep.ledger.snapshots import Snapshot, SnapshotStore
from dcep.messages.layout import Hash, Seq


class State(NamedTuple):
    """Head and root of a ledger at one place, as they were computed."""

    head: Hash
    root: Hash


def places_of(survey: Survey) -> set[Seq]:
    """Return the places whose state a checkpoint or a snapshot names."""
    named = {claim.checkpoint.seq for claim in survey.claims if claim.checkpoint.seq < claim.at.frame}
    kept = {Seq(int(path.stem)) for path in SnapshotStore(survey.place).files()}
    return named | kept


def oldest_start(survey: Survey, network: NetworkId) -> Snapshot | None:
    """Return the oldest whole snapshot that a sound checkpoint proves, behind which every frame is here."""
    for snapshot in SnapshotStore(survey.place).oldest_first():
        is_ours = (snapshot.network, snapshot.ledger) == (network, survey.ledger)
        if is_ours and snapshot.seq >= survey.before and _is_checkpointed(snapshot, survey):
            return snapshot
    return None


def judge_checkpoints(survey: Survey, states: Mapping[Seq, State], findings: Findings) -> None:
    """Blame each checkpoint that names another head or root than the place had, or a place that had not come."""
    for at, checkpoint in survey.claims:
        if at.frame > survey.sound:
            continue
        if checkpoint.seq >= at.frame:
            message = f"the checkpoint speaks of frame {checkpoint.seq}, which had not come"
            findings.blame(at.file, at.offset, at.frame, "checkpoint_differs", message)
            continue
        state = states.get(checkpoint.seq)
        if state is not None and state != (checkpoint.head, checkpoint.root):
            what = "head" if state.head != checkpoint.head else "root"
            message = f"the checkpoint names another {what} than the ledger had after frame {checkpoint.seq}"
            findings.blame(at.file, at.offset, at.frame, "checkpoint_differs", message)


def judge_snapshots(
    survey: Survey, network: NetworkId, states: Mapping[Seq, State], *, is_complete: bool, findings: Findings
) -> None:
    """Blame each snapshot that is damaged, holds another state than the log gives, or has no checkpoint.

    Args:
        states: what was computed at the places of the snapshots, as far as the replay came.
        is_complete: the replay came to the end of the log.
    """
    store = SnapshotStore(survey.place)
    for path in store.files():
        try:
            snapshot = store.read(path)
        except Damaged as damage:
            findings.blame(damage.file, damage.offset, int(path.stem), damage.code, damage.message)
            continue
        file = survey.place.relative(path)
        if is_complete or snapshot.seq in states:
            _judge_snapshot(snapshot, file, network, states.get(snapshot.seq), findings)
        if is_complete and not _is_checkpointed(snapshot, survey):
            message = "no checkpoint in the log names the state of this snapshot"
            findings.blame(file, 0, snapshot.seq, "snapshot_unproven", message)


def _judge_snapshot(snapshot: Snapshot, file: str, network: NetworkId, state: State | None, findings: Findings) -> None:
    if snapshot.network != network:
        message = f"the snapshot belongs to network {snapshot.network.hex()}"
        findings.blame(file, 0, snapshot.seq, "other_network", message)
    if state is None:
        message = f"the snapshot is of frame {snapshot.seq}, which the log does not have"
        findings.blame(file, 0, snapshot.seq, "snapshot_differs", message)
    elif state != (snapshot.head, snapshot.root):
        what = "names another head" if state.head != snapshot.head else "holds another state"
        message = f"the snapshot {what} than the ledger had after frame {snapshot.seq}"
        findings.blame(file, 0, snapshot.seq, "snapshot_differs", message)


def _is_checkpointed(snapshot: Snapshot, survey: Survey) -> bool:
    wanted = snapshot.seq, snapshot.head, snapshot.root
    return any(
        at.frame > snapshot.seq and (checkpoint.seq, checkpoint.head, checkpoint.root) == wanted
        for at, checkpoint in survey.claims
    )
