"""An idempotency key is bound to its body for ever, a cursor to its list, an event's id to its place."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from dcep.http.events import Bell, Event, last_seen, stream
from dcep.http.orders import key_of
from dcep.http.pages import cursor, page
from dcep.http.pages import key_of as key_behind
from dcep.http.problems import Problem


@pytest.mark.parametrize("header", [None, "", "a b", "x" * 65, "kéy", "a\n"])
def test_an_order_without_a_key_is_refused(header: str | None) -> None:
    """Without a key a lost answer could only be healed by ordering twice."""
    with pytest.raises(Problem) as refused:
        key_of(header)

    assert (refused.value.status, refused.value.code) == (400, "idempotency_key_missing")


def test_a_page_ends_with_the_cursor_of_its_last_row() -> None:
    """The next page begins behind it, however many rows are added meanwhile."""
    first = page(["a", "b", "c"], 2, [1, 2, 3])
    last = page(["c"], 2, [3])

    assert (first.items, key_behind(first.next, int)) == (["a", "b"], 2)
    assert last.next is None


@pytest.mark.parametrize("text", ["", "!", "AAAA", cursor("a word"), "A" * 10_000, cursor(2**63), cursor(-1)])
def test_a_cursor_that_was_never_given_out_is_refused(text: str) -> None:
    """Cursors come from outside, like everything else."""
    with pytest.raises(Problem) as refused:
        key_behind(text, int)

    assert refused.value.code == "bad_cursor"


@pytest.mark.parametrize("header", ["x", "-1", "1.5", "9" * 30, "٣"])
def test_a_last_event_id_that_is_no_id_is_refused(header: str) -> None:
    """A reader that names nothing must not be given everything."""
    with pytest.raises(Problem):
        last_seen(header)


def test_a_reader_goes_on_behind_the_event_that_it_saw_last() -> None:
    """What was rung for while it read is read at once; silence ends the stream."""

    async def story() -> list[bytes]:
        bell = Bell(asyncio.get_running_loop())
        kept = [Event(n, "header", n) for n in range(1, 4)]

        async def read(after: int) -> Sequence[Event]:
            if after == 4:
                bell.silence()
            found = [event for event in kept if event.id > after]
            if after == 3 and len(kept) == 3:
                # Comes between the look and the wait.
                kept.append(Event(4, "header", 4))
                bell.ring()
            return found

        return [piece async for piece in stream(last_seen("2") or 0, read, bell)]

    pieces = asyncio.run(asyncio.wait_for(story(), 10))

    assert [piece.split(b"\n")[0] for piece in pieces[1:]] == [b"id: 3", b"id: 4"]
