"""Movements: what happened to wallets, in the log's order, for the operators whose wallets they are.

1. A request goes on behind its cursor. It reads so many frames and bytes and no more; frames with nothing of the
   asker's move the cursor on too.
2. The log is followed once, a bounded piece with each request, never before: payments do not pay for it. What a
   command did that only the frames before can tell (who was paid of a hold, what a freeze has locked) is kept then,
   in a file of the index, together with how far the log was followed.
3. Every other movement is read off its frame again, whenever somebody asks; those of the newest frames, for which all
   operators ask at once, stay in memory.
4. The file proves nothing by itself. Where it does not name the head of this log it is thrown away and the log followed
   again; where the first frames were archived that begins with a state that a checkpoint proves, and what came before
   is `archived`.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from dcep.errors import BadInput, Unavailable
from dcep.ids import LedgerId, OperatorId, operator_of
from dcep.ledger.engine.roots import restore
from dcep.ledger.log import Archived, HeaderStore, Log, Stored, StoredHeader
from dcep.ledger.movements.lines import Scribe
from dcep.ledger.movements.memory import NO_MARK, KeptMemory, Mark, NoMemory
from dcep.ledger.movements.movement import Effect, Movement, MovementKind
from dcep.ledger.snapshots import Snapshot
from dcep.messages.frames import split
from dcep.messages.genesis import Genesis, encode_genesis, network_of
from dcep.messages.headers import decode_signed_header
from dcep.messages.layout import Malformed, Seq
from dcep.messages.outcomes import SETTLED, Status, decode_outcomes

__all__ = ["START", "Effect", "Movement", "MovementKind", "MovementPage", "Movements"]

MAX_LIMIT: Final = 1_000
START: Final = ""
"""The cursor before the first frame."""
# What a request reads at most.
FRAMES: Final = 1_000
_BYTES: Final = 4 << 20
# Whoever waits for the file to be made again waits for larger pieces.
_TIMES_BEHIND: Final = 8
_RECENT: Final = 16
_CURSOR: Final = re.compile(r"([0-9]{1,12})-([0-9]{1,10})-([0-9]{1,3})")
_RETRY_AFTER_MS: Final = 100


class Place(NamedTuple):
    """Where the next movement is looked for."""

    seq: Seq
    place: int
    part: int


class MovementPage(NamedTuple):
    """Some movements in order, and the cursor behind them; `has_more` if the log goes on behind it already."""

    items: list[Movement]
    next: str
    has_more: bool


class Movements:
    """The movements of one ledger.

    Args:
        folder: where the index lies; None for a log in memory.
        genesis: of the network.
        ledger: which of its ledgers it is.
        log: the frames, which others may append to meanwhile.
        headers: their headers and outcomes.
        oldest: return the oldest state from which the frames that are here can be followed, for an archived log.
        frames: how many a request reads at most.
    """

    def __init__(
        self,
        folder: Path | None,
        genesis: Genesis,
        ledger: LedgerId,
        *,
        log: Log,
        headers: HeaderStore,
        oldest: Callable[[], Snapshot | None],
        frames: int = FRAMES,
    ) -> None:
        self._path = None if folder is None else folder / "movements.db"
        self._genesis, self._ledger, self._log, self._headers, self._oldest = genesis, ledger, log, headers, oldest
        self._frames_at_once = frames
        self._network = network_of(encode_genesis(genesis))
        self._scribe_of_old = Scribe(self._network, ledger, NoMemory())
        self._lock = Lock()
        self._memory: KeptMemory | None = None
        self._mark = NO_MARK
        self._recent: OrderedDict[Seq, list[Movement]] = OrderedDict()

    def page(self, after: str, *, limit: int, operator: OperatorId | None) -> MovementPage:
        """Return the movements behind a cursor, at most `limit`; few or none where a request's work is done.

        Args:
            after: `next` of the page before; START for the first.
            limit: 1..MAX_LIMIT.
            operator: whose wallets; None for all.

        Raises:
            BadInput: `bad_cursor`: this ledger has given out no such cursor.
            Archived: what comes next was moved to an archive.
            Unavailable: `movements_behind`, `index_not_written`; ask again.
            Damaged: the log cannot be read any more.
        """
        begin = _place_of(after)
        # 2.
        with self._lock:
            memory = self._opened()
            self._follow(memory, times=1 if begin.seq <= self._mark.seq + 1 else _TIMES_BEHIND)
            mark, recent = self._mark, dict(self._recent)
            self._require_told(begin, mark)
        # 1.
        items: list[Movement] = []
        reached, done, size = begin, 0, 0
        for seq, told, bytes_read in self._tell(begin.seq, mark.seq, recent):
            wanted = [each for each in told if operator is None or operator_of(each.wallet) == operator]
            if seq == begin.seq:
                wanted = [each for each in wanted if (each.place, each.part) >= begin[1:]]
            room = limit - len(items)
            items += wanted[:room]
            if len(wanted) > room:
                reached = Place(*wanted[room][:3])
                break
            reached, done, size = Place(Seq(seq + 1), 0, 0), done + 1, size + bytes_read
            if done == self._frames_at_once or size >= _BYTES:
                break
        return MovementPage(items, "-".join(map(str, reached)), reached.seq <= self._end)

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            if self._memory is not None:
                self._memory.shut()

    @property
    def _end(self) -> Seq:
        return min(self._log.count, self._headers.count)

    def _require_told(self, begin: Place, mark: Mark) -> None:
        if begin.seq > self._end + 1:
            raise BadInput("bad_cursor", "this ledger has given out no such cursor")
        first = max(mark.first, self._log.first)
        if begin.seq < first:
            raise Archived(f"movements of frame {begin.seq} were archived; the oldest ones here are of frame {first}")
        if begin.seq > mark.seq + 1:
            message = f"the log is followed again; frame {mark.seq} was reached"
            raise Unavailable("movements_behind", message, retry_after_ms=_RETRY_AFTER_MS)

    # 2.

    def _follow(self, memory: KeptMemory, *, times: int) -> None:
        """Follow the log by a bounded piece, or so many."""
        if self._mark.seq >= self._end:
            return
        mark, kept = self._mark, []
        size_left, frames_left = _BYTES * times, self._frames_at_once * times
        told_of: dict[Seq, list[Movement]] = {}
        scribe = Scribe(self._network, self._ledger, memory)
        with memory.step():
            for stored, header in self._frames(Seq(mark.seq + 1)):
                told_of[stored.seq] = lines = []
                for place, movements in _write(scribe, stored, header):
                    lines += movements
                    if memory.was_needed:
                        kept.append((stored.seq, place, movements))
                        memory.was_needed = False
                mark = mark._replace(seq=stored.seq, head=decode_signed_header(header.header).header.head)
                size_left, frames_left = size_left - len(stored.frame.body), frames_left - 1
                if size_left <= 0 or not frames_left:
                    break
            memory.keep(kept)
            memory.come_to(mark)
        self._mark = mark
        self._remember(told_of)

    def _frames(self, first: Seq) -> Iterator[tuple[Stored, StoredHeader]]:
        return zip(self._log.read(first), self._headers.read(first), strict=False)

    # 3.

    def _remember(self, told_of: dict[Seq, list[Movement]]) -> None:
        for seq in list(told_of)[-_RECENT:]:
            self._recent[seq] = told_of[seq]
        while len(self._recent) > _RECENT:
            self._recent.popitem(last=False)

    def _tell(
        self, first: Seq, last: Seq, recent: dict[Seq, list[Movement]]
    ) -> Iterator[tuple[Seq, list[Movement], int]]:
        """Yield frame, its movements, and how many bytes were read for them."""
        seq = first
        if seq <= last and seq not in recent:
            for stored, header in self._frames(first):
                if stored.seq > last or stored.seq in recent:
                    break
                with self._lock:
                    kept = self._opened().kept(stored.seq)
                written = _write(self._scribe_of_old, stored, header, kept)
                yield stored.seq, [each for _, movements in written for each in movements], len(stored.frame.body)
                seq = Seq(stored.seq + 1)
        while seq <= last and seq in recent:
            yield seq, recent[seq], 0
            seq = Seq(seq + 1)

    # 4.

    def _opened(self) -> KeptMemory:
        if self._memory is None:
            memory = KeptMemory(self._path)
            try:
                self._mark = self._begin(memory)
            except BaseException:
                memory.shut()
                raise
            self._memory = memory
        return self._memory

    def _begin(self, memory: KeptMemory) -> Mark:
        mark = memory.mark()
        if mark.seq and self._is_ours(mark):
            return mark
        memory.forget()
        if self._log.first == 1:
            return NO_MARK
        snapshot = self._oldest()
        if snapshot is None:
            raise Archived(f"frames before {self._log.first} were archived, and no state of that time is here")
        mark = Mark(snapshot.seq, snapshot.head, Seq(snapshot.seq + 1))
        with memory.step():
            memory.adopt(restore(self._genesis, self._ledger, snapshot.chunks))
            memory.come_to(mark)
        return mark

    def _is_ours(self, mark: Mark) -> bool:
        if mark.seq == self._log.first - 1:
            return mark.head == self._log.head_before
        if not self._log.first <= mark.seq <= self._end:
            return False
        return decode_signed_header(self._headers.at(mark.seq)[0]).header.head == mark.head


def _place_of(cursor: str) -> Place:
    if cursor == START:
        return Place(Seq(1), 0, 0)
    found = _CURSOR.fullmatch(cursor)
    if found is None or found[1] == "0":
        raise BadInput("bad_cursor", "this ledger has given out no such cursor")
    return Place(Seq(int(found[1])), int(found[2]), int(found[3]))


def _write(
    scribe: Scribe, stored: Stored, header: StoredHeader, kept: dict[int, list[Movement]] | None = None
) -> Iterator[tuple[int, list[Movement]]]:
    """Yield place and movements of the settled commands of a frame; those that were kept are taken from there."""
    try:
        records = split(stored.frame.body)
    except Malformed:
        # It counted as one record that is no command.
        return
    at = decode_signed_header(header.header).header.time
    for place, outcome in enumerate(decode_outcomes(header.outcomes, len(records))):
        if kept and place in kept:
            yield place, kept[place]
        elif outcome is SETTLED or outcome.status is Status.SETTLED:
            yield place, scribe.write(stored.seq, place, at, records[place], outcome)
