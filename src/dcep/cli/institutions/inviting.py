"""`dcep bank desk`, `dcep centralbank desk`: a link by which somebody of the staff comes in with a page, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from dcep.cli.institutions.asking import CENTRAL_BANK, STAFF
from dcep.cli.institutions.office import Counter, Office, caller_of
from dcep.cli.output import DONE, NO, print_json, say, warn

if TYPE_CHECKING:
    from dcep.http.caller import Caller

Name = Annotated[str | None, Parameter(name="--name")]
Open = Annotated[bool, Parameter(name="--open", negative=())]
End = Annotated[bool, Parameter(name="--end", negative=())]
_COUNTER: Final = "counter"
_DESK: Final = Counter()
_OFFICE: Final = Office()


def desk(*, name: Name = None, open_page: Open = False, end: End = False, counter: Counter = _DESK) -> int:
    """Invite somebody to the operator's desk, and say the link; or put everybody out.

    Parameters
    ----------
    name
        Whom it is for, as it will stand beside what he orders; whoever is logged in here if it is not named.
    open_page
        Open the link in this machine's browser.
    end
        Invite nobody: whoever was let in is out, and no link that was given out works any more.
    """
    caller = caller_of(counter, counter.folder, papers=_COUNTER)
    return _put_out(caller) if end else _invite(counter, caller, "desk", name, is_opened=open_page)


def board(*, name: Name = None, open_page: Open = False, end: End = False, office: Office = _OFFICE) -> int:
    """Invite somebody to the figures of each operator on the supply board, and say the link; or put everybody out.

    Parameters
    ----------
    name
        Whom it is for; whoever is logged in here if it is not named.
    open_page
        Open the link in this machine's browser.
    end
        Invite nobody: whoever was let in is out, and no link that was given out works any more.
    """
    caller = caller_of(office, CENTRAL_BANK, papers=STAFF)
    return _put_out(caller) if end else _invite(office, caller, "board", name, is_opened=open_page)


def _put_out(caller: Caller) -> int:
    caller.ask("DELETE", "/v1/staff/admissions")
    say("nobody who was let in is in any more, and no link works that was given out")
    return DONE


def _invite(office: Office, caller: Caller, page: str, name: str | None, *, is_opened: bool) -> int:
    from dcep.cli.wording import shanghai

    told = caller.ask("POST", "/v1/staff/invitations", json={"name": name or _login()}).document()
    # What stands behind the number sign no browser sends anywhere: the page reads it, and takes it out of the address.
    url = f"{caller.url}/{page}#{told['code']}"
    if office.json:
        print_json({"url": url, "name": told["name"], "expires_at_ms": told["expires_at_ms"]})
    else:
        say(url)
        say(f"  works once, for {told['name']}, until {shanghai(told['expires_at_ms'])} (Shanghai)")
    return _open(url) if is_opened else DONE


def _open(url: str) -> int:
    import webbrowser

    if webbrowser.open(url):
        return DONE
    warn("no browser opens on this machine: open the link yourself")
    return NO


def _login() -> str:
    import getpass

    return getpass.getuser()
