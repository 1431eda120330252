"""A bounded number reads a stream, and few of one kind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from dcep.http.events import Readers
from dcep.http.problems import Problem


def test_a_place_is_free_again_when_its_reader_has_left() -> None:
    """However he left: a connection that broke must not keep it."""
    readers = Readers(1)

    with pytest.raises(RuntimeError), readers.reading():
        raise RuntimeError("a reader whose connection broke")

    readers.require_room()


def test_one_kind_does_not_take_the_places_of_the_others() -> None:
    """Whoever opens many streams of one wallet is held up alone, until all places are taken."""
    readers = Readers(3, 2)

    with readers.reading("li"), readers.reading("li"):
        with pytest.raises(Problem, match="too_many_readers"):
            readers.require_room("li")
        readers.require_room("wang")
        with readers.reading("wang"), pytest.raises(Problem, match="too_many_readers"):
            readers.require_room("zhou")


def test_of_two_who_come_at_once_for_the_last_place_one_reads() -> None:
    """Room is asked for before an answer begins, and taken when it is read."""
    readers = Readers(1)

    async def events() -> AsyncIterator[bytes]:
        yield b"first"
        yield b"second"

    async def read() -> list[bytes]:
        one, other = readers.admitted(events()), readers.admitted(events())
        return [await anext(one), *[each async for each in other], *[each async for each in one]]

    told = asyncio.run(read())

    assert told == [b"first", b"second"]
    readers.require_room()
