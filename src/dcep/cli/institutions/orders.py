"""`dcep centralbank orders`, `order`, `propose`, `abandon`: what has been asked for, and how it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from urllib.parse import quote

from cyclopts import Parameter

from dcep.cli.institutions.asking import CENTRAL_BANK, STAFF, in_words, tell_order
from dcep.cli.institutions.office import Office, caller_of
from dcep.cli.output import DONE, UNAVAILABLE, print_json, say, warn

if TYPE_CHECKING:
    from dcep.http.caller import Caller

States = Literal["awaiting_reserves", "requested", "proposed", "approved", "lapsed", "settled", "refused", "abandoned"]
Wait = Annotated[bool, Parameter(name="--wait", negative=())]
_HERE: Final = Office()
_OVER: Final = ("settled", "refused", "abandoned")
_PATIENCE_S: Final = 30.0
_LOOK_S: Final = 0.2


def orders(*, state: States | None = None, limit: int = 100, cursor: str | None = None, office: Office = _HERE) -> int:
    """Show the orders, those asked for first before the others.

    Parameters
    ----------
    state
        Those in this state alone.
    limit
        How many, 1 to 1,000.
    cursor
        Go on behind an earlier page: what it named at its end.
    """
    from dcep.cli.institutions.words import tell_table

    asked = {"limit": str(limit), "state": state, "cursor": cursor}
    query = {name: value for name, value in asked.items() if value is not None}
    page = caller_of(office, CENTRAL_BANK, papers=STAFF).ask("GET", "/v1/orders", query=query).document()
    if office.json:
        print_json(page)
        return DONE
    rows = [[order["id"], order["state"], order["code"], in_words(order)] for order in page["items"]]
    tell_table(["order", "state", "code", "what"], rows, is_text=4)
    if not rows:
        say(f"next: {office.line('centralbank', 'issue', 'OPERATOR', 'YUAN')}")
    if page["next"]:
        say(f"next: {office.line('centralbank', 'orders', '--cursor', page['next'])}")
    return DONE


def order(name: str, /, *, wait: Wait = False, office: Office = _HERE) -> int:
    """Show what became of an order. Exit code 1 if the ledger's rules refused it.

    Parameters
    ----------
    name
        Its id.
    wait
        Wait until it has ended, half a minute at most; exit code 3 if it has not.
    """
    caller = caller_of(office, CENTRAL_BANK, papers=STAFF)
    told = _await(caller, name, lambda order: not wait or order["state"] in _OVER)
    code = tell_order(office, told)
    if wait and told["state"] not in _OVER:
        warn(f"{name} has not ended yet")
        return UNAVAILABLE
    return code


def propose(name: str, /, *, office: Office = _HERE) -> int:
    """Fix the bytes of an order, for officers to sign. Asked again, they are the same.

    An issue waits for its reserves, half a minute at most.

    Parameters
    ----------
    name
        The order's id.
    """
    from dcep.cli.institutions.approving import tell_proposal

    caller = caller_of(office, CENTRAL_BANK, papers=STAFF)
    _await(caller, name, lambda order: order["state"] != "awaiting_reserves")
    proposal = caller.ask("POST", f"{_path(name)}/proposal").document()
    return tell_proposal(office, name, proposal)


def abandon(name: str, /, *, office: Office = _HERE) -> int:
    """Give an order up that no board has approved.

    Parameters
    ----------
    name
        The order's id.
    """
    caller = caller_of(office, CENTRAL_BANK, papers=STAFF)
    return tell_order(office, caller.ask("POST", f"{_path(name)}/abandonment").document())


def _await(caller: Caller, name: str, is_there: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
    """Return an order as soon as it stands where it is wanted, or as it stands when the patience ends."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        told = caller.ask("GET", _path(name)).document()
        if is_there(told) or time.monotonic() > end:
            return told
        time.sleep(_LOOK_S)


def _path(name: str) -> str:
    return f"/v1/orders/{quote(name, safe='')}"
