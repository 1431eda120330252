"""`dcep certificates`: the authentication centre and those whom it certifies, by hand; `dcep up` does it by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import App, Parameter

from dcep.cli.output import DONE, NO, print_json, say
from dcep.errors import BadInput

if TYPE_CHECKING:
    from dcep.clock import UnixMs
    from dcep.identity.certificates import Subject
    from dcep.identity.expiry import Ending
    from dcep.identity.folder import TrustFolder

app = App(name="certificates", help="Certificates of institutions: found a centre, ask, issue, give, take back, show.")

Kinds = Literal["central-bank", "operator", "ledger", "tier1", "staff", "counter"]
Stolen = Annotated[bool, Parameter(name="--stolen", negative=())]
_MAX_FILE: Final = 16_384


@app.command
def found(centre: Path, /, *, name: str = "authentication centre", days: int = 7_300) -> int:
    """Found an authentication centre: its root key, its root certificate, an empty list.

    Parameters
    ----------
    centre
        The centre's folder; one that is there already is left as it is.
    name
        What the root certificate calls it.
    days
        How long the root counts; nothing outlives it.
    """
    from dcep.durable import make_folder
    from dcep.identity.centre import Centre
    from dcep.identity.renewal import serial_of
    from dcep.services import machine

    make_folder(centre)
    serial = serial_of(machine.random_bytes)
    opened = Centre.found(centre, name=name, now=machine.now(), days=days, serial=serial)
    say(f"{centre}: the root counts until {_day(opened.trust.root_ends_at)}; keep {centre / 'root.key'} to yourself")
    return DONE


@app.command
def request(file: Path, /, *, key: Path, name: str, kind: Kinds, operator: int | None = None) -> int:
    """Ask for a certificate: write a request, which proves that its maker has the key.

    Parameters
    ----------
    file
        The request, which is not there yet.
    key
        The file of the key; made anew if it is not there.
    name
        The institution's name.
    kind
        What it is.
    operator
        The number of an operator, 1 to 999; for operators and their counters alone.
    """
    from dcep.crypto.keys import new_seed, read_seed
    from dcep.crypto.suites import Signer
    from dcep.identity.requests import make_request

    subject = _subject(name, kind, operator)
    seed = read_seed(key) if key.exists() else new_seed(key)
    _write_new(file, make_request(Signer(seed), subject))
    say(f"{file}: give it to the centre; the key stays in {key}")
    return DONE


@app.command
def issue(
    centre: Path,
    asked: Path,
    /,
    *,
    to: Path,
    name: str,
    kind: Kinds,
    operator: int | None = None,
    days: int = 30,
) -> int:
    """Issue a certificate, as the centre, to an institution that it knows for itself.

    Parameters
    ----------
    centre
        The centre's folder.
    asked
        The institution's request.
    to
        The certificate, which is not there yet.
    name
        Who the institution is; the request must say the same.
    kind
        What it is.
    operator
        The number of an operator, 1 to 999.
    days
        How long it counts.
    """
    from dcep.identity.centre import Centre
    from dcep.identity.certificates import read_certificate
    from dcep.identity.renewal import issue as issued_by
    from dcep.services import machine

    subject, content = _subject(name, kind, operator), _read(asked)
    if to.exists():
        raise _exists(to)
    opened, now = Centre(centre), machine.now()
    certificate = issued_by(opened, content, subject, now=now, random=machine.random_bytes, days=days)
    _write_new(to, certificate)
    institution = read_certificate(certificate)
    say(f"{to}: {institution.keyid}, counts until {_day(institution.ends_at)}")
    say("Give it to everybody before anybody signs with it: dcep certificates give")
    return DONE


@app.command
def revoke(centre: Path, keyid: str, /) -> int:
    """Take a certificate back, as the centre: it stands on every list from now on.

    Parameters
    ----------
    centre
        The centre's folder.
    keyid
        The certificate's serial in hex, as `dcep certificates show` shows it.
    """
    from dcep.identity.centre import Centre
    from dcep.services import machine

    Centre(centre).revoke(keyid, now=machine.now())
    say(f"{keyid} is on the list; give the list to everybody: dcep certificates give")
    return DONE


@app.command
def renew_list(centre: Path, /) -> int:
    """Sign the list of those taken back anew, as the centre: the next one is promised within 30 days.

    Parameters
    ----------
    centre
        The centre's folder.
    """
    from dcep.identity.centre import LIST_DAYS, Centre
    from dcep.services import machine

    Centre(centre).renew_list(now=machine.now())
    say(f"the list counts for {LIST_DAYS} days; give it to everybody: dcep certificates give")
    return DONE


@app.command
def give(centre: Path, trust: Path, /) -> int:
    """Give what everybody may know to a trust folder: the root, each certificate, the newest list.

    Parameters
    ----------
    centre
        The centre's folder.
    trust
        The folder from which a process reads whom it believes; it may be running.
    """
    from dcep.identity.centre import Centre

    Centre(centre).publish(trust)
    say(f"{trust}: has everything but the root key; what is new there counts from the next request on")
    return DONE


@app.command
def show(trust: Path, /, *, within_days: int = 5, json: bool = False) -> int:
    """Show who is believed and for how long. Exit code 1 if somebody must act.

    Parameters
    ----------
    trust
        The trust folder.
    within_days
        Name what ends within so many days and has no successor.
    json
        Print one JSON document.
    """
    from dcep.identity.expiry import forecast
    from dcep.identity.folder import TrustFolder
    from dcep.services import machine

    folder, now = TrustFolder(trust), machine.now()
    endings = forecast(folder.institutions(), now=now, within_days=within_days)
    open_endings = [ending for ending in endings if not ending.successor]
    warnings = [*folder.warnings(now), *(["root_expired"] if folder.root_has_ended(now) else [])]
    if json:
        print_json(_document(folder, open_endings, warnings, now))
    else:
        _tell(folder, open_endings, warnings, now)
    return NO if open_endings or warnings else DONE


@app.command
def replace(name: str, /, *, data: Path = Path("currency"), stolen: Stolen = False) -> int:
    """Give an institution of `dcep up` another key and certificate now, while it runs or not.

    Parameters
    ----------
    name
        The institution, as `dcep certificates show` names it.
    data
        The data folder.
    stolen
        Take the last certificate back: nothing that its key signs counts any more.
    """
    from dcep.services import machine
    from dcep.services.ceremony import Ceremony

    party = Ceremony(data, machine.random_bytes).replace(name, machine.now(), is_stolen=stolen)
    say(f"{party.certificate}: new, and used from the next request on")
    return DONE


def _subject(name: str, kind: Kinds, operator: int | None) -> Subject:
    from dcep.identity.certificates import Kind, Subject
    from dcep.ids import OperatorId

    return Subject(name=name, kind=Kind(kind), operator=None if operator is None else OperatorId(operator))


def _document(folder: TrustFolder, endings: list[Ending], warnings: list[str], now: UnixMs) -> dict[str, object]:
    from dcep.clock import DAY_MS

    rows = [
        {
            "keyid": each.keyid,
            "name": each.subject.name,
            "kind": each.subject.kind,
            "operator": each.subject.operator,
            "starts_at_ms": each.starts_at,
            "ends_at_ms": each.ends_at,
            "days_left": (each.ends_at - now) // DAY_MS,
        }
        for each in folder.institutions()
    ]
    return {
        "certificates": rows,
        "to_renew": [ending.institution.keyid for ending in endings],
        "warnings": warnings,
        "strange_files": list(folder.strangers()),
    }


def _tell(folder: TrustFolder, endings: list[Ending], warnings: list[str], now: UnixMs) -> None:
    from dcep.clock import DAY_MS

    ends = {ending.institution.keyid for ending in endings}
    for each in folder.institutions():
        mark = "!" if each.keyid in ends else " "
        left = (each.ends_at - now) // DAY_MS
        said = f"{left} days left" if left >= 0 else "has ended"
        say(f"{mark} {each.keyid:<39} {each.subject.kind:<13} {_day(each.ends_at)}  {said:<13} {each.subject.name}")
    for name in folder.strangers():
        say(f"! issued/{name} is no certificate of this centre, or another than its name says")
    for warning in warnings:
        say(f"! {warning}")


def _day(moment: UnixMs) -> str:
    from dcep.identity.certificates import second_of

    return second_of(moment).date().isoformat()


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(_MAX_FILE + 1)
    except OSError as error:
        raise BadInput("no_such_file", f"cannot be read: {error.strerror}", where=str(file)) from error


def _write_new(file: Path, content: bytes) -> None:
    try:
        with file.open("xb") as stream:
            stream.write(content)
    except FileExistsError as error:
        raise _exists(file) from error


def _exists(file: Path) -> BadInput:
    return BadInput("file_exists", "nothing is overwritten here", where=str(file), next_step="name another file")
