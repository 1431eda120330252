"""The writer appends a frame while the one before it is applied, but never as a worker that may have left the list."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from dcep.clock import UnixMs
from dcep.errors import BadInput, Damaged, Unavailable
from dcep.ids import TIER1, LedgerId
from dcep.ledger.client import WorkerLine
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import LedgerFolder
from dcep.ledger.log.memory import MemoryHeaders, MemoryLog
from dcep.ledger.native import read_wires
from dcep.ledger.snapshots import SnapshotStore
from dcep.ledger.worker.opening import OpenLedger
from dcep.ledger.worker.writer import AHEAD, Writer, Written
from dcep.messages.frames import Frame, join
from dcep.messages.signed import record_of
from tests.language import play
from tests.names import signer
from tests.unit.ledger.small_ledger import WORKER, Ledger

_SHARD = LedgerId(0)
# As long as a writer would need that does not wait.
_MOMENT_S = 0.1


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """Return a shard in memory, told the time by its first frame."""
    ledger = Ledger()
    ledger.append()
    yield ledger
    ledger.close()


@contextmanager
def _writer(ledger: OpenLedger) -> Iterator[Writer]:
    writer = Writer(ledger, WORKER)
    try:
        yield writer
    finally:
        writer.close()


def _body(ledger: Ledger, number: int) -> bytes:
    return join([record_of(ledger.command(number).wire)])


def _codes(written: Future[Written]) -> list[str]:
    return [outcome.code for outcome in written.result().outcomes]


def test_a_frame_is_appended_while_the_one_before_it_waits_to_be_applied(ledger: Ledger) -> None:
    """Durable and applied in order, each told its own place."""
    before = ledger.opened.seq
    with _writer(ledger.opened) as writer:
        with writer.standing_still() as opened:
            written = [writer.write(_body(ledger, number), ledger.time) for number in (1, 2)]
            stood = opened.log.count, opened.seq

        assert stood == (before + 2, before)
        assert [future.result().seq for future in written] == [before + 1, before + 2]
        assert [_codes(future) for future in written] == [["settled"]] * 2
        assert ledger.opened.headers.count == before + 2


def test_the_log_runs_ahead_by_a_few_frames_only(ledger: Ledger) -> None:
    """What nobody has applied is bounded: one is at hand, a few wait, and the next append waits too."""
    before = ledger.opened.seq
    with _writer(ledger.opened) as writer, ThreadPoolExecutor() as caller:
        with writer.standing_still() as opened:
            caller.submit(lambda: [writer.write(_body(ledger, number), ledger.time) for number in range(1, 9)])
            _let_pass()
            ahead = opened.log.count - before

        assert ahead == AHEAD + 1
    assert ledger.opened.seq == before + 8


def test_nothing_is_appended_behind_a_frame_that_may_change_the_workers(ledger: Ledger) -> None:
    """Until it is applied nobody knows whether this worker may go on."""
    before = ledger.opened.seq
    with _writer(ledger.opened) as writer, ThreadPoolExecutor() as caller:
        with writer.standing_still() as opened:
            writer.write(_body(ledger, 1), ledger.time, may_change_workers=True)
            later = caller.submit(writer.write, _body(ledger, 2), ledger.time)
            _let_pass()
            stood = opened.log.count

        assert stood == before + 1
        assert _codes(later.result()) == ["settled"]


def test_where_nothing_is_left_to_append_the_turn_is_kept(ledger: Ledger) -> None:
    """An empty body makes no frame; its future comes behind those of the frames before it."""
    before = ledger.opened.seq
    with _writer(ledger.opened) as writer:
        with writer.standing_still():
            first, empty = writer.write(_body(ledger, 1), ledger.time), writer.write(b"", ledger.time)
            is_done = empty.done()

        assert not is_done
        assert empty.result() == (before + 1, ())
        assert first.done()
    assert ledger.opened.log.count == before + 1


def test_after_a_frame_that_cannot_be_applied_nothing_is_appended(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody who waits hears of it, the next frame too, which stands in the log for the next start."""

    def broken(_: Frame) -> None:
        raise Damaged("unlisted_worker", "the engine stops", file="log", offset=0)

    monkeypatch.setattr(ledger.opened, "apply", broken)
    with _writer(ledger.opened) as writer:
        with writer.standing_still():
            written = [writer.write(_body(ledger, number), ledger.time) for number in (1, 2)]
        for future in written:
            with pytest.raises(Damaged):
                future.result()
        stood = ledger.opened.log.count

        with pytest.raises(Unavailable, match="has stopped"):
            writer.write(_body(ledger, 3), ledger.time)

        assert ledger.opened.log.count == stood


def _let_pass() -> None:
    Event().wait(_MOMENT_S)


_SCENE = play("""
    open  li  T  1_000
    sign  pay  li  1:vault@0  1  as=paid
    workers 0 a
""")


def _credit() -> bytes:
    """Return the credit that brings the new list to the shard."""
    return _SCENE.network.credit(TIER1, _SHARD)


def test_a_credit_and_a_list_of_workers_may_change_the_workers() -> None:
    """On a shard the list comes inside a credit, at tier 1 as an order of its own; a payment changes nothing."""
    network = _SCENE.network
    order = network.ledgers[TIER1].log[-1].body[2:]
    prefix = _SCENE.wires()["paid"][: -len(record_of(_SCENE.wires()["paid"]))]

    said = [read_wires(network.id, [wire])[2] for wire in (_SCENE.wires()["paid"], _credit(), prefix + order)]

    assert said == [False, True, True]


def test_a_worker_that_leaves_the_list_appends_nothing_behind_that(tmp_path: Path) -> None:
    """A payment that comes right behind the credit hears that this worker is none any more, and the log stays whole."""
    network = _SCENE.network
    place = network.ledgers[_SHARD]
    log, headers = MemoryLog(network.id, _SHARD), MemoryHeaders()
    log.append(place.log)
    snapshots = SnapshotStore(LedgerFolder(root=tmp_path, ledger=_SHARD))
    old = signer(place.worker)

    def opened() -> OpenLedger:
        return OpenLedger(network.genesis_bytes, _SHARD, PythonEngine, log=log, headers=headers, snapshots=snapshots)

    shard = opened()
    shard.replay(old)
    line = WorkerLine(shard, old, lambda: network.now)
    credited = line.submit_later([_credit()], at=network.now)
    # Of another time: it comes in a frame of its own.
    paid = line.submit_later([_SCENE.wires()["paid"]], at=UnixMs(network.now + 1))

    with pytest.raises(BadInput, match="not_a_worker"):
        paid.result()

    assert [answer.outcome.code for answer in credited.result()] == ["settled"]
    assert opened().replay(old) == 0
    assert log.count == len(place.log) + 1
