"""`dcep wallet events`: what happens to the wallet, as it happens."""

from __future__ import annotations

import sys
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Final

from dcep.cli.output import DONE, print_json, say
from dcep.cli.wallet.place import Place, client_of
from dcep.errors import BadInput

if TYPE_CHECKING:
    from dcep.client import Event

_HERE: Final = Place()


def events(*, after: int | None = None, count: int | None = None, place: Place = _HERE) -> int:
    """Show what happens to the wallet as it happens, until Ctrl-C; a line each, with --json one document a line.

    Parameters
    ----------
    after
        Begin behind the event of this number, as it is shown; 0 begins with the first. Without it what is new is shown.
    count
        Leave after so many.
    """
    if (after is not None and after < 0) or (count is not None and count < 1):
        raise BadInput("bad_options", "--after is a number of an event or 0, --count is 1 or more")
    with client_of(place) as client, closing(client.events(after)) as stream:
        try:
            for event in islice(stream, count):
                _tell(event, as_json=place.json)
        except KeyboardInterrupt:
            # That is how a reader goes away.
            return DONE
    return DONE


def _tell(event: Event, *, as_json: bool) -> None:
    from dcep.cli.wallet.words import movement_line, order_line
    from dcep.client.reading import read
    from dcep.client.records import Movement, OperatorOrder

    if as_json:
        print_json({"id": event.id, "type": event.name, "data": event.data})
    elif event.name == "payment":
        say(f"{event.id:>8}  {movement_line(read(Movement, event.data))}")
    else:
        say(f"{event.id:>8}  {order_line(read(OperatorOrder, event.data))}")
    # Whoever reads a pipe hears of it now, and not when there is a page of it.
    sys.stdout.flush()
