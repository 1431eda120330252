"""What a ledger's own worker can do to its past, key in hand, and what then still finds it.

Somebody without the key can move whole frames, for a frame's signature does not name its place: the stored headers
say otherwise. A worker signs these headers anew. Then the other ledger tells, which has the worker's headers in its
log, and the checkpoints in the log itself. What lies behind both is told by a head that somebody has kept, as in a
receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from dcep.crypto import merkle
from dcep.ids import TIER1, LedgerId, ledger_name
from dcep.ledger.audit import audit
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.log.headers import cut_record
from dcep.ledger.snapshots import decode_snapshot, encode_snapshot
from dcep.messages.commands.payments import Pay
from dcep.messages.commands.timekeeping import Checkpoint
from dcep.messages.frames import Frame, join, sign_frame, split
from dcep.messages.headers import decode_signed_header, encode_header, is_equivocation
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Hash, Seq, Sum
from dcep.messages.receipts import verify
from dcep.messages.signed import kind_of, record_of, unsigned
from dcep.simulation.economy import SHARD
from tests.faults.disk.disk import Disk
from tests.unit.ledger.audit.kept import (
    audited,
    codes,
    contents_of,
    copy_of,
    economy_in,
    frames_of,
    header_file,
    keep,
    place_of,
    rewrite_headers,
    rewrite_log,
    warned,
    worker_of,
)
from tests.unit.ledger.log.written import head_of

Change = Callable[[list[Frame], int], list[Frame]]

CHANGES: Final[dict[str, Change]] = {
    "left out": lambda frames, at: frames[:at] + frames[at + 1 :],
    "twice": lambda frames, at: frames[: at + 1] + frames[at:],
    "swapped with the next": lambda frames, at: frames[:at] + frames[at : at + 2][::-1] + frames[at + 2 :],
    "moved to the end": lambda frames, at: [*frames[:at], *frames[at + 1 :], frames[at]],
}
_LAST_PAYMENTS: Final = Seq(11)
# The last frames of each ledger: no header of theirs has travelled, no checkpoint stands behind them.
UNTOLD: Final = {
    (TIER1, "left out", 9),
    (TIER1, "twice", 8),
    (TIER1, "twice", 9),
    (SHARD, "left out", 12),
    (SHARD, "twice", 11),
    (SHARD, "twice", 12),
}
_BOTH: Final = pytest.mark.parametrize("ledger", [TIER1, SHARD], ids=ledger_name)
_EACH: Final = pytest.mark.parametrize("change", CHANGES)
_PAY: Final = KIND_OF[Pay].number
_CHECKPOINT: Final = KIND_OF[Checkpoint].number


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which nothing is wrong; nobody changes it."""
    root = tmp_path_factory.mktemp("resealed") / "data"
    keep(root)
    return root


def changed(whole: Path, tmp_path: Path, ledger: LedgerId, change: str) -> Iterator[tuple[int, Path, list[Frame]]]:
    """Yield (place, folder, frames) for every place at which the change makes another log."""
    frames = frames_of(whole, ledger)
    for at in range(len(frames)):
        new = CHANGES[change](frames, at)
        if new != frames:
            yield at, copy_of(whole, tmp_path / f"{at}"), new


def reseal(root: Path, frames: list[Frame], ledger: LedgerId) -> None:
    """Write a log anew and let its worker sign every header anew, as a start does."""
    rewrite_log(root, frames, ledger)
    header_file(root, ledger).unlink()
    for snapshot in place_of(root, ledger).snapshots.iterdir():
        snapshot.unlink()
    with Disk(root).installed(), economy_in(root):
        pass


def signed_anew(frame: Frame, body: bytes, ledger: LedgerId = SHARD) -> Frame:
    """Return a frame with another body, signed by its own worker."""
    return sign_frame(frame.network, frame.ledger, worker_of(ledger), frame.time, body)


# Whole frames.


@_BOTH
@_EACH
def test_frames_that_somebody_without_the_key_moved_are_found(
    whole: Path, tmp_path: Path, ledger: LedgerId, change: str
) -> None:
    """At every place; but a copy of the last frame behind itself looks like one that waits for its header."""
    for at, root, frames in changed(whole, tmp_path, ledger, change):
        rewrite_log(root, frames, ledger)

        report = audited(root)

        is_copy_of_last = (change, at) == ("twice", len(frames) - 2)
        assert report.ok == is_copy_of_last, (at, report.problems)
        assert not is_copy_of_last or warned(report) == {"headers_missing"}


@_BOTH
@_EACH
def test_frames_that_the_worker_itself_moved_are_told_by_others(
    whole: Path, tmp_path: Path, ledger: LedgerId, change: str
) -> None:
    """At every place but the last: by the other ledger's log, by checkpoints, and always by a head that was kept."""
    head = head_of(frames_of(whole, ledger))
    for at, root, frames in changed(whole, tmp_path, ledger, change):
        reseal(root, frames, ledger)

        report, pinned = audited(root), audit(root, PythonEngine, head=head)

        assert report.ok == ((ledger, change, at) in UNTOLD), (at, report.problems)
        is_still_there = any(head_of(frames[:count]) == head for count in range(len(frames) + 1))
        assert ("head_not_found" in codes(pinned)) != is_still_there


def test_a_copied_frame_moves_nothing(whole: Path, tmp_path: Path) -> None:
    """Nobody need find it: its commands count once, and every balance is what it was."""
    frames = frames_of(whole)
    root = copy_of(whole, tmp_path / "data")
    with economy_in(copy_of(whole, tmp_path / "as it was")) as economy:
        before = economy.shard.line.balances()

    reseal(root, [*frames, frames[10], frames[11]], SHARD)

    with economy_in(root) as economy:
        assert economy.shard.line.balances() == before


