"""What every adapter of the log promises, in memory and in files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dcep.ids import LedgerId, NetworkId
from dcep.ledger.log import HeaderStore, Log
from dcep.ledger.log.file import FileLog
from dcep.ledger.log.headers import FileHeaders
from dcep.ledger.log.memory import MemoryHeaders, MemoryLog
from dcep.messages.frames import FIRST_HEAD, MAX_BODY, Frame
from dcep.messages.layout import Seq
from tests.unit.ledger.log.written import LEDGER, NETWORK, NOBODY_ANSWERED, SETTLED, frame, head_of, header, place_in

LOGS: dict[str, Callable[[Path], Log]] = {
    "memory": lambda _: MemoryLog(NETWORK, LEDGER),
    "file": lambda root: FileLog(place_in(root), NETWORK, answered=NOBODY_ANSWERED),
    "small files": lambda root: FileLog(place_in(root), NETWORK, answered=NOBODY_ANSWERED, segment_bytes=400),
}
STORES: dict[str, Callable[[Path], HeaderStore]] = {
    "memory": lambda _: MemoryHeaders(),
    "file": lambda root: FileHeaders(place_in(root), NETWORK),
    "small files": lambda root: FileHeaders(place_in(root), NETWORK, segment_bytes=600),
}
FRAMES = [frame(b"body %d" % number) for number in range(7)]


@pytest.fixture(params=LOGS)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """Return an empty log of each kind."""
    log = LOGS[request.param](tmp_path)
    yield log
    log.close()


@pytest.fixture(params=STORES)
def headers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HeaderStore]:
    """Return an empty store of headers of each kind."""
    store = STORES[request.param](tmp_path)
    yield store
    store.close()


def test_an_empty_log_has_the_first_head(log: Log) -> None:
    """The chain of every ledger begins with the same 32 zero bytes."""
    assert (log.count, log.head) == (0, FIRST_HEAD)
    assert list(log.read(Seq(1))) == []


def test_frames_are_read_in_the_order_in_which_they_were_appended(log: Log) -> None:
    """A ledger is a function of this order, whether its frames came one by one or together."""
    log.append(FRAMES[:1])
    log.append(FRAMES[1:5])
    log.append(FRAMES[5:])

    stored = list(log.read(Seq(1)))

    assert [entry.frame for entry in stored] == FRAMES
    assert [entry.seq for entry in stored] == list(range(1, 8))


def test_a_reader_begins_where_it_likes(log: Log) -> None:
    """A start goes on behind its snapshot and reads nothing that the snapshot holds."""
    log.append(FRAMES)

    read = {seq: [entry.frame for entry in log.read(Seq(seq))] for seq in range(1, 9)}

    assert read == {seq: FRAMES[seq - 1 :] for seq in range(1, 9)}


def test_the_head_is_the_chain_over_all_frames(log: Log) -> None:
    """Whoever knows the head knows the whole log."""
    log.append(FRAMES[:3])
    log.append(FRAMES[3:])

    assert log.head == head_of(FRAMES)


def test_the_same_frame_may_be_appended_twice(log: Log) -> None:
    """A worker that never heard whether its append worked does it again: commands count once all the same."""
    log.append([FRAMES[0], FRAMES[0]])

    assert [entry.frame for entry in log.read(Seq(1))] == [FRAMES[0], FRAMES[0]]
    assert log.head == head_of([FRAMES[0], FRAMES[0]])


def test_nothing_appended_is_nothing_changed(log: Log) -> None:
    """An empty batch makes no file and no flush."""
    log.append([])

    assert (log.count, log.head) == (0, FIRST_HEAD)


@pytest.mark.parametrize(
    "stranger",
    [
        frame(b"body", network=NetworkId(b"another network!")),
        frame(b"body", ledger=LedgerId(1)),
        frame(bytes(MAX_BODY + 1)),
    ],
    ids=["network", "ledger", "too long"],
)
def test_a_frame_that_does_not_belong_here_stops_its_whole_batch(log: Log, stranger: Frame) -> None:
    """A frame that no reader accepts would make the log unreadable from there on."""
    with pytest.raises(ValueError, match="frame"):
        log.append([FRAMES[0], stranger])

    assert log.count == 0


def test_a_reader_sees_what_stood_there_when_it_began(log: Log) -> None:
    """A replay ends, though the worker goes on appending."""
    log.append(FRAMES[:2])

    reader = log.read(Seq(1))
    first = next(reader)
    log.append(FRAMES[2:])
    rest = list(reader)

    assert [entry.frame for entry in (first, *rest)] == FRAMES[:2]


def test_a_header_is_found_by_its_frame(headers: HeaderStore) -> None:
    """A receipt is served again for any frame, in no order."""
    for seq in range(1, 6):
        headers.append(Seq(seq), header(seq), SETTLED * seq)

    assert headers.count == 5
    assert [headers.at(Seq(seq)) for seq in (4, 1, 5)] == [(header(seq), SETTLED * seq) for seq in (4, 1, 5)]


def test_headers_are_read_in_order(headers: HeaderStore) -> None:
    """A relay goes through them from where it stopped."""
    for seq in range(1, 6):
        headers.append(Seq(seq), header(seq), SETTLED)
    headers.sync()

    assert [entry.header for entry in headers.read(Seq(3))] == [header(3), header(4), header(5)]


@pytest.mark.parametrize("seq", [0, 1, 3])
def test_a_header_out_of_order_is_not_taken(headers: HeaderStore, seq: int) -> None:
    """A gap would be read as the header of another frame."""
    headers.append(Seq(1), header(1), SETTLED)

    with pytest.raises(ValueError, match="does not follow"):
        headers.append(Seq(seq), header(seq), SETTLED)

    assert headers.count == 1
