"""Every signature of every command again: whole batches, on all cores, while the frames before them are applied."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Final, NamedTuple

from dcep.ids import NetworkId
from dcep.ledger.log import Stored
from dcep.ledger.native import verify_records
from dcep.messages.frames import split
from dcep.messages.layout import Malformed
from dcep.messages.refusals import NotProcessed

# As much as fills a batch; small frames are verified together.
_BATCH_BYTES: Final = 256 * 1024
_CORES: Final = os.cpu_count() or 1
# Batches that wait for their turn: enough that no core is idle, few enough for the memory.
_AHEAD: Final = 2 * _CORES


class Examined(NamedTuple):
    """A frame, and what is wrong with its commands: (place in the frame, reason)."""

    stored: Stored
    faults: list[tuple[int, NotProcessed]]


def examined(frames: Iterable[Stored], network: NetworkId) -> Iterator[Examined]:
    """Yield the frames in order, each with the commands whose form or signature does not hold."""
    waiting: deque[Future[list[Examined]]] = deque()
    with ThreadPoolExecutor(_CORES, thread_name_prefix="verify") as pool:
        for batch in _batches(frames):
            waiting.append(pool.submit(_examine, batch, network))
            if len(waiting) > _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _batches(frames: Iterable[Stored]) -> Iterator[list[Stored]]:
    batch: list[Stored] = []
    size = 0
    for stored in frames:
        batch.append(stored)
        size += len(stored.frame.body)
        if size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _examine(batch: list[Stored], network: NetworkId) -> list[Examined]:
    counts = [_count(stored.frame.body) for stored in batch]
    legible = (stored.frame.body for stored, count in zip(batch, counts, strict=True) if count)
    verdicts = iter(verify_records(network, b"".join(legible)))
    return [Examined(stored, _faults(islice(verdicts, count))) for stored, count in zip(batch, counts, strict=True)]


def _faults(verdicts: Iterable[NotProcessed | None]) -> list[tuple[int, NotProcessed]]:
    return [(index, reason) for index, reason in enumerate(verdicts) if reason is not None]


def _count(body: bytes) -> int:
    """Return how many records a body has; 0 if it is no list of records, which the first pass has named."""
    try:
        return len(split(body))
    except Malformed:
        return 0