def test_a_receipt_tells_of_a_payment_that_the_worker_has_cut_away(whole: Path, tmp_path: Path) -> None:
    """Both ledgers cut at the same place are right in themselves; who has a receipt can prove what was there."""
    with economy_in(copy_of(whole, tmp_path / "as it was")) as economy:
        receipt = economy.shard.line.receipt(_LAST_PAYMENTS, 0)
        network, worker = economy.network, economy.genesis.worker(SHARD)
    root = copy_of(whole, tmp_path / "data")
    for ledger, kept in ((SHARD, _LAST_PAYMENTS - 1), (TIER1, 8)):
        reseal(root, frames_of(whole, ledger)[:kept], ledger)

    proven = verify(receipt, network, frozenset({worker}))

    said = proven.header.header
    assert proven.command.body.order.amount == 104
    assert (said.seq, proven.outcome.code) == (_LAST_PAYMENTS, "settled")
    assert audited(root).ok
    assert codes(audit(root, PythonEngine, head=said.head)) == {"head_not_found"}


# What is in them.


def test_a_payment_that_the_worker_changed_is_found(whole: Path, tmp_path: Path) -> None:
    """Every payment, a fen more: frame, chain and headers are right, but its payer never signed it."""
    frames = frames_of(whole)
    paying = [at for at, frame in enumerate(frames) if _PAY in map(kind_of, split(frame.body))]
    for at in paying:
        for place in range(len(split(frames[at].body))):
            records = split(frames[at].body)
            records[place] = _with_another_amount(records[place])
            root = copy_of(whole, tmp_path / f"{at}-{place}")
            reseal(root, [*frames[:at], signed_anew(frames[at], join(records)), *frames[at + 1 :]], SHARD)

            report = audited(root)

            assert (at + 1, "command_signature") in {(problem.frame, problem.code) for problem in report.problems}
    assert len(paying) == 5


def _with_another_amount(record: bytes) -> bytes:
    """Return a payment's record with a fen more: behind 29 bytes of heading the receiver's 8, then the amount's."""
    amount = int.from_bytes(record[37:45])
    return record[:37] + (amount + 1).to_bytes(8) + record[45:]


@_BOTH
def test_a_header_that_its_worker_signed_although_it_is_untrue_is_found(
    whole: Path, tmp_path: Path, ledger: LedgerId
) -> None:
    """Of every frame: the signature holds, and with the true one it is a proof of equivocation."""
    contents = contents_of(whole, ledger)
    for at, content in enumerate(contents):
        true, outcomes = cut_record(content)
        header = decode_signed_header(true).header
        untrue = encode_header(replace(header, total=Sum(header.total + 1)))
        signed = untrue + worker_of(ledger).sign(untrue)
        root = copy_of(whole, tmp_path / f"{at}")
        rewrite_headers(root, [*contents[:at], signed + outcomes, *contents[at + 1 :]], ledger)

        report = audited(root)

        assert [(problem.frame, problem.code) for problem in report.problems] == [(at + 1, "header_differs")]
        assert is_equivocation(decode_signed_header(true), decode_signed_header(signed))


@_BOTH
def test_an_outcome_that_the_worker_turned_and_signed_is_found(whole: Path, tmp_path: Path, ledger: LedgerId) -> None:
    """Of every frame: the root in the header fits the outcomes beside it, but the law says another."""
    contents = contents_of(whole, ledger)
    for at, content in enumerate(contents):
        true, outcomes = cut_record(content)
        turned = bytes([2]) + outcomes[1:]
        untrue = encode_header(replace(decode_signed_header(true).header, outcomes_root=Hash(merkle.root([turned]))))
        root = copy_of(whole, tmp_path / f"{at}")
        signed = untrue + worker_of(ledger).sign(untrue)
        rewrite_headers(root, [*contents[:at], signed + turned, *contents[at + 1 :]], ledger)

        report = audited(root)

        assert {(problem.frame, problem.code) for problem in report.problems} == {
            (at + 1, "header_differs"),
            (at + 1, "outcomes_differ"),
        }


# States.


@_BOTH
def test_a_snapshot_whose_checkpoint_the_worker_has_bent_is_found(
    whole: Path, tmp_path: Path, ledger: LedgerId
) -> None:
    """A start would believe it, for a checkpoint in the log names its root; the audit computes the state itself."""
    frames, root = frames_of(whole, ledger), copy_of(whole, tmp_path / "data")
    kept = {path.name: path.read_bytes() for path in place_of(root, ledger).snapshots.iterdir()}
    name = min(kept)
    snapshot = decode_snapshot(kept[name])
    bent = replace(snapshot, chunks=(*snapshot.chunks[:-1], _with_more_money(snapshot.chunks[-1])))
    at = next(at for at, frame in enumerate(frames) if kind_of(split(frame.body)[0]) == _CHECKPOINT)
    order = Checkpoint(seq=bent.seq, head=bent.head, root=bent.root)
    body = join([record_of(unsigned(bent.network, order))])
    reseal(root, [*frames[:at], signed_anew(frames[at], body, ledger), *frames[at + 1 :]], ledger)
    (place_of(root, ledger).snapshots / name).write_bytes(encode_snapshot(bent))

    report = audited(root)

    assert {"checkpoint_differs", "snapshot_differs"} <= codes(report)
    assert "snapshot_unproven" not in codes(report)


def _with_more_money(accounts: bytes) -> bytes:
    """Return a chunk of accounts in which the first has a fen more: its balance stands behind 50 bytes."""
    return accounts[:50] + (int.from_bytes(accounts[50:58]) + 1).to_bytes(8) + accounts[58:]
