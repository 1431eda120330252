"""Settings of a process: a TOML file, read once and strictly, every key of it in docs/reference/settings.md."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec

from dcep.crypto.keys import read_seed
from dcep.crypto.suites import Signer
from dcep.errors import BadInput
from dcep.http.askers import Asker
from dcep.ids import OperatorId

_TOO_LARGE: Final = 1 << 20
_OPERATOR: Final = r"^(network|[0-9]{3})$"

Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]


class AskerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An institution that may look into a ledger: the hash of its token, and what that opens."""

    name: str
    token_sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    opens: Annotated[str, msgspec.Meta(pattern=_OPERATOR)]

    def asker(self) -> Asker:
        """Return the institution as the routes know it."""
        operator = None if self.opens == "network" else OperatorId(int(self.opens))
        return Asker(name=self.name, token_sha256=bytes.fromhex(self.token_sha256), operator=operator)


class ServiceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every process needs to know: where it answers, and whom."""

    port: Port
    host: str = "127.0.0.1"
    askers: tuple[AskerSettings, ...] = ()

    def known(self) -> list[Asker]:
        """Return the institutions that may look into the ledger."""
        return [asker.asker() for asker in self.askers]


class LedgerSettings(ServiceSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every ledger's process needs to know."""

    data: Path
    worker_key: Path
    checkpoint_every_s: Seconds = 600.0


class InstitutionSettings(ServiceSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every institution's process needs to know: its network's genesis and its own database."""

    genesis: Path
    database: str


_Settings = TypeVar("_Settings", bound=ServiceSettings)


def read_settings(kind: type[_Settings], path: Path) -> _Settings:
    """Return the settings in a file; paths in them are seen from the file's folder.

    Raises:
        BadInput: `no_such_file` or `bad_settings`.
    """
    try:
        text = path.read_bytes()[:_TOO_LARGE]
    except OSError as error:
        raise BadInput("no_such_file", f"the settings cannot be read: {error.strerror}", where=str(path)) from error

    def of_type(wanted: type[Any], value: Any) -> Any:
        if wanted is Path:
            return path.parent / value
        raise NotImplementedError

    try:
        return msgspec.toml.decode(text, type=kind, dec_hook=of_type)
    except (msgspec.DecodeError, ValueError) as error:
        raise BadInput("bad_settings", str(error), where=str(path)) from error


def settings_path() -> Path:
    """Return what follows `--settings` on the command line of this process.

    Raises:
        BadInput: `bad_options`.
    """
    match sys.argv[1:]:
        case ["--settings", file]:
            return Path(file)
        case _:
            raise BadInput("bad_options", "a process is started with `--settings FILE`")


def signer_in(path: Path) -> Signer:
    """Return the key whose seed a file holds.

    Raises:
        BadKeyFile: it cannot be read.
    """
    return Signer(read_seed(path))


def token_in(path: Path) -> str:
    """Return the token that a file holds.

    Raises:
        BadInput: `no_such_file`.
    """
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("no_such_file", "the token cannot be read", where=str(path)) from error
