"""The long life of a shard: millions of payments with checkpoints, then a restart, the archive and the audit.

    python -m benchmarks.long_life [--payments 10_000_000] [--accounts 1_000_000] [--json] [--chart FILE]

1. Accounts are opened; payments are signed slice by slice while no clock runs, and paid through the pipeline.
2. After every million the ledger takes a checkpoint, and the resident memory is read.
3. At a tenth, at half and at the end small batches are timed one after the other while a checkpoint is taken.
4. The ledger is closed and opened again, and history is asked for commands of every age.
5. Old files are archived, the ledger is opened once more, history is asked again from the index alone.
6. Folder and archive are audited together from the first frame on.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, Final

from benchmarks.figure import percentile
from benchmarks.long_life.population import Population, Sample
from benchmarks.world import World, in_batches, world_in
from dcep.crypto.suites import Signer
from dcep.errors import Unavailable
from dcep.ledger.archive import archive
from dcep.ledger.audit import audit
from dcep.ledger.client import WorkerLine, open_line
from dcep.ledger.folder import Folder
from dcep.ledger.log.segments import SEGMENT_BYTES
from dcep.ledger.native import RustEngine
from dcep.ledger.worker.answers import Answer
from dcep.messages.outcomes import Status
from dcep.simulation.economy import SHARD

_SLICE: Final = 131_072
_UNDER_WAY: Final = 12
_SMALL: Final = 16
_SMALL_BATCHES: Final = 4_000
_SAMPLE: Final = 200
_PROBES_AT: Final = (0.1, 0.5, 1.0)


class LongLife:
    """One run; `document` is what it has seen."""

    def __init__(self, data: Path, *, payments: int, accounts: int, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.data, self.to = data / "economy", data / "archive"
        self.payments, self.accounts, self._segment_bytes = payments, accounts, segment_bytes
        self.document: dict[str, Any] = {"payments": payments, "accounts": accounts, "life": [], "probes": []}
        self._samples: list[Sample] = []
        self._paid = 0
        self._begun = time.perf_counter()

    def run(self) -> dict[str, Any]:
        """Live, restart, archive, audit."""
        with world_in(self.data, segment_bytes=self._segment_bytes) as world:
            self._live(world)
            worker, self._root = world.worker, world.line.ledger.engine.root()
        self.document["sizes"] = self._sizes()
        self.document["restart"] = self._restart(worker)
        self._archive()
        self.document["restart_archived"] = self._restart(worker)
        self._audit()
        self.document["elapsed_s"] = round(time.perf_counter() - self._begun, 1)
        return self.document

    # 1. to 3.

    def _live(self, world: World) -> None:
        people = Population(world.economy, self.accounts)
        with self._timed("opening_s"):
            people.settle(world)
        world.line.checkpoint()
        self._note_memory(0.0, 0)
        step = max(1, self.payments // 10)
        probes = [max(step, int(share * self.payments)) for share in _PROBES_AT]
        while self._paid < self.payments:
            spent, before = 0.0, self._paid
            target = min(self.payments, (self._paid // step + 1) * step)
            self._take_sample(world, people)
            while self._paid < target:
                spent += self._pay(world, people.payments(min(_SLICE, target - self._paid)))
            self._note_memory(spent, self._paid - before)
            if self._paid in probes:
                self._probe(world, people)
            else:
                world.line.checkpoint()
        people.close()

    def _take_sample(self, world: World, people: Population) -> None:
        sent, sample = people.sample(min(_SAMPLE, self.accounts // 8))
        self._samples.append(sample)
        self._pay(world, sent)

    def _pay(self, world: World, wires: Sequence[bytes]) -> float:
        under_way: deque[Future[Sequence[Answer]]] = deque()
        began = time.perf_counter()
        for batch in in_batches(wires):
            if len(under_way) == _UNDER_WAY:
                require_decided(under_way.popleft().result())
            under_way.append(world.line.submit_later(batch, at=world.economy.now))
        while under_way:
            require_decided(under_way.popleft().result())
        self._paid += len(wires)
        return time.perf_counter() - began

    def _note_memory(self, spent: float, count: int) -> None:
        rate = round(count / spent) if spent else None
        entry = {"payments": self._paid, "rss_mib": round(resident() / 2**20, 1), "payments_per_second": rate}
        self.document["life"].append(entry | {"load": round(os.getloadavg()[0], 2)})
        self._say(f"{self._paid:,} payments", entry)

    def _probe(self, world: World, people: Population) -> None:
        """Time small batches one after the other, from before a checkpoint begins until after it has ended."""
        batches = in_batches(people.payments(_SMALL * _SMALL_BATCHES), _SMALL)
        gc.collect()
        checkpoint = Thread(target=world.line.checkpoint)
        all_ms, meanwhile_ms = list[float](), list[float]()
        begun = checkpoint_s = 0.0
        for place, batch in enumerate(batches):
            if place == len(batches) // 8:
                checkpoint.start()
                begun = time.perf_counter()
            is_meanwhile = checkpoint.is_alive()
            sent_at = time.perf_counter()
            require_decided(world.line.submit(batch, at=world.economy.now))
            took_ms = (time.perf_counter() - sent_at) * 1_000
            all_ms.append(took_ms)
            if is_meanwhile:
                meanwhile_ms.append(took_ms)
                checkpoint_s = time.perf_counter() - begun
        checkpoint.join()
        self._paid += len(batches) * _SMALL
        probe = {
            "payments": self._paid,
            **latencies(all_ms),
            "during_checkpoint": latencies(meanwhile_ms),
            "checkpoint_s": round(checkpoint_s, 2),
            "load": round(os.getloadavg()[0], 2),
        }
        self.document["probes"].append(probe)
        self._say("small batches", probe)

    # 4.

    def _restart(self, worker: Signer) -> dict[str, Any]:
        with Folder.open(self.data) as folder:
            began = time.perf_counter()
            line = open_line(folder, SHARD, RustEngine, worker, _no_clock, segment_bytes=self._segment_bytes)
            took = time.perf_counter() - began
            if line.ledger.engine.root() != self._root:
                raise AssertionError("the ledger came back with another state")
            found: dict[str, Any] = {"seconds": round(took, 2), "first_frame": line.ledger.log.first}
            found["history_ready_s"] = self._wait_for_history(line, began)
            found |= self._ask(line)
            line.close()
        self._say("restart", found)
        return found

    def _wait_for_history(self, line: WorkerLine, began: float) -> float:
        while True:
            try:
                line.build_history()
            except Unavailable:
                time.sleep(0.05)
            else:
                line.history(self._samples[-1].settled[0])
                return round(time.perf_counter() - began, 2)

    def _ask(self, line: WorkerLine) -> dict[str, Any]:
        asked: dict[str, Any] = {}
        for fate, status in (
            ("settled", Status.SETTLED),
            ("refused", Status.REFUSED),
            ("never", Status.NEVER_PROCESSED),
        ):
            took_ms = []
            for wire in (wire for sample in self._samples for wire in getattr(sample, fate)):
                began = time.perf_counter()
                answer = line.history(wire)
                took_ms.append((time.perf_counter() - began) * 1_000)
                if answer.outcome.status is not status:
                    raise AssertionError(f"history says {answer.outcome.code} of a command that is {fate}")
            asked[f"history_{fate}"] = latencies(took_ms)
        return asked

    # 5. and 6.

    def _archive(self) -> None:
        with self._timed("archive_s"):
            moved = archive(self.data, self.to, days=0)
        found = moved.document()
        self.document["archive"] = {"files": len(found["files"]), "bytes": found["bytes"], "ledgers": found["ledgers"]}
        self._say("archived", self.document["archive"])

    def _audit(self) -> None:
        with self._timed("audit_trimmed_s"):
            trimmed = audit(self.data, RustEngine)
        with self._timed("audit_s"):
            whole = audit(self.data, RustEngine, archives=[self.to] if self.document["archive"]["files"] else [])
        for report in (trimmed, whole):
            if not report.ok:
                raise AssertionError(f"the audit found something: {report.problems[0]}")
        shard = next(entry for entry in whole.ledgers if entry.ledger == SHARD)
        if shard.root != self._root:
            raise AssertionError("the audit came to another state")
        self.document["audit"] = {"ok": whole.ok, "commands": whole.document()["commands"], "frames": shard.frames}
        self._say("audited", self.document["audit"] | {"seconds": self.document["audit_s"]})

    def _sizes(self) -> dict[str, float]:
        place = self.data / "ledger" / "shard-000"
        log, headers = _bytes_of(place / "log"), _bytes_of(place / "headers")
        index = _bytes_of(self.data / "index" / "shard-000")
        # Opening an account is two commands, and the log is shared by these and the payments.
        commands = self._paid + 2 * self.accounts
        snapshot = max(path.stat().st_size for path in (place / "snapshots").iterdir())
        return {
            "log_bytes": log,
            "log_bytes_a_command": round(log / commands, 1),
            "header_bytes": headers,
            "header_bytes_a_command": round(headers / commands, 1),
            "index_bytes": index,
            "index_bytes_a_command": round(index / commands, 1),
            "snapshot_bytes": snapshot,
            "snapshot_bytes_an_account": round(snapshot / self.accounts, 1),
        }

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.document[name] = round(time.perf_counter() - began, 2)

    def _say(self, what: str, found: object) -> None:
        sys.stderr.write(f"{time.perf_counter() - self._begun:7.1f} s  {what}: {json.dumps(found)}\n")


def require_decided(answers: Sequence[Answer]) -> None:
    """Return only if every payment was settled or refused."""
    if any(answer.outcome.status not in (Status.SETTLED, Status.REFUSED) for answer in answers):
        raise AssertionError("a payment was neither settled nor refused")


def latencies(took_ms: Sequence[float]) -> dict[str, float]:
    """Return how many there were, the middle, the 99th percentile and the worst."""
    if not took_ms:
        return {"count": 0}
    p50, p99 = (round(percentile(took_ms, share), 3) for share in (0.5, 0.99))
    return {"count": len(took_ms), "p50_ms": p50, "p99_ms": p99, "max_ms": round(max(took_ms), 2)}


def resident() -> int:
    """Return the resident memory of this process, without what was freed and is only held for reuse."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir()) if folder.is_dir() else 0


def _no_clock() -> Any:
    raise AssertionError("every frame's time is told by the script")
