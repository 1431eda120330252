"""History: what became of a command whose number is gone.

1. Each command that consumed its number, settled or refused, is a row: account, lane and number, its place in the log,
   its outcome and its id. A number is consumed once for ever, so no two rows have the same key.
2. The rows of the log's newest file are folded into memory when a question comes, never before: payments do not pay
   for it.
3. A file of the log that is full has its rows sorted in a file under `index/`, written once, in the background. While
   one file waits for that its rows stand in memory too; where more do, after a start without index files, every answer
   is `behind`.
4. An index file proves nothing by itself: it is taken only whole, and only if it names the head after its last frame.
   The head binds it to the network, the ledger and every frame before. What a row names is read in the log. Where the
   log was archived the heads of the index files make one chain from the first frame to the head before the oldest frame
   that is here, and the row itself is the answer.
5. A row of this command: its outcome. A row of another: it has lost its number and will never be processed. No row: the
   number fell out of the window unused, and everything up to the place where that was said must have been folded.

Source: PROTOCOL, "What is final, and what the sender hears".
"""

from __future__ import annotations

from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final, NamedTuple

from dcep.clock import DAY_MS, UnixMs
from dcep.errors import Unavailable
from dcep.ids import CommandId, NetworkId, WalletId
from dcep.ledger.history.rows import KEY_SIZE, Row, Rows
from dcep.ledger.history.sealed import Sealed, index_file, not_written, open_sealed, seal
from dcep.ledger.log import HeaderStore, Log
from dcep.messages.frames import FIRST_HEAD, split
from dcep.messages.headers import Header, decode_signed_header
from dcep.messages.layout import Hash, Lane, Malformed, Number, Seq
from dcep.messages.outcomes import BEHIND, NEVER_PROCESSED, NOT_COVERED, Outcome, Status, decode_outcomes
from dcep.messages.signed import command_id_of_record, prefix

# What history promises after the expiry, behind which nothing is consumed. PROTOCOL: MAX_LIFE + 400 days.
KEPT_MS: Final = 400 * DAY_MS
_CONSUMED: Final = (Status.SETTLED, Status.REFUSED)
# How often the builder looks whether a file of the log has become full. Nobody waits for it.
_LOOK_S: Final = 1.0


class Found(NamedTuple):
    """What history says; `seq` and `place` say where in the log it was settled or refused."""

    outcome: Outcome
    seq: Seq | None
    place: int


