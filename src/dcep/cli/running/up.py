"""`dcep up`: a whole currency on this machine, until Ctrl-C."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import Parameter

from dcep.cli.output import print_json, say, warn
from dcep.errors import BadInput

if TYPE_CHECKING:
    from dcep.services.up import Report

_HOST: Final = re.compile(r"[A-Za-z0-9.:-]{1,253}")
_LAST_FIRST_PORT: Final = 65_400
_FIRST_PORT: Final = 8_800
_SHOWN: Final = ("wallet", "board")
_PAGES: Final = {
    "wallet": "a wallet: open one, exchange, pay, be paid",
    "pos": "a merchant's till",
    "desk": "the operator's own desk",
    "board": "the money of the whole currency",
    "pilot": "the pilot, when dcep pilot plays it",
}


def up(
    *,
    data: Path = Path("currency"),
    profile: Literal["laboratory", "production"] = "laboratory",
    host: str = "127.0.0.1",
    port: int = _FIRST_PORT,
    open_: Annotated[bool, Parameter(name="--open", negative="")] = False,
    json: bool = False,
) -> int:
    """Run a whole currency on this machine: found it the first time, find it again later. Ctrl-C stops it cleanly.

    Parameters
    ----------
    data
        The data folder, there or not yet.
    profile
        `production` refuses whatever stands in for somebody else's system, by name.
    host
        Where the services listen; beyond this machine only if it is told.
    port
        The first of a hundred ports.
    open_
        Show the wallet page and the supply board in your browser when everything is ready.
    json
        Print one JSON document when everything is ready.
    """
    from dcep.cli.running.browser import open_pages
    from dcep.services import machine
    from dcep.services.topology import Address
    from dcep.services.up import live, require_no_stand_ins

    if not _HOST.fullmatch(host) or not 1 <= port <= _LAST_FIRST_PORT:
        raise BadInput("bad_options", f"--host is a name or an address, --port from 1 to {_LAST_FIRST_PORT}")
    require_no_stand_ins(profile)

    def ready(report: Report) -> None:
        if json:
            print_json(report.document())
        else:
            _tell(report)
        if open_ and not open_pages(report.pages[name] for name in _SHOWN):
            warn("there is no browser here: open the pages above in one")

    address = Address(host=host, port=port)
    return machine.run(lambda stop: live(data, address, stop, ready=ready, tell=warn))


def _tell(report: Report) -> None:
    say(f"A currency is running in {report.data}, ready after {report.seconds:.1f} s. Network {report.network}.")
    say()
    for kept in report.services:
        say(f"  {kept.service.name:<14}{kept.service.kind:<14}{kept.service.url}")
    say()
    for name, url in report.pages.items():
        say(f"  {url:<36}{_PAGES[name]}")
    say()
    say("Each service answers /docs, /readyz and /metrics. Ctrl-C stops it; the same line goes on where it stopped.")
