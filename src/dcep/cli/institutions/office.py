"""Where an institution is asked, and with whose papers: options of every command of an institution.

Beside `dcep up --data DIR` all of it is found in that folder. Elsewhere each is named.
"""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter

from dcep.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from dcep.http.caller import Caller, Seal

DATA: Final = Path("currency")
# The first operator of the topology.
FIRST: Final = "icbc"
_MAX_SETTINGS: Final = 1 << 20


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Which institution is asked, whose papers sign the request, and how the answer is printed."""

    data: Annotated[Path, Parameter(help="The data folder of `dcep up`, where address and papers are found.")] = DATA
    url: Annotated[str | None, Parameter(help="Where the institution is asked, if not as the data folder says.")] = None
    papers: Annotated[
        Path | None,
        Parameter(help="The certificate that signs requests; its key lies beside it, as `keys/NAME.key`."),
    ] = None
    json: Annotated[bool, Parameter(help="Print one JSON document.")] = False

    def line(self, *words: str) -> str:
        """Return a command line to be run next, at the same place."""
        return " ".join(["dcep", *words, *self._place()])

    def _place(self) -> list[str]:
        place = [] if self.data == DATA else ["--data", str(self.data)]
        return place + ([] if self.url is None else ["--url", self.url])


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Counter(Office):
    """Which operator's counter somebody works at."""

    operator: Annotated[
        str, Parameter(help="The operator: its folder in the data folder, or the number that it has there.")
    ] = FIRST

    @property
    def folder(self) -> str:
        """The operator's folder under the data folder."""
        from dcep.services.topology import OPERATORS

        names = {str(number): name for number, name in OPERATORS.items()}
        return names.get(self.operator.lstrip("0"), self.operator)

    def _place(self) -> list[str]:
        # Without a bare `super`: a dataclass with slots is another class than the one that stands here.
        return Office._place(self) + ([] if self.operator == FIRST else ["--operator", self.operator])


def caller_of(office: Office, institution: str, *, papers: str | None) -> Caller:
    """Return who asks an institution.

    Args:
        institution: its folder under the data folder.
        papers: the name of the certificate there that signs; None asks unsigned, as everybody may.

    Raises:
        BadInput: `no_such_file`, `bad_settings`; what is wrong with the papers.
    """
    from dcep.http.caller import Caller

    url = office.url or _url_in(office.data / institution / "settings.toml")
    return Caller(url, seal=None if papers is None else _seal(office, institution, papers))


def enter(caller: Caller, path: str, wanted: Mapping[str, Any], order_id: str) -> dict[str, Any]:
    """Ask for an order under an id, and return it as it was entered.

    Raises:
        Unavailable: it may be entered all the same: the same line under the same id orders nothing twice.
    """
    try:
        return caller.ask("POST", path, json=wanted, headers={"Idempotency-Key": order_id}).document()
    except Unavailable as error:
        error.next_step = f"run the same line again with --id {order_id}: nothing is ordered twice"
        raise


def drawn_id() -> str:
    """Return an id for an order of which nobody has named one."""
    return secrets.token_hex(6)


def _seal(office: Office, institution: str, name: str) -> Seal:
    from dcep.identity.papers import Papers
    from dcep.services import machine

    certificate = office.papers or office.data / institution / f"{name}.pem"
    key = certificate.parent / "keys" / f"{certificate.stem}.key"
    return Papers(key, certificate, clock=machine.now, random=machine.random_bytes).seal


def _url_in(path: Path) -> str:
    """Return where a service answers, as its settings say."""
    from dcep.services.topology import url_of

    try:
        with path.open("rb") as stream:
            settings: dict[str, Any] = tomllib.loads(stream.read(_MAX_SETTINGS).decode())
    except OSError as error:
        step = "start a currency with dcep up, or name its folder by --data, or the address by --url"
        message = f"the settings cannot be read: {error.strerror}"
        raise BadInput("no_such_file", message, where=str(path), next_step=step) from error
    except ValueError as error:
        raise BadInput("bad_settings", str(error), where=str(path)) from error
    return str(settings.get("url") or url_of(str(settings.get("host", "127.0.0.1")), settings.get("port", 0)))