class History:
    """The numbers that a ledger's commands have consumed.

    Args:
        folder: where index files lie; None for a log in memory, which is one file for ever.
        network: the ledger's network.
        log: the frames, which others may append to meanwhile.
        headers: their headers and outcomes.
    """

    def __init__(self, folder: Path | None, network: NetworkId, log: Log, headers: HeaderStore) -> None:
        self._folder, self._network, self._prefix = folder, network, prefix(network)
        self._log, self._headers = log, headers
        # Of the rows, held for a moment; and of the files, held while one is written.
        self._lock, self._build_lock = Lock(), Lock()
        self._sealed: list[Sealed] = []
        # One entry for each file of the log behind the sealed ones, at most two.
        self._tail: list[Rows] = []
        self._folded = Seq(0)
        self._failure: Exception | None = None
        self._is_closing, self._asked = False, Event()
        self._builder = None if folder is None else Thread(target=self._keep_building, name="index", daemon=True)
        if self._builder is not None:
            self._builder.start()

    def find(
        self,
        command: CommandId,
        *,
        account: WalletId,
        lane: Lane,
        number: Number,
        expires_at: UnixMs,
        min_position: Seq,
    ) -> Found:
        """Return what became of a command whose number was found used or superseded.

        Args:
            command: the identity of the body that holds the next four.
            min_position: the number was found gone after this frame or an earlier one.

        Returns:
            Settled or refused with its place; never_processed, behind or not_covered without one.

        Raises:
            Unavailable: `index_not_written` or `index_missing`; ask again.
            Damaged: the log cannot be read any more.
        """
        key = account.to_bytes(8) + lane.to_bytes(2) + number.to_bytes(6)
        with self._lock:
            self._tell_failure()
            if not self._fold():
                self._asked.set()
                return _BEHIND
            for rows in self._tail:
                row = rows.find(key)
                if row is not None:
                    return self._answer(row, key, command, None)
            for sealed in reversed(self._sealed):
                # A file in which nothing expired at its time is not read.
                if not sealed.earliest <= expires_at <= sealed.latest:
                    continue
                try:
                    row = sealed.find(key)
                except (Malformed, OSError):
                    self._distrust(sealed)
                    return _BEHIND
                if row is not None:
                    return self._answer(row, key, command, sealed)
            return self._absent(expires_at, min_position)

    def build(self) -> None:
        """Give every full file of the log its index file.

        Raises:
            Unavailable: `index_not_written`, or `index_missing`: one of an archived file is not there.
            Damaged: the log cannot be read any more.
        """
        with self._build_lock:
            while not self._is_closing and (self._adopt() or self._seal()):
                pass

    def close(self) -> None:
        """Break off what is being built and let go of the files."""
        self._is_closing = True
        self._asked.set()
        if self._builder is not None:
            self._builder.join()
        for sealed in self._sealed:
            sealed.close()

    # 5.

    def _answer(self, row: Row, key: bytes, command: CommandId, sealed: Sealed | None) -> Found:
        if row.seq < self._log.first:
            return _NEVER_PROCESSED if row.command != command else Found(row.outcome, row.seq, row.place)
        read = self._read(row.seq, row.place)
        if read is None or read[0][:KEY_SIZE] != key or read[1].status not in _CONSUMED:
            assert sealed is not None, "the rows in memory come from the log itself"
            self._distrust(sealed)
            return _BEHIND
        record, outcome = read
        if command_id_of_record(record, self._prefix) != command:
            return _NEVER_PROCESSED
        return Found(outcome, row.seq, row.place)

    def _read(self, seq: Seq, place: int) -> tuple[bytes, Outcome] | None:
        """Return a record of the log and its outcome; None if there is no such place."""
        if not 1 <= seq <= self._folded:
            return None
        records = split(next(self._log.read(seq)).frame.body)
        if place >= len(records):
            return None
        return records[place], decode_outcomes(self._headers.at(seq)[1], len(records))[place]

    def _absent(self, expires_at: UnixMs, min_position: Seq) -> Found:
        if self._folded < min_position:
            return _BEHIND
        now = self._header(self._folded).time if self._folded else UnixMs(0)
        return _NOT_COVERED if expires_at + KEPT_MS <= now else _NEVER_PROCESSED

    def _header(self, seq: Seq) -> Header:
        return decode_signed_header(self._headers.at(seq)[0]).header

    def _distrust(self, liar: Sealed) -> None:
        """Drop an index file that names what is not in the log, and go back to where it began."""
        liar.path.unlink(missing_ok=True)
        at = self._sealed.index(liar)
        for sealed in self._sealed[at:]:
            sealed.close()
        del self._sealed[at:]
        self._tail, self._folded = [], self._last_sealed
        self._asked.set()

    # 2.

    @property
    def _last_sealed(self) -> Seq:
        return self._sealed[-1].last if self._sealed else Seq(0)

    @property
    def _end(self) -> Seq:
        return min(self._log.count, self._headers.count)

    def _fold(self) -> bool:
        """Fold what is new into memory; return False where files have to be sealed first."""
        next_file = self._last_sealed + 1
        last = self._log.last_of_full_file(Seq(next_file))
        if next_file < self._log.first or (last is not None and self._log.last_of_full_file(Seq(last + 1)) is not None):
            return False
        if self._folded < self._end:
            begin = Seq(self._folded + 1)
            for stored, header in zip(self._log.read(begin), self._headers.read(begin), strict=False):
                if not self._tail or self._log.begins_file(stored.seq):
                    self._tail.append(Rows(self._network, stored.seq))
                self._tail[-1].take(stored, header.outcomes)
                self._folded = stored.seq
        return True

    # 3.

    def _keep_building(self) -> None:
        while not self._is_closing:
            try:
                self.build()
            except Exception as failure:
                self._failure = failure
            self._asked.wait(_LOOK_S)
            self._asked.clear()

    def _tell_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            self._asked.set()
            raise failure

    def _seal(self) -> bool:
        """Write the index file of the next full file of the log; return False if there is none."""
        first = Seq(self._last_sealed + 1)
        last = self._log.last_of_full_file(first)
        if last is None or last > self._end:
            return False
        rows = Rows(self._network, first)
        for stored, header in zip(self._log.read(first), self._headers.read(first), strict=False):
            if stored.seq > last:
                break
            if self._is_closing:
                return False
            rows.take(stored, header.outcomes)
        path = self._path(first)
        seal(path, rows, before=self._head_before(first), head=self._header(last).head, last=last)
        if not self._adopt():
            raise not_written(path, "what was written cannot be read back")
        return True

    # 4.

    def _adopt(self) -> bool:
        """Take the index file that begins behind the sealed ones, if there is one and it is this log's."""
        if self._folder is None:
            return False
        first = Seq(self._last_sealed + 1)
        is_archived = first < self._log.first
        sealed = open_sealed(self._path(first))
        if sealed is not None and not (self._is_chained(sealed) if is_archived else self._is_ours(sealed, first)):
            sealed.close()
            sealed = None
        if sealed is not None:
            with self._lock:
                if self._last_sealed + 1 != first:
                    # A question has found a liar meanwhile.
                    sealed.close()
                    return True
                self._sealed.append(sealed)
                self._tail = [rows for rows in self._tail if rows.first > sealed.last]
                self._folded = max(self._folded, sealed.last)
            return True
        if is_archived:
            raise _missing(self._path(first))
        return False

    def _is_ours(self, sealed: Sealed, first: Seq) -> bool:
        last = self._log.last_of_full_file(first)
        if last is None or last > self._end or (sealed.first, sealed.last) != (first, last):
            return False
        return (sealed.before, sealed.head) == (self._head_before(first), self._header(last).head)

    def _is_chained(self, sealed: Sealed) -> bool:
        """Return whether an index file of archived frames follows the one before, and the last one leads to the log."""
        before = self._sealed[-1].head if self._sealed else FIRST_HEAD
        if sealed.first != self._last_sealed + 1 or sealed.before != before or sealed.last >= self._log.first:
            return False
        return sealed.last + 1 < self._log.first or sealed.head == self._log.head_before

    def _head_before(self, first: Seq) -> Hash:
        return self._log.head_before if first == self._log.first else self._header(Seq(first - 1)).head

    def _path(self, first: Seq) -> Path:
        assert self._folder is not None, "a log in memory has one file"
        return index_file(self._folder, first)


_NEVER_PROCESSED: Final = Found(NEVER_PROCESSED, None, 0)
_NOT_COVERED: Final = Found(NOT_COVERED, None, 0)
_BEHIND: Final = Found(BEHIND, None, 0)


def _missing(path: Path) -> Unavailable:
    message = f"{path.parent.name}/{path.name} of an archived file of the log is not there, or is not its own"
    step = "`dcep ledger archive DIR --to ARCHIVE` makes it again"
    return Unavailable("index_missing", message, retry_after_ms=1_000, next_step=step)
