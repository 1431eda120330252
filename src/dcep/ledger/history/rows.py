"""A row of the history: a command that consumed its number, where it stands, and what became of it.

Account, lane and number as a record begins with them (16) ‖ frame u64 ‖ place u32 ‖ status u8 ‖ reason u16 ‖ id 32.
Rows are made, sorted and merged by whole frames in Rust, without the interpreter's lock.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.ids import CommandId, NetworkId
from dcep.ledger.log import Stored
from dcep.ledger.native import consumed_rows, merged_rows
from dcep.messages.layout import Malformed, Seq
from dcep.messages.outcomes import Outcome, Status

KEY_SIZE: Final = 16
ROW_SIZE: Final = KEY_SIZE + 8 + 4 + 1 + 2 + 32
# Without a row no expiry lies between them.
NEVER: Final = UnixMs(2**64 - 1)


class Row(NamedTuple):
    """One command that consumed its number. The messages that it sent to other ledgers are not kept here."""

    seq: Seq
    place: int
    outcome: Outcome
    command: CommandId


ReadAt = Callable[[int, int], bytes]
"""Return so many bytes (second) from an offset (first) on, or fewer where they end."""


def find_row(read: ReadAt, count: int, key: bytes) -> Row | None:
    """Return the row with this key among `count` sorted ones; None if there is none.

    Raises:
        Malformed: where a row should stand there is none.
    """

    def key_at(row: int) -> bytes:
        return _exactly(read, row * ROW_SIZE, KEY_SIZE)

    row = bisect_left(range(count), key, key=key_at)
    if row == count or key_at(row) != key:
        return None
    return _decode(_exactly(read, row * ROW_SIZE + KEY_SIZE, ROW_SIZE - KEY_SIZE))


def _exactly(read: ReadAt, at: int, size: int) -> bytes:
    data = read(at, size)
    if len(data) != size:
        raise Malformed("the rows end too early")
    return data


def _decode(data: bytes) -> Row:
    try:
        outcome = Outcome(status=Status(data[12]), reason=int.from_bytes(data[13:15]))
    except ValueError as error:
        raise Malformed("a row with no outcome") from error
    return Row(
        seq=Seq(int.from_bytes(data[:8])),
        place=int.from_bytes(data[8:12]),
        outcome=outcome,
        command=CommandId(data[15:]),
    )


class Rows:
    """The rows of one file of the log, taken in frame by frame.

    They stand in sorted runs, each more than twice as long as the next, so that there are few however many frames came.
    """

    def __init__(self, network: NetworkId, first: Seq) -> None:
        self._network, self.first = network, first
        self._runs: list[bytes] = []
        self.earliest, self.latest = NEVER, UnixMs(0)

    def take(self, stored: Stored, outcomes: bytes) -> None:
        """Take in the commands of a frame that consumed their numbers."""
        found = consumed_rows(self._network, stored.seq, stored.frame.body, outcomes)
        if not found.rows:
            return
        self.earliest, self.latest = min(self.earliest, found.earliest), max(self.latest, found.latest)
        runs = self._runs
        runs.append(found.rows)
        while len(runs) > 1 and len(runs[-2]) <= 2 * len(runs[-1]):
            runs[-2:] = [merged_rows(runs[-2:])]

    def find(self, key: bytes) -> Row | None:
        """Return the row with this key."""
        found = (find_row(reader_of(run), len(run) // ROW_SIZE, key) for run in self._runs)
        return next((row for row in found if row is not None), None)

    def sorted(self) -> bytes:
        """Return all rows in order."""
        return merged_rows(self._runs)


def reader_of(run: bytes) -> ReadAt:
    """Return how bytes in memory are read."""
    return lambda at, size: run[at : at + size]
