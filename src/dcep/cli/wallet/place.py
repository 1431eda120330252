"""Where a wallet is kept, and how its password is heard: options of every command of the wallet."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from dcep.errors import BadInput

if TYPE_CHECKING:
    from dcep.client import Client

FOLDER: Final = "DCEP_WALLET"
PASSWORD: Final = "DCEP_WALLET_PASSWORD"  # noqa: S105  the name of a variable
PASSWORD_FILE: Final = "DCEP_WALLET_PASSWORD_FILE"  # noqa: S105
_LONGEST: Final = 1_024


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the wallet is kept, what opens its keys, and how the answer is printed."""

    wallet: Annotated[
        Path | None,
        Parameter(help="The wallet's folder; without it $DCEP_WALLET, or `dcep/wallet` among the user's data."),
    ] = None
    password_file: Annotated[
        Path | None,
        Parameter(help="The file whose first line is the password; without it $DCEP_WALLET_PASSWORD, or a prompt."),
    ] = None
    json: Annotated[bool, Parameter(help="Print one JSON document.")] = False

    @property
    def folder(self) -> Path:
        """The wallet's folder."""
        named = self.wallet or os.environ.get(FOLDER)
        if named:
            return Path(named)
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        return Path(data) / "dcep" / "wallet"

    def password(self) -> str:
        """Return the password, asked for at the terminal if it is told nowhere."""
        return self._told() or _prompt("Password of the wallet: ")

    def new_password(self) -> str:
        """Return a new password; at the terminal it is typed twice."""
        told = self._told()
        if told:
            return told
        first = _prompt("New password of the wallet: ")
        if not first or first != _prompt("The same again: "):
            raise BadInput("password_missing", "the two are not the same, or empty", next_step="run the line again")
        return first

    def _told(self) -> str:
        file = self.password_file or os.environ.get(PASSWORD_FILE)
        if not file:
            return os.environ.get(PASSWORD, "")
        try:
            with Path(file).open(encoding="utf-8") as stream:
                first = stream.readline(_LONGEST).rstrip("\r\n")
        except (OSError, ValueError) as error:
            raise BadInput("no_such_file", f"the password cannot be read: {error}", where=str(file)) from error
        if not first:
            raise BadInput("password_missing", "the first line is empty", where=str(file))
        return first


def client_of(place: Place) -> Client:
    """Return the wallet that is kept at a place."""
    from dcep.client.blocking import Client

    return Client(place.folder, place.password)


def _prompt(words: str) -> str:
    if not sys.stdin.isatty():
        step = f"--password-file FILE, or {PASSWORD} in the environment"
        raise BadInput("password_missing", "nobody can be asked for the password here", next_step=step)
    from getpass import getpass

    return getpass(words)
