"""Server-sent events read line by line, and where a reader that was cut off goes on.

1. An event ends at a blank line. One that was cut before it is none, and comes again.
2. The id of the last whole event is sent as `Last-Event-ID` when the stream is opened anew: nothing is missed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from dcep.client.reading import strange
from dcep.client.records import Event

# A service says something every 15 s: silence of more than two of these is a dead connection.
SILENCE_S: Final = 40.0
_MAX_DATA: Final = 64 * 1024


class EventReader:
    """Reads one stream after another.

    Args:
        after: the id behind which the first stream begins; None begins with what is new.
    """

    def __init__(self, after: int | None = None) -> None:
        self.after = after
        self._fields: dict[str, str] = {}

    @property
    def headers(self) -> dict[str, str]:
        """The headers with which the stream is opened."""
        self._fields = {}
        return {"Accept": "text/event-stream"} | ({} if self.after is None else {"Last-Event-ID": str(self.after)})

    def read(self, lines: Iterable[bytes]) -> Iterator[Event]:
        """Yield the events of a stream."""
        for line in lines:
            event = self.feed(line)
            if event is not None:
                yield event

    def feed(self, line: bytes) -> Event | None:
        """Take a line, and return the event that it ends.

        Raises:
            Unavailable: `strange_answer`: this is no stream of events.
        """
        # 1.
        if line:
            self._keep(line)
            return None
        fields, self._fields = self._fields, {}
        if "data" not in fields:
            return None
        event = _event(fields)
        # 2.
        self.after = event.id
        return event

    def _keep(self, line: bytes) -> None:
        name, _, value = line.decode(errors="replace").partition(":")
        if name in ("id", "event", "data"):
            before = f"{self._fields['data']}\n" if name == "data" and "data" in self._fields else ""
            self._fields[name] = before + value.removeprefix(" ")
            if len(self._fields[name]) > _MAX_DATA:
                raise strange("an event is too long")


def _event(fields: dict[str, str]) -> Event:
    number = fields.get("id", "")
    try:
        data = json.loads(fields["data"])
    except (ValueError, RecursionError) as error:
        raise strange("an event is JSON") from error
    if not (number.isascii() and number.isdigit() and len(number) < 20 and isinstance(data, dict)):
        raise strange("an event has a number and an object")
    return Event(id=int(number), name=fields.get("event", "message"), data=data)
