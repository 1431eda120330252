"""Settings of a process: a TOML file, read once and strictly, every key of it in docs/reference/settings.md."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec

from dcep.crypto.keys import read_seed
from dcep.crypto.suites import Signer
from dcep.errors import BadInput
from dcep.identity.folder import TrustFolder
from dcep.identity.member import Member
from dcep.identity.papers import Papers
from dcep.services import machine
from dcep.services.topology import url_of

_TOO_LARGE: Final = 1 << 20
URL: Final = r"^(https?://[!-.0-~]+)?$"

Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]


class ServiceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every process needs to know: where it answers, under which address, and whom it believes."""

    port: Port
    host: str = "127.0.0.1"
    url: Annotated[str, msgspec.Meta(pattern=URL)] = ""
    trust: Path

    @property
    def address(self) -> str:
        """The address by which others call this process, and which they sign."""
        return self.url or url_of(self.host, self.port)


class LedgerSettings(ServiceSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every ledger's process needs to know."""

    data: Path
    worker_key: Path
    checkpoint_every_s: Seconds = 600.0


class InstitutionSettings(ServiceSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every institution's process needs to know: its network's genesis, its own papers and database."""

    genesis: Path
    database: str
    key: Path
    certificate: Path


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


def papers_in(key: Path, certificate: Path) -> Papers:
    """Return the papers that lie in these files.

    Raises:
        BadInput: `bad_key_file`, `bad_certificate`, `other_key`.
    """
    return Papers(key, certificate, clock=machine.now, random=machine.random_bytes)


def member(settings: ServiceSettings, papers: Papers | None = None) -> Member:
    """Return a process as others know it.

    Args:
        papers: what it signs with, if it asks anybody.

    Raises:
        BadCertificate: the trust folder has no root.
    """
    return Member(TrustFolder(settings.trust), settings.address, papers, machine.now)
